import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilItAnswers } from './answers.ts';
import { freePorts } from './free-ports.ts';
import { nameInOrder } from './ldif-content.ts';
import { type SlapdProcess, startSlapd } from './slapd-process.ts';
import { type TestDirectory, tutorialDirectory } from './test-directory.ts';

/** Starts this host's slapd on ports of its own with its data in a folder of its own. */
export async function startSlapdDirectory(ldifFiles: readonly string[], path: string): Promise<TestDirectory> {
  const folder = await mkdtemp(join(tmpdir(), 'test-slapd-'));
  let running: SlapdProcess | undefined;
  const remove = async (): Promise<void> => {
    await running?.stop();
    running = undefined;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(['ldifs', 'data', 'certs'].map((name) => mkdir(join(folder, name))));
    await Promise.all(ldifFiles.map((file, index) => copyFile(file, join(folder, 'ldifs', nameInOrder(file, index)))));
    const [ldapPort = 0, ldapsPort = 0] = await freePorts(2);
    const url = `ldap://127.0.0.1:${ldapPort}`;
    const start = async (): Promise<void> => {
      if (running !== undefined) return;
      const slapd = startSlapd(folder, ldapPort, ldapsPort, path);
      running = slapd;
      await untilItAnswers(url, slapd.ended);
    };
    await start();
    return {
      kind: 'slapd',
      url,
      ldapsUrl: `ldaps://localhost:${ldapsPort}`,
      caFile: join(folder, 'certs', 'ca.pem'),
      ...tutorialDirectory,
      start,
      stop: async () => {
        await running?.stop();
        running = undefined;
      },
      pause: async () => running?.signal('SIGSTOP'),
      resume: async () => running?.signal('SIGCONT'),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
