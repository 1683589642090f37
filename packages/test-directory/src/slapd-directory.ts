import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { startProcessDirectory } from './process-directory.ts';
import { openldapFolder } from './repository-paths.ts';
import { startServer } from './server-process.ts';
import { type TestDirectory, tutorialDirectory } from './test-directory.ts';

/** Starts this host's slapd by the container's own entry point, which ends by becoming slapd. */
export async function startSlapdDirectory(ldifFiles: readonly string[], path: string): Promise<TestDirectory> {
  return startProcessDirectory('slapd', ldifFiles, ({ folder, ldapPort, ldapsPort }) => {
    // Nothing of the caller's environment but the PATH: no LDAP* or LDAPTLS_* variable may change what is tested.
    const env = {
      PATH: path,
      LDAP_ROOT: tutorialDirectory.base,
      LDAP_ADMIN_USERNAME: tutorialDirectory.adminDn,
      LDAP_ADMIN_PASSWORD: tutorialDirectory.adminPassword,
      LDAP_LDIFS_DIR: join(folder, 'ldifs'),
      LDAP_DATA_DIR: join(folder, 'data'),
      LDAP_CERTS_DIR: join(folder, 'certs'),
      LDAP_LISTEN: `ldap://127.0.0.1:${ldapPort} ldaps://127.0.0.1:${ldapsPort}`,
    };
    return startServer(join(openldapFolder, 'entrypoint.sh'), [], env, folder);
  });
}

/** What the entry point needs and this host lacks; empty where slapd can be had. */
export function missingForSlapd(path: string): readonly string[] {
  const folders = [...path.split(delimiter), '/usr/sbin', '/usr/libexec'];
  const programs = ['bash', 'slapd', 'slapadd', 'slappasswd', 'ldapadd', 'ldapsearch', 'openssl', 'flock'];
  const missing = programs.filter((program) => !folders.some((folder) => canRun(join(folder, program))));
  const modules = ['/usr/lib/ldap', '/usr/lib64/openldap', '/usr/lib/openldap'];
  return modules.some((folder) => canRead(join(folder, 'pw-pbkdf2.so'))) ? missing : [...missing, 'pw-pbkdf2.so'];
}

const canRun = (file: string): boolean => can(file, constants.X_OK);
const canRead = (file: string): boolean => can(file, constants.R_OK);

function can(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}
