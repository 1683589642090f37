import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startDirectory } from '@ldap-to-okta/test-directory';
import { type Mode, startableModes } from '../../src/modes.ts';
import { type Stack, startStack } from '../../src/start-stack.ts';

/** What differs from mode to mode; everything else of the suite is the same for all of them. */
export interface Expected {
  /** What is typed for the first person of the tutorial; the first is also the name of the others, with their number. */
  readonly usernames: readonly [string, ...string[]];
  /** How the app greets that person. */
  readonly welcomed: string;
  /** Whether the app itself asks for the password. */
  readonly ownForm: boolean;
  /** Whether the app is told of groups; the scopes of the tutorial's OpenID Connect app tell claims instead. */
  readonly groups: boolean;
}

export const expectations = {
  ldap: { usernames: ['user01', 'user01@example.com'], welcomed: 'user01', ownForm: true, groups: true },
  'okta-ldap': {
    usernames: ['user01@example.com', 'user01'],
    welcomed: 'user01@example.com',
    ownForm: true,
    groups: true,
  },
  oidc: { usernames: ['user01@example.com'], welcomed: 'user01@example.com', ownForm: false, groups: false },
} as const satisfies Record<Mode, Expected>;

/** An app to sign in to. */
export interface Subject {
  readonly url: string;
  /** The directory behind it, where the suite started it and may stop it. */
  readonly directory?: { stop(): Promise<void>; start(): Promise<void> };
  /** What the app has logged as soon as that contains `text`, where the suite started it. */
  logged?(text: string): Promise<string>;
  close(): Promise<void>;
}

/** `SIGN_IN_URL` points the suite at an app that runs already, of the mode in `AUTH_MODE`. */
const runningUrl = process.env.SIGN_IN_URL;

export const modesUnderTest: readonly Mode[] =
  runningUrl === undefined ? startableModes : [modeOf(process.env.AUTH_MODE)];

/** Whether the directory holds the personas beside the people of the tutorial. */
export const hasPersonas = (mode: Mode): boolean => runningUrl === undefined && mode === 'ldap';

/** Whether the suite may stop the directory. */
export const ownsDirectory = hasPersonas;

export async function openSubject(mode: Mode): Promise<Subject> {
  if (runningUrl !== undefined) {
    return { url: runningUrl, close: async () => undefined };
  }
  const directory = await startDirectory({ personas: hasPersonas(mode) });
  let stack: Stack | undefined;
  try {
    stack = await startStack({
      modes: [mode as (typeof startableModes)[number]], // one of modesUnderTest, which are those
      directory: { url: directory.ldapsUrl, caFile: directory.caFile },
      env: { PATH: process.env.PATH, LOG_LEVEL: 'debug' },
    });
  } catch (error) {
    await directory.remove();
    throw error;
  }
  const { urls, folder, close } = stack;
  return {
    url: urls[mode] ?? '',
    directory,
    logged: (text) => logWith(join(folder, `${mode}.log`), text),
    close: async () => {
      await close();
      await directory.remove();
    },
  };
}

/** The app writes its log a little after it has answered. */
async function logWith(file: string, text: string): Promise<string> {
  for (;;) {
    const log = readFileSync(file, 'utf8');
    if (log.includes(text)) {
      return log;
    }
    await setTimeout(10);
  }
}

function modeOf(text = 'ldap'): Mode {
  if (Object.hasOwn(expectations, text)) {
    return text as Mode; // the keys of expectations
  }
  throw new Error(`AUTH_MODE is ${text}; the suite knows ${Object.keys(expectations).join(', ')}`);
}
