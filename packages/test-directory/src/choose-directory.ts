import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectToEngine } from './container-engine.ts';
import { DirectoryError } from './directory-error.ts';
import { missingForSlapd } from './slapd-directory.ts';
import { type DirectoryKind, directoryKinds } from './test-directory.ts';

export interface DirectoryChoice {
  readonly kind: DirectoryKind;
  /** One clause for people: why this kind and no other. */
  readonly why: string;
}

/**
 * Which kind of directory tests get: `TEST_DIRECTORY` where it is set, else a container where an engine answers, else
 * this host's slapd, else the embedded one. Where `TEST_RESULTS_DIR` is set the choice is written to `directory.json`
 * there, so that the test runner can say at its end which one it was.
 * @throws {DirectoryError} `bad-setting` for an unknown kind, `kind-unavailable` where a forced one cannot be had
 */
export async function chooseDirectory(env: NodeJS.ProcessEnv): Promise<DirectoryChoice> {
  const choice = env.TEST_DIRECTORY ? await forced(env.TEST_DIRECTORY, env.PATH ?? '') : await best(env.PATH ?? '');
  if (env.TEST_RESULTS_DIR) {
    mkdirSync(env.TEST_RESULTS_DIR, { recursive: true });
    writeFileSync(join(env.TEST_RESULTS_DIR, 'directory.json'), `${JSON.stringify(choice)}\n`);
  }
  return choice;
}

async function forced(wanted: string, path: string): Promise<DirectoryChoice> {
  const kind = directoryKinds.find((known) => known === wanted);
  if (kind === undefined) {
    const known = directoryKinds.join(', ');
    throw new DirectoryError('bad-setting', `TEST_DIRECTORY is '${wanted}'; it can be one of: ${known}`);
  }
  const obstacle = await whyNot(kind, path);
  if (obstacle !== undefined) {
    throw new DirectoryError('kind-unavailable', `TEST_DIRECTORY=${kind} cannot be had: ${obstacle}`);
  }
  return { kind, why: `TEST_DIRECTORY=${kind}` };
}

async function best(path: string): Promise<DirectoryChoice> {
  const noEngine = await whyNot('testcontainers', path);
  if (noEngine === undefined) return { kind: 'testcontainers', why: 'a container engine answers' };
  const noSlapd = await whyNot('slapd', path);
  if (noSlapd === undefined) return { kind: 'slapd', why: `slapd is on the PATH, and ${noEngine}` };
  return { kind: 'embedded', why: `${noEngine}, and ${noSlapd}` };
}

async function whyNot(kind: DirectoryKind, path: string): Promise<string | undefined> {
  switch (kind) {
    case 'testcontainers':
      try {
        await connectToEngine();
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    case 'slapd': {
      const missing = missingForSlapd(path);
      return missing.length === 0 ? undefined : `this host has no ${missing.join(', no ')}`;
    }
    case 'embedded':
      return undefined;
    default:
      return kind satisfies never;
  }
}
