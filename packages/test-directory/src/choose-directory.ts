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
 * this host's slapd, else the embedded one. The test runner says at its end which one it was, and why.
 * @throws {DirectoryError} `bad-setting` for an unknown kind, `kind-unavailable` where a forced one cannot be had
 */
export async function chooseDirectory(env: NodeJS.ProcessEnv): Promise<DirectoryChoice> {
  const path = env.PATH ?? '';
  return env.TEST_DIRECTORY ? forced(env.TEST_DIRECTORY, path) : best(path);
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
