import type { AuthAdapter } from './auth-adapter.ts';
import type { AuthConfig, Environment, ReadAuthConfigOptions } from './config.ts';
import { ConfigError } from './config-error.ts';
import { createLdapAdapter } from './ldap-adapter.ts';
import { harmless, type Observer } from './observer.ts';
import { createOidcAdapter } from './oidc-adapter.ts';
import { createOktaLdapAdapter } from './okta-ldap-adapter.ts';
import { readAuthConfig } from './read-auth-config.ts';

export interface AuthAdapterOptions extends ReadAuthConfigOptions {
  /** Told of every step of every sign-in, beside the observer of a single `authenticate`. */
  readonly observe?: Observer;
}

/**
 * Makes the adapter that `AUTH_MODE` names. Resolves nothing yet; `ready()` tells when a sign-in can be served.
 *
 * @param source the environment, or what `readAuthConfig` made of it
 * @throws ConfigError with every problem at once
 * @throws Error for a second `oidc` adapter while the first is not closed
 * @throws AuthError `misconfigured` when another LDAP engine than the one of this repository is installed
 *
 * @example
 * const adapter = createAuthAdapter(process.env);
 * await adapter.ready();
 */
export function createAuthAdapter(source: Environment | AuthConfig, options: AuthAdapterOptions = {}): AuthAdapter {
  const config = isConfig(source) ? source : configFrom(source, options);
  const observe = options.observe && harmless(options.observe);
  switch (config.mode) {
    case 'ldap':
      return createLdapAdapter(config, observe);
    case 'okta-ldap':
      return createOktaLdapAdapter(config, observe);
    case 'oidc':
      return createOidcAdapter(config, observe);
    default:
      return config satisfies never;
  }
}

function configFrom(env: Environment, options: ReadAuthConfigOptions): AuthConfig {
  const result = readAuthConfig(env, options);
  if (!result.ok) {
    throw new ConfigError(result.problems);
  }
  return result.config;
}

function isConfig(source: Environment | AuthConfig): source is AuthConfig {
  // An environment may hold a variable named `mode`; only a configuration has these keys, in this spelling.
  return 'userBase' in source || 'appBaseUrl' in source;
}
