import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { listens } from '../listens.ts';
import { StepError } from './step-error.ts';

/** What is kept from one start to the next, in one of the two ways to run. */
export interface KeptState {
  /** What would be thrown away, for a person to read. */
  readonly what: readonly string[];
  /** @throws StepError where it cannot be thrown away now */
  throwAway(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `npm start` keeps it in a folder. Its logs are left, and so is whatever else lies there. */
export function stateOfNode(root: string, env: Environment): KeptState {
  const folder = resolve(root, env.LOCAL_STATE_DIR || '.local');
  const kept = {
    [join(folder, 'local-okta')]: "Local Okta's data",
    [join(folder, 'ldap-agent')]: "the LDAP agent's registration",
  };
  const present = Object.entries(kept).filter(([path]) => existsSync(path));
  return {
    what: present.map(([path, what]) => `${what}, in ${path}`),
    async throwAway() {
      const port = Number(env.LOCAL_OKTA_PORT || 8090);
      if (await listens(port)) {
        throw new StepError(
          'running',
          `Something listens at port ${port}, where Local Okta runs. Stop it first: Ctrl-C in its terminal, or docker compose down.`,
        );
      }
      for (const [path] of present) rmSync(path, { recursive: true, force: true });
    },
  };
}

/** `docker compose` keeps it in volumes. @throws StepError `no-engine` */
export function stateOfContainers(root: string, env: Environment): KeptState {
  const docker = (...args: string[]): string => {
    const { status, stdout, stderr, error } = spawnSync('docker', args, {
      cwd: root,
      encoding: 'utf8',
      // all: every container and volume of any step
      env: { ...env, AUTH_MODE: 'all', OKTA_ORG: 'local' },
    });
    if (status === 0) return stdout;
    const why = error === undefined ? stderr.trim().split('\n').at(-1) : error.message;
    throw new StepError('no-engine', `docker ${args.join(' ')} does not work: ${why}`);
  };
  const project = env.COMPOSE_PROJECT_NAME || 'ldap-to-okta';
  const volumes = docker('volume', 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${project}`);
  return {
    what: volumes.split('\n').flatMap((name) => (name === '' ? [] : [`the volume ${name}`])),
    async throwAway() {
      docker('compose', 'down', '--volumes', '--remove-orphans');
    },
  };
}
