import { isIP } from 'node:net';
import { ToolError } from './tool-error.ts';
import { trapInValue } from './typed-value.ts';

export interface OktaOrg {
  /** Scheme, host and port: `https://integrator-1234567.okta.com`. */
  readonly url: string;
  /** A secret: it goes into one header and nowhere else. */
  readonly token: string;
}

const EXAMPLE = 'https://integrator-1234567.okta.com';
const LOCAL = 'http://okta.localhost:8090';

/** What Local Okta takes in compose when nobody chooses another; it opens nothing that is not on this computer. */
const LOCAL_TOKEN = 'local-okta-api-token-for-this-computer';

/** Values as `.env` and the environment hold them. */
export type Values = Readonly<Record<string, string | undefined>>;

/**
 * Reads `OKTA_URL` and `OKTA_API_TOKEN`. For an org on this computer, which is Local Okta, `LOCAL_OKTA_API_TOKEN` does as
 * well, and without it the token of docker compose.
 * @throws ToolError `configuration`
 */
export function readOktaOrg(values: Values): OktaOrg {
  const url = parseOktaUrl(values.OKTA_URL);
  return { url, token: parseToken(values, isThisComputer(new URL(url).hostname)) };
}

/** The org's address, judged. @throws ToolError `configuration` */
export function parseOktaUrl(value: string | undefined): string {
  const text = value?.trim() ?? '';
  const problem = text === '' ? 'is not set' : (trapInValue(text) ?? problemInUrl(text));
  if (problem === undefined) return new URL(text).origin;
  const examples = text === '' ? `OKTA_URL=${EXAMPLE}, or OKTA_URL=${LOCAL} for Local Okta` : `OKTA_URL=${EXAMPLE}`;
  throw new ToolError('configuration', `OKTA_URL ${problem}. For example: ${examples}`);
}

function problemInUrl(text: string): string | undefined {
  if (/\s/.test(text)) return 'contains a space';
  if (/^https?:\/*https?(?::|\/)/i.test(text)) return 'has its scheme twice (https://https://…); write it once';
  if (!/^https?:\/\//i.test(text)) return 'lacks its scheme; it begins with https://';
  if (!URL.canParse(text)) return 'is not a web address';
  const url = new URL(text);
  if (/\bdev-133337\b/.test(url.hostname)) return "names the tutorial's example org; put your own there";
  if (url.username !== '' || url.password !== '') return 'carries a user name or password; leave them out';
  const [, org, part, domain] =
    /^([a-z0-9-]+)(-admin|\.ldap)(\.okta(?:preview|-emea|-gov)?\.com)$/.exec(url.hostname) ?? [];
  if (org !== undefined) {
    const whose = part === '-admin' ? 'Admin Console' : 'LDAP Interface';
    return `is the address of the ${whose}; the org itself is https://${org}${domain}`;
  }
  if (url.protocol === 'http:' && !isThisComputer(url.hostname)) {
    return 'is plain http, which would show the API token to everybody on the way; use https://';
  }
  if (!/^\/*$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    return `goes on after the host; write ${url.origin} alone`;
  }
  return undefined;
}

function parseToken(values: Values, local: boolean): string {
  const fallback = values.OKTA_API_TOKEN || !local ? undefined : values.LOCAL_OKTA_API_TOKEN || LOCAL_TOKEN;
  const token = (fallback ?? values.OKTA_API_TOKEN ?? '').trim();
  const problem = token === '' ? 'is not set' : (trapInValue(token) ?? problemInToken(token));
  if (problem === undefined) return token;
  const name = fallback === undefined ? 'OKTA_API_TOKEN' : 'LOCAL_OKTA_API_TOKEN';
  throw new ToolError(
    'configuration',
    `${name} ${problem}. An administrator makes one in the Admin Console under Security > API > Tokens; put it into .env or the environment.`,
  );
}

function problemInToken(token: string): string | undefined {
  if (/^SSWS\s/i.test(token)) return 'begins with SSWS, which is the name of the scheme; keep what follows it';
  if (/^Bearer\s|^ey[\w-]+\.ey/i.test(token)) return 'is an OAuth access token; this wants an API token';
  if (!/^[\x21-\x7e]+$/.test(token)) return 'contains a space or a letter that no token has';
  return undefined;
}

/** Names that cannot leave this computer (RFC 6761 section 6.3). */
export function isThisComputer(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  );
}
