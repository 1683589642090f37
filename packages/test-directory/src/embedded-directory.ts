import { join } from 'node:path';
import { startProcessDirectory } from './process-directory.ts';
import { embeddedServerMain } from './repository-paths.ts';
import { startServer } from './server-process.ts';
import { type TestDirectory, tutorialDirectory } from './test-directory.ts';

/** Starts the embedded directory in a process of its own: frozen, it must not freeze the test with it. */
export async function startEmbeddedTestDirectory(ldifFiles: readonly string[], path: string): Promise<TestDirectory> {
  return startProcessDirectory('embedded', ldifFiles, ({ folder, ldapPort, ldapsPort }) => {
    const env = {
      PATH: path,
      LDAP_ROOT: tutorialDirectory.base,
      LDAP_ADMIN_USERNAME: tutorialDirectory.adminDn,
      LDAP_ADMIN_PASSWORD: tutorialDirectory.adminPassword,
      LDAP_LDIFS_DIR: join(folder, 'ldifs'),
      LDAP_DATA_DIR: join(folder, 'data'),
      LDAP_CERTS_DIR: join(folder, 'certs'),
      LDAP_PORT: String(ldapPort),
      LDAPS_PORT: String(ldapsPort),
    };
    return startServer(process.execPath, [embeddedServerMain], env, folder);
  });
}
