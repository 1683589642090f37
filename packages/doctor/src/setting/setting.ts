import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { type AuthMode, type Environment, isLoopback } from '@ldap-to-okta/auth-adapter';

/** What is examined: the variables as the apps would find them, and where they come from. */
export interface Setting {
  readonly modes: readonly AuthMode[];
  readonly org: 'local' | 'real';
  /** Whether an org belongs to it: all but AUTH_MODE=ldap. */
  readonly withOrg: boolean;
  /** As the app of a mode would find them. */
  envOf(mode: AuthMode): Environment;
  /** What is common to all modes. */
  readonly env: Environment;
  /** The file below the environment, nothing added. */
  readonly given: Environment;
  readonly stateDir: string;
}

export interface SettingSources {
  readonly root: string;
  readonly file: Environment;
  /** The environment of this process, which goes before the file. */
  readonly environment: Environment;
  readonly mode: ModeChoice | undefined;
}

/** `agent` is step 2 of the tutorial: the app of ldap, and beside it an org and its agent, which the app does not ask. */
export type ModeChoice = AuthMode | 'agent' | 'all';

export const ALL_MODES = ['ldap', 'okta-ldap', 'oidc'] as const satisfies readonly AuthMode[];

/** What Local Okta hands out, and `npm start` and docker compose fill in: `.env.example` has it uncommented. */
const OF_LOCAL_ORG = [
  'OKTA_URL',
  'OKTA_LDAP_ID',
  'OKTA_LDAP_USERNAME',
  'OKTA_LDAP_PASSWORD',
  'CLIENT_ID',
  'CLIENT_SECRET',
] as const;

/** Compose hands on `${NAME:-}` as an empty string: the same as not set. */
const withoutEmpty = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value));

/** What `npm start` and docker compose make of the variables. What is said wins over what they would choose. */
export function readSetting({ root, file, environment, mode }: SettingSources): Setting {
  const given = { ...withoutEmpty(file), ...withoutEmpty(environment) };
  const org = orgOf(given);
  const env = { ...given, ...directoryOf(given), ...(org === 'local' ? localOrg(root, given) : {}) };
  const wanted = mode ?? given.AUTH_MODE ?? 'all';
  const modes =
    wanted === 'all' ? ALL_MODES : ALL_MODES.filter((known) => known === (wanted === 'agent' ? 'ldap' : wanted));
  return {
    modes,
    org,
    withOrg: wanted === 'agent' || modes.some((one) => one !== 'ldap'),
    env,
    given,
    stateDir: resolve(root, given.LOCAL_STATE_DIR ?? '.local'),
    envOf: (of) => ({
      ...env,
      AUTH_MODE: of,
      // beside each other the apps count up from PORT, and one address cannot be that of several
      ...(modes.length > 1 ? { PORT: String(portOf(env) + modes.indexOf(of)), APP_BASE_URL: '' } : {}),
    }),
  };
}

/** Where the first app listens; what is no port is reported by the check of the values. */
export const portOf = (env: Environment): number => {
  const port = Number(env.PORT ?? '8080');
  return Number.isInteger(port) && port > 0 && port < 65_534 ? port : 8080;
};

/** An org elsewhere without OKTA_ORG=real is reported, and examined as what it is. */
function orgOf({ OKTA_ORG, OKTA_URL }: Environment): Setting['org'] {
  return OKTA_ORG === 'real' || (OKTA_ORG !== 'local' && OKTA_URL !== undefined && isElsewhere(OKTA_URL))
    ? 'real'
    : 'local';
}

/** Whether an address is plainly not of this computer. */
export const isElsewhere = (address: string): boolean =>
  URL.canParse(address) && !isLoopback(new URL(address).hostname);

/** The directory that npm start and docker compose run can be moved to another port; then LDAP_PORT may stay as it is. */
function directoryOf(env: Environment): Environment {
  if (!isLoopback(env.LDAP_HOST ?? 'localhost') || env.DIRECTORY === 'as-configured') return {};
  const [usual, moved] = env.LDAP_TLS === 'ldaps' ? ['1636', env.OPENLDAPS_PORT] : ['1389', env.OPENLDAP_PORT];
  return moved !== undefined && (env.LDAP_PORT ?? usual) === usual ? { LDAP_PORT: moved } : {};
}

function localOrg(root: string, env: Environment): Environment {
  const example = parseEnv(readFileSync(join(root, '.env.example'), 'utf8'));
  const known = Object.fromEntries(OF_LOCAL_ORG.map((name) => [name, env[name] ?? example[name]]));
  return {
    ...known,
    OKTA_URL: movedTo(known.OKTA_URL, env.LOCAL_OKTA_PORT),
    ...(env.ISSUER === undefined ? {} : { ISSUER: movedTo(env.ISSUER, env.LOCAL_OKTA_PORT) }),
    OKTA_LDAP_HOST: env.OKTA_LDAP_HOST ?? 'localhost',
    OKTA_LDAP_PORT: env.OKTA_LDAP_PORT ?? env.LOCAL_OKTA_LDAPS_PORT ?? '8636',
    OKTA_LDAP_BASE: env.OKTA_LDAP_BASE ?? `dc=${env.LOCAL_OKTA_ORG ?? 'local'},dc=okta,dc=com`,
  };
}

/** `OKTA_URL need not be changed` when Local Okta listens on another port than the usual one. */
function movedTo(address: string | undefined, port: string | undefined): string | undefined {
  return port === undefined ? address : address?.replace(/^(http:\/\/[^/:]+):8090(?=\/|$)/, `$1:${port}`);
}
