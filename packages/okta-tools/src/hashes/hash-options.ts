import { parseCommandLine } from '../command-line.ts';
import { ToolError } from '../tool-error.ts';
import { DEFAULT_FILTER } from './directory-people.ts';

export interface HashOptions {
  readonly apply: boolean;
  readonly withHook: boolean;
  readonly filter: string;
  readonly envFile: string;
  /** Gets one line of JSON for each person. */
  readonly report: string | undefined;
}

export const HASH_USAGE = `Usage: npm run okta:hashes -- [options]

Takes people and their password hashes from OpenLDAP to Okta, so that they sign in with the password they have. Says
what it would do; with --apply it does it. Running it again goes on where it was.

  --apply              makes the users in Okta
  --with-hook          makes also those whose hash Okta does not take, with the password import inline hook
  --filter <filter>    who is a person (${DEFAULT_FILTER})
  --report <file>      writes what becomes of each person, one line of JSON each; no hashes
  --env-file <file>    where variables are that the environment does not have (.env)
  --help               this text

From the environment, or from that file: LDAP_HOST, LDAP_PORT, LDAP_ROOT, LDAP_ADMIN_USERNAME and LDAP_ADMIN_PASSWORD, an
account that may read userPassword; OKTA_URL and OKTA_API_TOKEN. Without OKTA_API_TOKEN it looks at the directory alone.`;

/** @throws ToolError `usage` */
export function parseHashOptions(args: readonly string[]): HashOptions | 'help' {
  const given = parseCommandLine(args, {
    apply: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
    'with-hook': { type: 'boolean' },
    filter: { type: 'string' },
    report: { type: 'string' },
    'env-file': { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  if (given.help) return 'help';
  if (given.apply && given['dry-run']) throw new ToolError('usage', '--apply and --dry-run exclude each other.');
  const filter = given.filter ?? DEFAULT_FILTER;
  if (!/^\(.+\)$/s.test(filter))
    throw new ToolError('usage', `--filter is an LDAP filter in parentheses: ${DEFAULT_FILTER}`);
  return {
    apply: given.apply ?? false,
    withHook: given['with-hook'] ?? false,
    filter,
    envFile: given['env-file'] ?? '.env',
    report: given.report,
  };
}
