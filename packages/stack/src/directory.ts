import { readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { LdifError, startEmbeddedDirectory } from '@ldap-to-okta/ldap-server';
import { StackError } from './stack-error.ts';

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
  /** `admin`, which is cn=admin below the base, or a whole DN. */
  readonly adminUsername: string;
  readonly adminPassword: string;
  /** Every `*.ldif` in it is loaded, in the order of their names. */
  readonly ldifFolder: string;
  /** Gets `ca.pem`. */
  readonly folder: string;
}

/**
 * Starts the embedded directory with what is in a folder.
 * @throws {StackError} `bad-ldif`, with file and line
 */
export async function startEmbedded(options: EmbeddedDirectoryOptions): Promise<Directory> {
  const { baseDn, adminUsername, adminPassword, port, ldapsPort, folder } = options;
  const server = await startEmbeddedDirectory({
    ldifFiles: ldifFiles(options.ldifFolder),
    baseDn,
    adminDn: adminUsername.includes('=') ? adminUsername : `cn=${adminUsername},${baseDn}`,
    adminPassword,
    host: '127.0.0.1',
    port,
    ldapsPort,
  }).catch((error: unknown) => {
    throw error instanceof LdifError ? new StackError('bad-ldif', error.message, { cause: error }) : error;
  });
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, server.caPem);
  return {
    env: externalEnv({ url: server.ldapsUrl, caFile }),
    close: () => server.close(),
  };
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

function ldifFiles(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.ldif'));
  // as a person would name it, which is also how a mistake in it is reported
  return names.sort().map((name) => relative(process.cwd(), join(folder, name)));
}
