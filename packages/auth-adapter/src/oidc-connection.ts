import type { ErrorRequestHandler } from 'express';
import { AuthError } from './auth-error.ts';
import type { OidcConfig } from './config.ts';
import { discoverProvider, type OidcProvider } from './oidc-provider.ts';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

/** A provider that may not be there yet. The middleware asks for it once; this asks until it answers. */
export interface OidcConnection {
  /** The provider, or the failure of the attempt in progress or the last one. @throws AuthError */
  provider(): Promise<OidcProvider>;
  /** Forgets what is known of the provider, its keys included, and asks again. */
  renew(): void;
  /** Resolves when no attempt is in progress any more. */
  close(): Promise<void>;
}

export function connectToProvider(config: OidcConfig, onAnswer: ErrorRequestHandler): OidcConnection {
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  let delay = FIRST_RETRY_MS;
  let attempt = discover();

  function discover(): Promise<OidcProvider> {
    const discovery = discoverProvider(config, onAnswer);
    discovery.catch(() => {
      if (!closed) {
        // Up to half of it by chance, so that many processes do not come back at one moment.
        retry = setTimeout(tryAgain, delay * (1 - Math.random() / 2)).unref();
        delay = Math.min(delay * 2, LONGEST_RETRY_MS);
      }
    });
    return discovery;
  }
  function tryAgain(): void {
    clearTimeout(retry);
    attempt = discover();
  }

  return {
    provider: () =>
      closed ? Promise.reject(new AuthError('unavailable', 'The adapter is closed.', { detail: 'closed' })) : attempt,
    renew: tryAgain,
    close: async () => {
      closed = true;
      clearTimeout(retry);
      await attempt.catch(() => undefined);
    },
  };
}
