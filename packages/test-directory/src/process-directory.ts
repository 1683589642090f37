import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilItAnswers } from './answers.ts';
import { freePorts } from './free-ports.ts';
import { nameInOrder } from './ldif-content.ts';
import type { ServerProcess } from './server-process.ts';
import { type DirectoryKind, type TestDirectory, tutorialDirectory } from './test-directory.ts';

export interface DirectoryPlace {
  /** Holds `ldifs/`, `data/` and `certs/`; the server writes `certs/ca.pem`. */
  readonly folder: string;
  readonly ldapPort: number;
  readonly ldapsPort: number;
}

/** A directory that is a process of this host: its ports and its folder stay the same from start to start. */
export async function startProcessDirectory(
  kind: DirectoryKind,
  ldifFiles: readonly string[],
  run: (place: DirectoryPlace) => ServerProcess,
): Promise<TestDirectory> {
  const folder = await mkdtemp(join(tmpdir(), `test-${kind}-`));
  let server: ServerProcess | undefined;
  const stop = async (): Promise<void> => {
    await server?.stop();
    server = undefined;
  };
  const remove = async (): Promise<void> => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(['ldifs', 'data', 'certs'].map((name) => mkdir(join(folder, name))));
    await Promise.all(ldifFiles.map((file, index) => copyFile(file, join(folder, 'ldifs', nameInOrder(file, index)))));
    const [ldapPort = 0, ldapsPort = 0] = await freePorts(2);
    const url = `ldap://127.0.0.1:${ldapPort}`;
    const start = async (): Promise<void> => {
      if (server !== undefined) return;
      const started = run({ folder, ldapPort, ldapsPort });
      server = started;
      await untilItAnswers(url, started.ended);
    };
    await start();
    return {
      kind,
      url,
      ldapsUrl: `ldaps://localhost:${ldapsPort}`,
      caFile: join(folder, 'certs', 'ca.pem'),
      ...tutorialDirectory,
      start,
      stop,
      pause: async () => server?.signal('SIGSTOP'),
      resume: async () => server?.signal('SIGCONT'),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
