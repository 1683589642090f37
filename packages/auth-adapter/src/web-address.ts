import { isIP } from 'node:net';
import { z } from 'zod';

/** Whether a host is this computer by name or address, so that clear text stays on it (RFC 6761 section 6.3). */
export function isLoopback(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}

/** What is wrong with the address of a web server, or undefined. */
type Trap = (url: URL, text: string) => string | undefined;

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

const trapInAnyAddress: Trap = (url, text) => {
  if (/\s/.test(text)) {
    return 'contains a space.';
  }
  if (url.username !== '' || url.password !== '') {
    return 'carries a user name or password; leave them out.';
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'is plain http, which is accepted for localhost and *.localhost only; use https://.';
  }
  if (url.search !== '' || url.hash !== '') {
    return 'carries a query or a fragment; leave out everything from ? or # on.';
  }
  return undefined;
};

/** The Admin Console lives at `https://<org>-admin.okta.com`; people and apps sign in at `https://<org>.okta.com`. */
const trapInOktaAddress: Trap = (url) => {
  const [, org, domain] =
    /^([a-z0-9-]+)(?:-admin|\.ldap)(\.okta(?:preview|-emea|-gov)?\.com)$/.exec(url.hostname) ?? [];
  if (org === undefined || domain === undefined) {
    return undefined;
  }
  const whose = url.hostname.includes('.ldap.') ? 'LDAP Interface' : 'Admin Console';
  return `is the address of the ${whose}; the org itself is https://${org}${domain}.`;
};

const trapInOrigin: Trap = (url) =>
  /^\/*$/.test(url.pathname) ? undefined : `goes on after the host; write ${url.origin} alone.`;

const trapInIssuer: Trap = (url) => {
  if (url.pathname.includes('/.well-known/')) {
    return 'is the address of the discovery document; leave out everything from /.well-known on.';
  }
  if (/\/v1\/(?:authorize|token|keys|userinfo|logout)\/?$/.test(url.pathname)) {
    return 'is the address of one endpoint; leave out everything from /v1 on.';
  }
  return undefined;
};

function address(traps: readonly Trap[]): z.ZodType<string, string> {
  return z.string().transform((text, context) => {
    const problem = problemIn(text, traps);
    if (problem !== undefined) {
      context.addIssue({ code: 'custom', message: problem });
      return z.NEVER;
    }
    return text.replace(/\/+$/, '');
  });
}

function problemIn(text: string, traps: readonly Trap[]): string | undefined {
  if (/^https?:\/*https?(?::|\/)/i.test(text)) {
    return 'has its scheme twice (https://https://…); write it once.';
  }
  if (!/^https?:\/\//i.test(text)) {
    return 'is not a web address; it begins with https://.';
  }
  const url = parseUrl(text);
  if (url === undefined) {
    return 'is not a web address.';
  }
  for (const trap of [trapInAnyAddress, ...traps]) {
    const problem = trap(url, text);
    if (problem !== undefined) {
      return problem;
    }
  }
  return undefined;
}

/** An Okta org: scheme, host and port. A trailing slash is taken off. */
export const oktaOrgUrl = address([trapInOktaAddress, trapInOrigin]);

/** Where browsers reach this app: scheme, host and port. A trailing slash is taken off. */
export const webOrigin = address([trapInOrigin]);

/** An OpenID issuer, which may have a path. A trailing slash is taken off, because issuers are compared as text. */
export const issuerUrl = address([trapInOktaAddress, trapInIssuer]);
