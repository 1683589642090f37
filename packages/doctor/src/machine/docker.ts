import { execFile } from 'node:child_process';
import type { AuthMode } from '@ldap-to-okta/auth-adapter';
import { notChecked, ok, type Verdict, warning } from '../exam.ts';

/** `include` with a variable in its path, as docker-compose.yml has it, came with this one. */
const OLDEST_COMPOSE = [2, 20] as const;
const BASE_IMAGES = ['debian:trixie-slim', 'node:24-trixie-slim'];

export interface DockerOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly modes: readonly AuthMode[];
  readonly org: 'local' | 'real';
  readonly withOrg: boolean;
  readonly timeoutMs: number;
}

/** Whether `docker compose up` would work. Never a failure: npm start does without. */
export async function checkDocker({ env, modes, org, withOrg, timeoutMs }: DockerOptions): Promise<Verdict<void>> {
  const docker = (...args: string[]): Promise<Run> => run('docker', args, env, timeoutMs);
  const engine = await docker('version', '--format', '{{.Server.Version}}');
  if (engine.code === 'ENOENT') return notChecked('there is no docker command here; npm start needs none');
  if (engine.code !== 0) {
    return warning(
      undefined,
      'no Docker engine answers, so docker compose up would not work',
      'Start Docker, or use npm start, which needs none.',
    );
  }
  const compose = await docker('compose', 'version', '--short');
  const [major = 0, minor = 0] = compose.text.trim().replace(/^v/, '').split('.').map(Number);
  if (compose.code !== 0 || major < OLDEST_COMPOSE[0] || (major === OLDEST_COMPOSE[0] && minor < OLDEST_COMPOSE[1])) {
    const found = compose.code === 0 ? `docker compose is ${compose.text.trim()}` : 'docker has no compose plugin';
    return warning(
      undefined,
      `${found}, and ${OLDEST_COMPOSE.join('.')} or later is needed for docker compose up`,
      "Update Docker's compose plugin, or use npm start.",
    );
  }
  const present = await docker('images', '--format', '{{.Repository}}:{{.Tag}}');
  const images = new Set(present.text.split('\n').map((line) => line.trim()));
  const versions = `engine ${engine.text.trim()}, compose ${compose.text.trim()}`;
  const missing = imagesOf(modes, withOrg ? org : undefined).filter((image) => !images.has(`${image}:latest`));
  if (missing.length === 0) return ok(undefined, `${versions}; the images are built`);
  const bases = BASE_IMAGES.filter((image) => !images.has(image));
  const fetched = bases.length === 0 ? '' : `, and fetches ${bases.join(' and ')} by the network`;
  const count = `${missing.length} image${missing.length === 1 ? '' : 's'}`;
  return ok(undefined, `${versions}; docker compose up builds ${count} first${fetched}`);
}

function imagesOf(modes: readonly AuthMode[], org: 'local' | 'real' | undefined): readonly string[] {
  const orgImages = { local: ['local-okta', 'ldap-agent'], real: ['okta-ldap-agent'] };
  return ['openldap', ...(org === undefined ? [] : orgImages[org]), ...modes.map((mode) => `app-${mode}`)].map(
    (name) => `ldap-to-okta/${name}`,
  );
}

/** docker-compose.yml names it. */
export const composeProject = (env: NodeJS.ProcessEnv): string => env.COMPOSE_PROJECT_NAME || 'ldap-to-okta';

interface Run {
  readonly code: number | string;
  readonly text: string;
}

export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv, timeout: number): Promise<Run> {
  return new Promise((resolve) => {
    execFile(command, [...args], { env, timeout, windowsHide: true }, (error, stdout) => {
      resolve({ code: error === null ? 0 : (error.code ?? -1), text: stdout });
    });
  });
}
