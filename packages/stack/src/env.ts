import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { loopbackNameIn, setUps } from './local-org.ts';
import { isStartable, type StartableMode, startableModes } from './modes.ts';
import { StackError } from './stack-error.ts';
import type { StackOptions } from './start-stack.ts';

const portNumber = z.coerce.number().int().min(1).max(65_535);

/**
 * What `npm start` shall do: from the environment, and from `.env` beside package.json where a variable is not set.
 * @throws {StackError} `bad-setting`, with everything that is wrong in its one line
 */
export function readStackOptions(root: string): StackOptions & { readonly modes: readonly StartableMode[] } {
  const file = join(root, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
  const env = process.env;
  const problems: string[] = [];
  const port = (name: string, fallback: number): number => {
    const result = portNumber.safeParse(env[name] || fallback);
    if (!result.success) problems.push(`${name} is '${env[name]}' and must be a port between 1 and 65535`);
    return result.data ?? fallback;
  };

  const mode = env.AUTH_MODE || 'all';
  if (mode !== 'all' && mode !== 'agent' && !isStartable(mode)) {
    problems.push(
      `AUTH_MODE is '${mode}'; npm start knows ${startableModes.join(', ')}, agent, and all of them without it`,
    );
  }
  const directory = env.DIRECTORY || (isElsewhere(env.LDAP_HOST) ? 'as-configured' : 'embedded');
  if (directory !== 'embedded' && directory !== 'as-configured') {
    problems.push(`DIRECTORY is '${directory}'; it can be embedded or as-configured`);
  }
  const org = env.OKTA_ORG || 'local';
  if (org !== 'local' && org !== 'real') problems.push(`OKTA_ORG is '${org}'; it can be local or real`);
  for (const name of ['OKTA_URL', 'ISSUER']) {
    if (org === 'local' && env[name] && loopbackNameIn(env[name]) === undefined) {
      problems.push(`${name} is '${env[name]}', which is not on this computer; for a real org, set OKTA_ORG=real`);
    }
  }
  const ports = {
    app: port('PORT', 8080),
    ldap: port('OPENLDAP_PORT', 1389),
    ldaps: port('OPENLDAPS_PORT', 1636),
    okta: port('LOCAL_OKTA_PORT', 8090),
    oktaLdaps: port('LOCAL_OKTA_LDAPS_PORT', 8636),
    oktaLdap: port('LOCAL_OKTA_LDAP_PORT', 8389),
  };
  const setup = env.LOCAL_OKTA_SETUP || 'auto';
  if (!setUps.some((name) => name === setup)) {
    problems.push(`LOCAL_OKTA_SETUP is '${setup}'; it can be ${setUps.join(', ')}`);
  }
  if (problems.length > 0) throw new StackError('bad-setting', `${problems.join('; ')}.`);
  return {
    ...whatToStart(mode),
    directory: directory === 'as-configured' ? directory : 'embedded',
    org: org === 'real' ? org : 'local',
    ports,
    env,
    folder: resolve(root, env.LOCAL_STATE_DIR || '.local'),
  };
}

/** `agent` is step 2: the app still asks the directory, and beside it the org is set up. */
function whatToStart(mode: string): { readonly modes: readonly StartableMode[]; readonly withOrg?: boolean } {
  if (mode === 'agent') return { modes: ['ldap'], withOrg: true };
  return { modes: isStartable(mode) ? [mode] : startableModes };
}

/** The example's `localhost` is where the embedded directory will be; another name is somebody's own directory. */
const isElsewhere = (host: string | undefined): boolean =>
  host !== undefined && host !== '' && !/^(localhost|127(\.\d+){3}|::1)$/.test(host);
