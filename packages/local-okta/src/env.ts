import { type LocalOktaSettings, parseSettings, type SettingProblem, SettingsError } from './config.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ProcessSettings {
  readonly settings: LocalOktaSettings;
  readonly logLevel: string;
}

type Kind = 'text' | 'number' | 'switch' | 'list';

/** Which variable sets what, and a value that works. */
const VARIABLES: readonly (readonly [variable: string, setting: string, kind: Kind, example: string])[] = [
  ['LOCAL_OKTA_DATA_DIR', 'dataDir', 'text', './.local-okta'],
  ['HOST', 'host', 'text', '127.0.0.1'],
  ['PORT', 'port', 'number', '8090'],
  ['LOCAL_OKTA_LDAPS_PORT', 'ldapsPort', 'number', '8636'],
  ['LOCAL_OKTA_LDAP_PORT', 'ldapPort', 'number', '8389'],
  ['LOCAL_OKTA_PUBLIC_URL', 'publicUrl', 'text', 'http://okta.localhost:8090'],
  ['LOCAL_OKTA_ORG', 'org', 'text', 'local'],
  ['LOCAL_OKTA_SETUP', 'setup', 'text', 'auto'],
  ['LOCAL_OKTA_ALLOWED_HOSTS', 'allowedHosts', 'list', 'okta.test,10.0.0.5'],
  ['LOCAL_OKTA_ADMIN_LOGIN', 'admin.login', 'text', 'admin@example.com'],
  ['LOCAL_OKTA_ADMIN_PASSWORD', 'admin.password', 'text', 'a password of 8 to 72 characters'],
  ['LOCAL_OKTA_API_TOKEN', 'admin.apiToken', 'text', 'the output of: openssl rand -hex 21'],
  ['OKTA_LDAP_ID', 'ldapIntegrationId', 'text', '0oa6qvmxznVl4KFXe5d7'],
  ['OKTA_LDAP_PASSWORD', 'ldapServicePassword', 'text', 'a password of 8 to 72 characters'],
  ['CLIENT_ID', 'oidcApp.clientId', 'text', '0oa8a1b2c3D4E5F6g5d7'],
  ['CLIENT_SECRET', 'oidcApp.clientSecret', 'text', 'the output of: openssl rand -hex 20'],
  ['LOCAL_OKTA_APP_URLS', 'oidcApp.appUrls', 'list', 'http://localhost:8080,http://localhost:8082'],
  ['LOCAL_OKTA_LDAP_CA_FILE', 'caFile', 'text', './certs/local-okta-ca.pem'],
  ['LOCAL_OKTA_LDAP_BIND_LIMIT', 'ldapBindLimit', 'switch', 'on'],
  ['LOCAL_OKTA_RATE_LIMITS', 'rateLimits', 'switch', 'on'],
  ['LOCAL_OKTA_LOG_EVENTS', 'logEventsKept', 'number', '100000'],
];

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * The settings of a process.
 * @throws SettingsError that names every variable that is wrong, what is wrong, and a value that works
 */
export function settingsOf(env: Environment): ProcessSettings {
  const problems: SettingProblem[] = [];
  const values: Record<string, unknown> = {};
  const groups: Record<string, Record<string, unknown>> = {};
  for (const [variable, setting, kind] of VARIABLES) {
    const text = env[variable]?.trim();
    if (text === undefined || text === '') continue;
    const value = parse(text, kind);
    if (value === undefined) {
      problems.push({ setting, problem: kind === 'number' ? 'must be a whole number' : 'must be on or off' });
      continue;
    }
    const [name = '', member] = setting.split('.');
    if (member === undefined) values[name] = value;
    else groups[name] = { ...groups[name], [member]: value };
  }
  const logLevel = env.LOG_LEVEL?.trim() || 'info';
  // Checked by parseSettings, which is why the values are not typed before.
  const settings = { dataDir: '.local-okta', ...values, ...groups } as LocalOktaSettings;
  try {
    parseSettings(settings);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    problems.push(...error.problems);
  }
  const named = problems.map(({ setting, problem }) => nameOf(setting, problem));
  if (!LOG_LEVELS.includes(logLevel)) {
    named.push({
      setting: 'LOG_LEVEL',
      problem: `must be one of ${LOG_LEVELS.join(', ')}\n    example: LOG_LEVEL=info`,
    });
  }
  if (named.length > 0) throw new SettingsError(named);
  return { settings, logLevel };
}

function nameOf(setting: string, problem: string): SettingProblem {
  const known = VARIABLES.find((entry) => entry[1] === setting || setting.startsWith(`${entry[1]}.`));
  if (known === undefined) return { setting, problem };
  const [variable, , , example] = known;
  return { setting: variable, problem: `${problem}\n    example: ${variable}=${example}` };
}

function parse(text: string, kind: Kind): unknown {
  switch (kind) {
    case 'text':
      return text;
    case 'number':
      return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
    case 'switch':
      return { on: true, off: false }[text.toLowerCase()];
    case 'list':
      return text.split(',').map((item) => item.trim());
    default:
      return kind satisfies never;
  }
}
