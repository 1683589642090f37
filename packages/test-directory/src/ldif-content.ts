import { basename } from 'node:path';
import { personasLdif, tutorialLdif } from './repository-paths.ts';
import type { DirectoryOptions } from './test-directory.ts';

/** The LDIFs a directory is started with, in the order in which they are loaded. */
export function ldifContent(options: DirectoryOptions): readonly string[] {
  return [...(options.ldifFiles ?? [tutorialLdif]), ...(options.personas === true ? [personasLdif] : [])];
}

/** OpenLDAP loads a folder in the order of names: a number in front keeps the order that was asked for. */
export function nameInOrder(file: string, index: number): string {
  return `${String(index).padStart(3, '0')}-${basename(file)}`;
}
