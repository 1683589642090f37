import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { createCertificateAuthority } from './certificates/certificate-authority.ts';
import { Directory } from './directory/directory.ts';
import { createDirectoryBackend } from './directory/directory-backend.ts';
import { type LdifRecord, parseLdif } from './directory/ldif.ts';
import { LdifError } from './directory/ldif-error.ts';
import { startLdapServer } from './server/ldap-server.ts';
import type { ConnectionLimits, TlsIdentity } from './server/server-options.ts';

export interface EmbeddedDirectoryOptions {
  /** Loaded in this order. */
  readonly ldifFiles: readonly string[];
  /** The suffix. Left out, it is the DN of the first entry. */
  readonly baseDn?: string;
  readonly adminDn: string;
  readonly adminPassword: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** LDAP and StartTLS. Default: a free one. */
  readonly port?: number;
  /** LDAPS. Default: a free one. */
  readonly ldapsPort?: number;
  /** Default: a certificate for localhost, 127.0.0.1, ::1 and this host's name, of an authority made for the occasion. */
  readonly tls?: TlsIdentity & { readonly caPem: string };
  readonly connectionLimits?: Partial<ConnectionLimits>;
  /** Bugs and broken listeners; refusals are not among them. Default: silence. */
  readonly onError?: (error: unknown) => void;
}

export interface EmbeddedDirectory {
  /** `ldap://127.0.0.1:port` */
  readonly url: string;
  /** `ldaps://localhost:port` */
  readonly ldapsUrl: string;
  readonly port: number;
  readonly ldapsPort: number;
  /** What clients must trust. */
  readonly caPem: string;
  readonly baseDn: string;
  readonly entries: number;
  close(): Promise<void>;
}

/**
 * Starts an LDAP directory in this process, with the content of LDIF files. It answers as slapd does with the overlays
 * ppolicy and memberof; what is written to it is gone when it closes.
 * @throws {LdifError} `file:line: reason` where an LDIF cannot be taken
 * @throws {ListenError} where a port cannot be had
 * @example
 * const directory = await startEmbeddedDirectory({
 *   ldifFiles: ['ldifs/users.ldif'],
 *   adminDn: 'cn=admin,dc=example,dc=org',
 *   adminPassword: 'adminpassword',
 * });
 */
export async function startEmbeddedDirectory(options: EmbeddedDirectoryOptions): Promise<EmbeddedDirectory> {
  const { adminDn, adminPassword, baseDn } = options;
  const directory = new Directory({ adminDn, adminPassword, ...(baseDn === undefined ? {} : { baseDn }) });
  for (const file of options.ldifFiles) directory.load(await readLdif(file));
  const tls = options.tls ?? createOwnTls();
  const server = await startLdapServer({
    backend: createDirectoryBackend(directory),
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    ldapsPort: options.ldapsPort ?? 0,
    tls,
    connectionLimits: options.connectionLimits ?? {},
    ...(options.onError === undefined ? {} : { onError: options.onError }),
  });
  return {
    url: server.url ?? '',
    ldapsUrl: server.ldapsUrl ?? '',
    port: server.port ?? 0,
    ldapsPort: server.ldapsPort ?? 0,
    caPem: tls.caPem,
    baseDn: directory.base?.text ?? '',
    entries: directory.size,
    close: server.close,
  };
}

function createOwnTls(): TlsIdentity & { readonly caPem: string } {
  const authority = createCertificateAuthority();
  // OpenLDAP's clients look for this host's name in the certificate where they were told `localhost`.
  const names = ['localhost', '127.0.0.1', '::1', hostname()];
  return { ...authority.issue({ names }), caPem: authority.caPem };
}

async function readLdif(file: string): Promise<readonly LdifRecord[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : String(cause);
    throw new LdifError(file, 0, `the file cannot be read (${code})`, cause);
  }
  return parseLdif(decodeUtf8(bytes, file), { file });
}

function decodeUtf8(bytes: Buffer, file: string): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd') || Buffer.from(text).equals(bytes)) return text;
  const line = text.slice(0, text.indexOf('\ufffd')).split('\n').length;
  throw new LdifError(file, line, 'not UTF-8: put such a value in base64 ("::")');
}
