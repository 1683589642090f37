import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartedTestContainer } from 'testcontainers';
import { untilItAnswers } from './answers.ts';
import { type ContainerEngine, connectToEngine } from './container-engine.ts';
import { DirectoryError } from './directory-error.ts';
import { endWithParent } from './end-with-parent.ts';
import { freePorts } from './free-ports.ts';
import { nameInOrder } from './ldif-content.ts';
import { openldapFolder } from './repository-paths.ts';
import { type TestDirectory, tutorialDirectory } from './test-directory.ts';

const image = 'ldap-to-okta/openldap-under-test:latest';

/** Starts the image of `docker/openldap`; it is built first, from the engine's cache where nothing changed. */
export async function startContainerDirectory(ldifFiles: readonly string[], path: string): Promise<TestDirectory> {
  const engine = await connectToEngine();
  const folder = await mkdtemp(join(tmpdir(), 'test-container-'));
  const caFile = join(folder, 'ca.pem');
  // Ports chosen here and not by the engine, which would give others after a stop and a start.
  const [ldapPort = 0, ldapsPort = 0] = await freePorts(2);
  let container: StartedTestContainer;
  try {
    container = await startContainer(engine, ldifFiles, ldapPort, ldapsPort);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const id = container.getId();
  const watcher = endWithParent('docker rm -f -v "$1"; rm -rf "$2"', [id, folder], path);
  const url = `ldap://127.0.0.1:${ldapPort}`;
  const handle = engine.container(id);
  let removed: Promise<void> | undefined;
  const remove = (): Promise<void> => {
    removed ??= handle.remove({ force: true, v: true }).then(async () => {
      watcher.release();
      await rm(folder, { recursive: true, force: true });
    });
    return removed;
  };
  try {
    await writeFile(caFile, (await container.exec(['cat', '/certs/ca.pem'])).stdout);
    await untilItAnswers(url, () => undefined);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    kind: 'testcontainers',
    url,
    ldapsUrl: `ldaps://localhost:${ldapsPort}`,
    caFile,
    ...tutorialDirectory,
    start: async () => {
      if ((await handle.inspect()).State.Running) return;
      await handle.start();
      await untilItAnswers(url, () => undefined);
    },
    stop: async () => {
      const { State } = await handle.inspect();
      if (State.Paused) await handle.unpause();
      if (State.Running) await handle.stop();
    },
    pause: () => handle.pause(),
    resume: () => handle.unpause(),
    remove,
  };
}

async function startContainer(
  engine: ContainerEngine,
  ldifFiles: readonly string[],
  ldapPort: number,
  ldapsPort: number,
): Promise<StartedTestContainer> {
  const { GenericContainer, Wait } = engine.testcontainers;
  const built = await GenericContainer.fromDockerfile(openldapFolder).build(image, { deleteOnExit: false });
  const words: string[] = [];
  const prepared = built
    .withEnvironment({
      LDAP_ROOT: tutorialDirectory.base,
      LDAP_ADMIN_USERNAME: 'admin',
      LDAP_ADMIN_PASSWORD: tutorialDirectory.adminPassword,
    })
    .withCopyFilesToContainer(
      ldifFiles.map((source, index) => ({ source, target: `/ldifs/${nameInOrder(source, index)}`, mode: 0o644 })),
    )
    .withExposedPorts({ container: 1389, host: ldapPort }, { container: 1636, host: ldapsPort })
    .withWaitStrategy(Wait.forHealthCheck())
    .withStartupTimeout(300_000)
    .withLogConsumer((stream) => stream.on('data', (line) => words.push(String(line))));
  try {
    return await prepared.start();
  } catch (cause) {
    throw new DirectoryError('did-not-start', `the container did not start:\n${words.join('')}`, { cause });
  }
}
