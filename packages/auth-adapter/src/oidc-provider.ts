import { randomUUID } from 'node:crypto';
import http from 'node:http';
import oidcMiddleware from '@okta/oidc-middleware';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import passport from 'passport';
import { AuthError } from './auth-error.ts';
import type { OidcConfig } from './config.ts';
import { CLOCK_SKEW_SECONDS } from './id-token-fault.ts';
import { lookupLocalhost } from './localhost-lookup.ts';
import { explainFailure } from './oidc-failure.ts';
import type { OidcSession } from './oidc-session.ts';
import { isLoopback } from './web-address.ts';

// Node finds no named exports in this CommonJS module; jest would, and hide it.
const { ExpressOIDC } = oidcMiddleware;
type ExpressOIDC = InstanceType<typeof ExpressOIDC>;

/** Where the provider sends the browser back to; part of the redirect URI that the app is registered with. */
export const CALLBACK_PATH = '/authorization-code/callback';

/** What the middleware made of a provider that was found. */
export interface OidcProvider {
  /** The address of the provider's sign-in page for a new sign-in, whose state is written into the session. */
  authorizationUrl(session: OidcSession): Promise<string>;
  /** Judges the provider's answer and hands it to the handler that `discoverProvider` was given. */
  readonly callback: RequestHandler;
  readonly client: OidcClient;
}

/** What is used of openid-client's Client. */
interface OidcClient {
  readonly issuer: {
    readonly issuer: string;
    readonly authorization_endpoint?: string;
    readonly token_endpoint?: string;
    readonly end_session_endpoint?: string;
    readonly revocation_endpoint?: string;
  };
  endSessionUrl(parameters: { id_token_hint: string; post_logout_redirect_uri: string }): string;
  revoke(token: string, hint: 'access_token'): Promise<void>;
}

/** The strategy's private fields that carry what the middleware has no option for; a test on the wire guards them. */
interface OidcStrategy {
  readonly _client: OidcClient;
  _usePKCE: false | 'S256';
  authenticate(request: { method: 'GET'; url: string; session: OidcSession }, options: { nonce: string }): void;
  redirect: (url: string) => void;
  error: (error: unknown) => void;
}

/** Milliseconds that one request to the provider may take. */
export const REQUEST_TIMEOUT_MS = 5_000;

/**
 * Asks the provider once for its endpoints and sets up the middleware.
 *
 * @throws AuthError saying why not
 */
export async function discoverProvider(config: OidcConfig, onAnswer: ErrorRequestHandler): Promise<OidcProvider> {
  if (new URL(config.issuer).hostname.endsWith('.localhost')) {
    // The middleware lets nobody choose how it connects, apart from the agent that all requests of a process share.
    http.globalAgent = new http.Agent({ keepAlive: true, lookup: lookupLocalhost });
  }
  const oidc = await startMiddleware(config, onAnswer);
  // The middleware registered its strategy under this name, and passport has no other way to reach it.
  const strategy = (passport as unknown as { _strategy(name: 'oidc'): OidcStrategy })._strategy('oidc');
  const found = strategy._client.issuer.issuer;
  if (found !== config.issuer) {
    throw new AuthError(
      'misconfigured',
      `The provider at ${config.issuer} calls itself ${found}; ISSUER must be that.`,
      {
        detail: 'issuer-mismatch',
      },
    );
  }
  // The middleware sends no PKCE challenge (RFC 7636), and has no option for it.
  strategy._usePKCE = 'S256';
  return {
    client: strategy._client,
    authorizationUrl: (session) =>
      new Promise((resolve, reject) => {
        // As passport does it: the outcomes are set on an object of this request, not on the strategy.
        const attempt: OidcStrategy = Object.create(strategy);
        attempt.redirect = resolve;
        attempt.error = reject;
        // A request without a query, so that nobody's parameters can pass for an answer of the provider. The nonce,
        // which the middleware leaves out, ties the ID token to this browser (OpenID Connect Core section 3.1.2.1).
        attempt.authenticate({ method: 'GET', url: '/', session }, { nonce: randomUUID() });
      }),
    // An Express 4 router by its types, and one that Express 5 runs; goes when the middleware's types say Express 5.
    callback: oidc.router as unknown as RequestHandler,
  };
}

function startMiddleware(config: OidcConfig, onAnswer: ErrorRequestHandler): Promise<ExpressOIDC> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(
      () => reject(new AuthError('timeout', `${config.issuer} did not answer in time.`)),
      2 * REQUEST_TIMEOUT_MS,
    );
    const oidc = new ExpressOIDC({
      issuer: config.issuer,
      client_id: config.clientId,
      client_secret: config.clientSecret,
      appBaseUrl: config.appBaseUrl,
      scope: config.scope,
      timeout: REQUEST_TIMEOUT_MS,
      maxClockSkew: CLOCK_SKEW_SECONDS,
      // Its own sign-in and sign-out routes stay out of reach: the app has pages of these names, with CSRF protection.
      routes: {
        login: { path: `${CALLBACK_PATH}/unused-login` },
        logout: { path: `${CALLBACK_PATH}/unused-logout` },
        loginCallback: { path: CALLBACK_PATH, handler: onAnswer },
      },
      ...(isLoopback(new URL(config.issuer).hostname) ? { testing: { disableHttpsCheck: true } } : {}),
    } as unknown as ConstructorParameters<typeof ExpressOIDC>[0]); // its types want Express 4 and leave out `timeout`
    // Without a listener an error would end the process, at any time of its life.
    oidc.on('error', (error: unknown) => {
      clearTimeout(deadline);
      reject(explainFailure(error, config));
    });
    oidc.on('ready', () => {
      clearTimeout(deadline);
      resolve(oidc);
    });
  });
}
