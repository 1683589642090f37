import { isIPv6 } from 'node:net';
import { z } from 'zod';

export interface LdapHost {
  readonly host: string;
  readonly port?: number;
}

export function ldapUrl(scheme: 'ldap' | 'ldaps', { host, port }: LdapHost, defaultPort: number): string {
  return `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port ?? defaultPort}`;
}

/** Hosts to try in order, with commas or spaces between them, each with a port of its own if it needs one. */
export const hostList = z.string().transform((text, context): LdapHost[] => {
  const hosts: LdapHost[] = [];
  for (const part of text.split(/[\s,]+/).filter((item) => item !== '')) {
    const host = parseHost(part);
    if (typeof host === 'string') {
      context.addIssue({ code: 'custom', message: host });
      return z.NEVER;
    }
    hosts.push(host);
  }
  return hosts;
});

/** A host, or the sentence that says why it is none. */
function parseHost(text: string): LdapHost | string {
  if (text.includes('://')) {
    const secure = /^ldaps:/i.test(text) ? ' LDAPS is chosen by LDAP_TLS=ldaps.' : '';
    return `is an address with a scheme; write the host name alone.${secure}`;
  }
  if (text.includes('@')) {
    return 'contains an @; write the host name alone.';
  }
  if (isIPv6(text)) {
    return { host: text };
  }
  const [, bracketed, name, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text) ?? [];
  const host = bracketed ?? name;
  if (
    host === undefined ||
    !(bracketed === undefined ? /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9.])?$/i.test(host) : isIPv6(host))
  ) {
    return 'is not a host name or address.';
  }
  if (digits === undefined) {
    return { host };
  }
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { host, port } : 'has a port that is not between 1 and 65535.';
}

/** One host, without a port. */
export const singleHost = hostList.transform((hosts, context) => {
  const [first, ...others] = hosts;
  if (first === undefined || others.length > 0 || first.port !== undefined) {
    context.addIssue({ code: 'custom', message: 'is not one host name; the port has a variable of its own.' });
    return z.NEVER;
  }
  return first.host;
});
