import { isIP } from 'node:net';

export interface ServerAddress {
  /** As configured, for steps and errors. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (ldaps). */
  readonly secure: boolean;
}

/** Parses `ldap://host:port`. Returns what is wrong as a string. */
export function parseServerAddress(text: unknown): ServerAddress | string {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'ldap:' && url.protocol !== 'ldaps:') || url.hostname === '') {
    return 'is not an LDAP address; write ldap://host:389 or ldaps://host:636';
  }
  if (url.username !== '' || url.password !== '') {
    return 'carries a user name or password; they belong in bindDN and bindCredentials';
  }
  if ((url.pathname !== '' && url.pathname !== '/') || url.search !== '' || url.hash !== '') {
    return 'goes on after the port; the base belongs in searchBase';
  }
  const secure = url.protocol === 'ldaps:';
  const host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? (secure ? 636 : 389) : Number(url.port);
  return { url: `${url.protocol}//${url.hostname}:${port}`, host, port, secure };
}

/** Whether a host is this computer by name or address, so that clear text stays on it (RFC 6761 section 6.3). */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}
