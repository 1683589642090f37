import { pino } from 'pino';
import { type Clock, systemClock } from '../src/clock.ts';
import { createDirectory, type Directory } from '../src/directory/directory.ts';
import { directorySchema } from '../src/directory/schema.ts';
import { createLocalOkta, type LocalOkta, type LocalOktaOptions } from '../src/local-okta.ts';
import { openStore } from '../src/store/store.ts';

export const ADMIN_PASSWORD = 'Workshop-2026';
export const API_TOKEN = '00testTokenOfTheAdministrator0000000000042';

export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

export function testClock(start = '2026-01-01T00:00:00.000Z'): TestClock {
  let time = Date.parse(start);
  return {
    now: () => time,
    advance(milliseconds) {
      time += milliseconds;
    },
  };
}

export function startLocalOkta(options: Partial<LocalOktaOptions> = {}): Promise<LocalOkta> {
  return createLocalOkta({
    ...(options.dataDir === undefined ? { memory: true } : {}),
    port: 0,
    ldapPort: 0,
    ldapsPort: 0,
    setup: 'manual',
    log: pino({ level: 'silent' }),
    admin: { password: ADMIN_PASSWORD, apiToken: API_TOKEN },
    ...options,
  });
}

/** Works on the data of a Local Okta that is not running: for what has no API in Okta either. */
export async function prepareData(
  dataDir: string,
  work: (directory: Directory) => Promise<void> | void,
): Promise<void> {
  const store = openStore({ dataDir, schemas: [directorySchema] });
  try {
    await work(createDirectory({ store, clock: systemClock, onListenerError: () => undefined }));
  } finally {
    store.close();
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // What a test looks at in a body is up to the test.
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, judged by assertions
  readonly body: any;
}

/** Calls Local Okta's API as the administrator, or with the headers given. */
export async function call(
  okta: Pick<LocalOkta, 'urls'>,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = { authorization: `SSWS ${API_TOKEN}` },
): Promise<Answer> {
  const response = await fetch(new URL(path, okta.urls.okta), {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  let parsed: unknown = text;
  try {
    parsed = JSON.parse(text);
  } catch {}
  return { status: response.status, headers: response.headers, body: parsed };
}
