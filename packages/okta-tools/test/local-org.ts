import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalOkta, type LocalOkta } from '@ldap-to-okta/local-okta';

export const API_TOKEN = '00testTokenOfTheAdministrator0000000000042';

export const startLocalOkta = (): Promise<LocalOkta> =>
  createLocalOkta({
    memory: true,
    port: 0,
    ldapPort: 0,
    ldapsPort: 0,
    setup: 'manual',
    admin: { password: 'Workshop-2026', apiToken: API_TOKEN },
  });

/** Calls Local Okta's API as its administrator. */
export async function call(okta: LocalOkta, method: string, path: string, body?: unknown, token = API_TOKEN) {
  const response = await fetch(new URL(path, okta.urls.okta), {
    method,
    headers: { authorization: `SSWS ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, judged by assertions
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as any };
}

export interface Workplace {
  readonly folder: string;
  readonly envFile: string;
  read(): Promise<string>;
  remove(): Promise<void>;
}

export async function makeWorkplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'okta-tools-'));
  const envFile = join(folder, '.env');
  return {
    folder,
    envFile,
    read: () => readFile(envFile, 'utf8'),
    remove: () => rm(folder, { recursive: true }),
  };
}

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a tool as `npm run` does. The `--` keeps Node's hands off `--env-file`. */
export function runTool(tool: 'app' | 'hashes', args: readonly string[], env: Record<string, string>): Promise<Run> {
  const main = new URL(`../dist/${tool}/main.js`, import.meta.url).pathname;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--', main, ...args],
      { env: { PATH: process.env.PATH ?? '', ...env } },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
      },
    );
  });
}

export interface FakeOrg {
  readonly url: string;
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** An org that answers as the test says, for what Local Okta does not do; `undefined` never answers. */
export async function startFakeOrg(
  answer: (request: IncomingMessage, response: ServerResponse, url: string) => unknown,
): Promise<FakeOrg> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const body = answer(request, response, url);
    if (body !== undefined && !response.writableEnded) response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP
  return {
    url,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
