import { chooseDirectory } from './choose-directory.ts';
import { startContainerDirectory } from './container-directory.ts';
import { DirectoryError } from './directory-error.ts';
import { startEmbeddedTestDirectory } from './embedded-directory.ts';
import { currentEnv } from './env.ts';
import { ldifContent } from './ldif-content.ts';
import { missingForSlapd, startSlapdDirectory } from './slapd-directory.ts';
import type { DirectoryOptions, TestDirectory } from './test-directory.ts';

/**
 * Starts an LDAP directory for a test, with the tutorial's people in it.
 * @throws {DirectoryError} `kind-unavailable` where the kind that was asked for cannot be had, `did-not-start` with
 * what the server said
 */
export async function startDirectory(options: DirectoryOptions = {}): Promise<TestDirectory> {
  const env = currentEnv();
  const path = env.PATH ?? '';
  const kind = options.kind ?? (await chooseDirectory(env)).kind;
  const files = ldifContent(options);
  switch (kind) {
    case 'slapd': {
      const missing = missingForSlapd(path);
      if (missing.length > 0) throw new DirectoryError('kind-unavailable', `this host has no ${missing.join(', no ')}`);
      return startSlapdDirectory(files, path);
    }
    case 'testcontainers':
      return startContainerDirectory(files, path);
    case 'embedded':
      return startEmbeddedTestDirectory(files, path);
    default:
      return kind satisfies never;
  }
}
