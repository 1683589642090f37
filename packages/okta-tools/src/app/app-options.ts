import { parseCommandLine } from '../command-line.ts';
import type { Values } from '../okta-org.ts';
import { ToolError } from '../tool-error.ts';
import { printable } from '../typed-value.ts';

/** Where the apps of this repository want the browser back; see the adapter of AUTH_MODE=oidc. */
const CALLBACK_PATH = '/authorization-code/callback';

export type Assignment =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'none' };

/** Where the app is, as Okta has to know it. */
export interface AppAddresses {
  readonly redirectUri: string;
  /** With its slash: Okta compares to the letter. */
  readonly postLogoutRedirectUri: string;
}

export interface AppOptions {
  readonly label: string;
  /** As asked for; undefined takes what the app itself will read: `APP_BASE_URL`, or `PORT` on this computer. */
  readonly baseUrl: string | undefined;
  readonly redirectPath: string;
  readonly assign: Assignment;
  /** As asked for; undefined keeps what the file has, or takes the default server. */
  readonly issuer: string | undefined;
  readonly envFile: string;
  readonly dryRun: boolean;
}

export const APP_USAGE = `Usage: npm run okta:app -- [options]

Makes the OIDC web app of the tutorial at an Okta org, or finds it by its label, and writes ISSUER, CLIENT_ID and
CLIENT_SECRET to .env. Running it again changes only what is missing.

  --label <text>            name of the app in Okta            (Directory tutorial)
  --base-url <url>          where browsers reach the app       (APP_BASE_URL, or http://localhost:<PORT or 8080>)
  --port <number>           short for --base-url http://localhost:<number>
  --redirect-path <path>    where they come back after sign-in (${CALLBACK_PATH})
  --assign <whom>           everyone, group:<name> or none     (everyone)
  --issuer <which>          default, org or a whole address    (what the file has, or default)
  --env-file <file>         the file to write                  (.env)
  --dry-run                 says what it would do and changes nothing
  --help                    this text

From the environment, or from that file: OKTA_URL, the address of the org, and OKTA_API_TOKEN, an API token of an
administrator who may manage apps. With Local Okta, LOCAL_OKTA_API_TOKEN will do.`;

/** @throws ToolError `usage` */
export function parseAppOptions(args: readonly string[]): AppOptions | 'help' {
  const given = parseCommandLine(args, {
    label: { type: 'string' },
    port: { type: 'string' },
    'base-url': { type: 'string' },
    'redirect-path': { type: 'string' },
    assign: { type: 'string' },
    issuer: { type: 'string' },
    'env-file': { type: 'string' },
    'dry-run': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (given.help) return 'help';
  if (given.port !== undefined && given['base-url'] !== undefined) {
    throw new ToolError('usage', '--port and --base-url are two ways to say one thing; give one of them.');
  }
  return {
    label: parseLabel(given.label ?? 'Directory tutorial'),
    baseUrl:
      given.port === undefined
        ? given['base-url'] && parseBaseUrl(given['base-url'], '--base-url')
        : `http://localhost:${parsePort(given.port, '--port')}`,
    redirectPath: parsePath(given['redirect-path'] ?? CALLBACK_PATH),
    assign: parseAssignment(given.assign ?? 'everyone'),
    issuer: given.issuer,
    envFile: given['env-file'] ?? '.env',
    dryRun: given['dry-run'] ?? false,
  };
}

/** What the options leave open is what the app finds in the same variables. @throws ToolError `usage` */
export function addressesOf({ baseUrl, redirectPath }: AppOptions, values: Values): AppAddresses {
  const { APP_BASE_URL, PORT } = values;
  const url =
    baseUrl ??
    (APP_BASE_URL
      ? parseBaseUrl(APP_BASE_URL, 'APP_BASE_URL')
      : `http://localhost:${PORT ? parsePort(PORT, 'PORT') : 8080}`);
  return { redirectUri: `${url}${redirectPath}`, postLogoutRedirectUri: `${url}/` };
}

function parseLabel(label: string): string {
  if (label.trim() === '' || label !== printable(label, 100) || label.length > 100) {
    throw new ToolError('usage', '--label is a name of 1 to 100 characters, without blanks around it.');
  }
  return label;
}

function parsePort(text: string, name: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new ToolError('usage', `${name} is a whole number from 1 to 65535.`);
}

function parseBaseUrl(text: string, name: string): string {
  const fail = (why: string): never => {
    throw new ToolError(
      'usage',
      `${name} ${why}. For example: ${name}${name.startsWith('-') ? ' ' : '='}https://app.example.com`,
    );
  };
  if (/^https?:\/*https?(?::|\/)/i.test(text)) return fail('has its scheme twice');
  if (!/^https?:\/\//i.test(text) || /\s|\*/.test(text) || !URL.canParse(text)) return fail('is not a web address');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return fail('carries a user name or password');
  if (!/^\/*$/.test(url.pathname) || url.search !== '' || url.hash !== '') return fail('goes on after the host');
  return url.origin;
}

function parsePath(path: string): string {
  if (/^\/[\w.~/-]*$/.test(path) && !path.startsWith('//')) return path;
  throw new ToolError('usage', `--redirect-path is a path that begins with one slash, such as ${CALLBACK_PATH}.`);
}

function parseAssignment(text: string): Assignment {
  if (text === 'everyone' || text === 'none') return { kind: text };
  const [, name = ''] = /^group:(.+)$/s.exec(text) ?? [];
  if (name.trim() !== '') return { kind: 'group', name };
  throw new ToolError('usage', '--assign is everyone, none or group:<name of the group>.');
}
