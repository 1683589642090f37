import { parseArgs } from 'node:util';
import type { ModeChoice } from './setting/setting.ts';

export const USAGE = `Usage: npm run doctor -- [options]

Checks what .env and the environment name, end to end, and says of each fault what to do. Changes nothing.
Without .env it checks what npm start and docker compose would use.

  --mode <mode>        ldap, agent, okta-ldap, oidc or all   (AUTH_MODE, or all)
  --user <name>        who is looked up                      (user01, or user01@example.com at an org)
  --sign-in            tries that person's own password too, as the app would: DOCTOR_PASSWORD, or what is typed.
                       A wrong one counts as a failed sign-in of theirs. Needs a mode with a form
  --approval-link <url>  the link that an LDAP agent printed: is it still good?
  --env-file <file>    another file than .env
  --timeout <seconds>  how long one step on the network may take, 1 to 60   (5)
  --json               one JSON document instead of lines
  --help               this text

With OKTA_API_TOKEN (Local Okta's is known) it also looks at the LDAP agents, the imported people and the app's addresses.
Exit code: 0 nothing failed, 1 something did, 2 the command line is wrong.`;

/** A command line that cannot be understood. `message` is the one line for a person. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface DoctorOptions {
  /** Undefined: AUTH_MODE decides. */
  readonly mode: ModeChoice | undefined;
  readonly user: string | undefined;
  readonly signIn: boolean;
  readonly approvalLink: string | undefined;
  readonly envFile: string | undefined;
  readonly timeoutMs: number;
  readonly json: boolean;
}

const MODES = ['ldap', 'agent', 'okta-ldap', 'oidc', 'all'] as const satisfies readonly ModeChoice[];

/** @throws UsageError */
export function parseCommandLine(args: readonly string[]): DoctorOptions | 'help' {
  const given = parse(args);
  if (given.help) return 'help';
  const mode = MODES.find((known) => known === given.mode);
  if (given.mode !== undefined && mode === undefined) {
    throw new UsageError(`--mode is none of ${MODES.join(', ')}.`);
  }
  if (given.user !== undefined && given.user.trim() === '') throw new UsageError('--user is empty.');
  if (given['approval-link'] !== undefined && !/^https?:\/\/[^\s]+$/.test(given['approval-link'])) {
    throw new UsageError('--approval-link is not a web address.');
  }
  const seconds = given.timeout ?? '5';
  if (!/^\d{1,2}$/.test(seconds) || Number(seconds) < 1 || Number(seconds) > 60) {
    throw new UsageError('--timeout is a whole number of seconds, 1 to 60.');
  }
  return {
    mode,
    user: given.user?.trim(),
    signIn: given['sign-in'] ?? false,
    approvalLink: given['approval-link'],
    envFile: given['env-file'],
    timeoutMs: Number(seconds) * 1000,
    json: given.json ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        mode: { type: 'string' },
        user: { type: 'string' },
        'sign-in': { type: 'boolean' },
        'approval-link': { type: 'string' },
        'env-file': { type: 'string' },
        timeout: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split(/\. |\n/); // parseArgs throws TypeErrors made for people
    throw new UsageError(`${sentence.replace(/\.$/, '')}. --help tells the options.`);
  }
}
