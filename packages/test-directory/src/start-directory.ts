import { DirectoryError } from './directory-error.ts';
import { currentEnv } from './env.ts';
import { ldifContent } from './ldif-content.ts';
import { startSlapdDirectory } from './slapd-directory.ts';
import type { DirectoryOptions, TestDirectory } from './test-directory.ts';

/**
 * Starts an LDAP directory for a test, with the tutorial's people in it.
 * @throws {DirectoryError} `kind-unavailable` where the kind that was asked for cannot be had, `did-not-start` with
 * what the server said
 */
export async function startDirectory(options: DirectoryOptions = {}): Promise<TestDirectory> {
  const kind = options.kind ?? 'slapd';
  const files = ldifContent(options);
  switch (kind) {
    case 'slapd':
      return startSlapdDirectory(files, currentEnv().PATH ?? '');
    case 'testcontainers':
    case 'embedded':
      throw new DirectoryError('kind-unavailable', `the directory '${kind}' cannot be had`);
    default:
      return kind satisfies never;
  }
}
