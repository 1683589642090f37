import type { AuthConfig, AuthConfigResult, Environment, ReadAuthConfigOptions } from './config.ts';
import { createEnvReader, type EnvReader } from './env-reader.ts';
import { choice } from './env-value.ts';
import type { AuthMode } from './identity.ts';
import { readLdapConfig } from './ldap-config.ts';
import { readOidcConfig } from './oidc-config.ts';
import { readOktaLdapConfig } from './okta-ldap-config.ts';

const MODES = ['ldap', 'okta-ldap', 'oidc'] as const satisfies readonly AuthMode[];

const mode = choice(MODES, {
  openldap: 'ldap',
  okta: 'okta-ldap',
  oktaldap: 'okta-ldap',
  'ldap-okta': 'okta-ldap',
  openid: 'oidc',
  'openid-connect': 'oidc',
  oauth: 'oidc',
});

/** Reads the variables of the mode that `AUTH_MODE` names, and reports everything wrong with them at once. */
export function readAuthConfig(env: Environment, options: ReadAuthConfigOptions = {}): AuthConfigResult {
  const reader = createEnvReader(env);
  const config = readMode(
    reader,
    reader.read('AUTH_MODE', mode, { example: 'ldap', fallback: options.defaultMode ?? 'ldap' }),
  );
  return config === undefined ? { ok: false, problems: reader.problems } : { ok: true, config };
}

function readMode(reader: EnvReader, chosen: AuthMode | undefined): AuthConfig | undefined {
  switch (chosen) {
    case 'ldap':
      return readLdapConfig(reader);
    case 'okta-ldap':
      return readOktaLdapConfig(reader);
    case 'oidc':
      return readOidcConfig(reader);
    case undefined:
      return undefined;
    default:
      return chosen satisfies never;
  }
}
