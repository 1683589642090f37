import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Where the tests are to do with slapd or the embedded directory, the image is not tried. */
const wanted = (process.env.TEST_DIRECTORY ?? 'testcontainers') === 'testcontainers';
export const haveDocker = wanted && spawnSync('docker', ['version']).status === 0;
const image = 'ldap-to-okta/openldap-under-test:image';

export interface Finished {
  readonly code: number;
  /** Standard output and standard error. */
  readonly words: string;
}

export function docker(...parameters: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    execFile('docker', parameters, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, words: out + err });
    });
  });
}

export async function buildImage(): Promise<void> {
  const folder = fileURLToPath(new URL('../../../docker/openldap', import.meta.url));
  const built = await docker('build', '-q', '-t', image, folder);
  if (built.code !== 0) throw new Error(built.words);
}

/** Containers and volumes of one test, named so that they can be removed whatever happened. */
export class DockerRoom {
  readonly name = `openldap-test-${randomBytes(4).toString('hex')}`;
  readonly data = `${this.name}-data`;
  readonly certs = `${this.name}-certs`;

  /** Starts a container as compose does: read-only, without capabilities. Its name is the room's unless given. */
  async run(ldifs: string, env: Record<string, string> = {}, name = this.name): Promise<void> {
    const settings = Object.entries(env).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
    const mounts = [`${ldifs}:/ldifs:ro`, `${this.data}:/var/lib/openldap`, `${this.certs}:/certs`];
    const hardened = [
      '--read-only',
      '--tmpfs',
      '/tmp',
      '--cap-drop',
      'ALL',
      '--security-opt',
      'no-new-privileges:true',
    ];
    const volumes = mounts.flatMap((mount) => ['-v', mount]);
    const started = await docker('run', '-d', '--name', name, ...hardened, ...volumes, ...settings, image);
    if (started.code !== 0) throw new Error(started.words);
  }

  async exec(...command: readonly string[]): Promise<Finished> {
    return docker('exec', this.name, ...command);
  }

  async logs(name = this.name): Promise<string> {
    return (await docker('logs', name)).words;
  }

  async inspect(format: string, name = this.name): Promise<string> {
    return (await docker('inspect', '-f', format, name)).words.trim();
  }

  async untilHealthy(): Promise<void> {
    await until(async () => {
      const state = await this.inspect('{{.State.Status}} {{.State.Health.Status}}');
      if (state.startsWith('exited')) throw new Error(await this.logs());
      return state === 'running healthy';
    });
  }

  /** Waits for the end of the container and returns its exit code. */
  async end(name = this.name): Promise<number> {
    return Number((await docker('wait', name)).words.trim());
  }

  async removeContainer(name = this.name): Promise<void> {
    await docker('rm', '-f', name);
  }

  async clear(): Promise<void> {
    await docker('rm', '-f', this.name, `${this.name}-second`);
    await docker('volume', 'rm', '-f', this.data, this.certs);
  }

  /** Searches as the administrator, inside the container. */
  async search(...parameters: readonly string[]): Promise<string> {
    const how = [
      '-x',
      '-LLL',
      '-H',
      'ldap://127.0.0.1:1389',
      '-D',
      'cn=admin,dc=example,dc=org',
      '-w',
      'adminpassword',
    ];
    return (await this.exec('ldapsearch', ...how, ...parameters)).words;
  }
}

/** Asks again until it is so; the test's own time limit ends it. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(50);
}
