import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCertificateAuthority, startEmbeddedDirectory } from '@ldap-to-okta/ldap-server';

// The embedded directory as a process, with the settings that docker/openldap/entrypoint.sh takes.
const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

const ldifFolder = setting('LDAP_LDIFS_DIR');
const keptCa = join(setting('LDAP_DATA_DIR'), 'ca.json');

// The CA outlives a restart, as the container's does.
const kept: { readonly caPem: string; readonly keyPem: string } | undefined = existsSync(keptCa)
  ? JSON.parse(readFileSync(keptCa, 'utf8'))
  : undefined;
const authority = createCertificateAuthority(kept === undefined ? {} : { kept });
const { caPem, keyPem } = authority;
writeFileSync(keptCa, JSON.stringify({ caPem, keyPem }), { mode: 0o600 });
writeFileSync(join(setting('LDAP_CERTS_DIR'), 'ca.pem'), caPem);

try {
  const directory = await startEmbeddedDirectory({
    ldifFiles: readdirSync(ldifFolder)
      .filter((name) => name.endsWith('.ldif'))
      .toSorted()
      .map((name) => join(ldifFolder, name)),
    baseDn: setting('LDAP_ROOT'),
    adminDn: setting('LDAP_ADMIN_USERNAME'),
    adminPassword: setting('LDAP_ADMIN_PASSWORD'),
    port: Number(setting('LDAP_PORT')),
    ldapsPort: Number(setting('LDAPS_PORT')),
    tls: { ...authority.issue(), caPem },
    onError: (error) => console.error(error),
  });
  process.once('SIGTERM', () => {
    void directory.close();
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
