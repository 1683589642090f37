import type { AuthAdapter, Observer } from '@ldap-to-okta/auth-adapter';
import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { openAppState } from './app-state.ts';
import { loadAssets } from './assets.ts';
import { identitySource } from './current-identity.ts';
import { errorPages, notFound } from './error-pages.ts';
import { health } from './health.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { Site } from './pages/layout.ts';
import { passwordSignIn } from './password-sign-in.ts';
import { personalPages } from './personal-pages.ts';
import { redirectSignIn } from './redirect-sign-in.ts';
import { createRequestLog } from './request-log.ts';
import { securityHeaders } from './security-headers.ts';
import { createSessionMiddleware } from './session.ts';
import { both, countSteps } from './sign-in-log.ts';
import { createSignInTracer } from './sign-in-tracer.ts';
import { signOut } from './sign-out.ts';
import { createThrottle } from './throttle.ts';
import { traceRoute } from './trace-route.ts';
import type { WebConfig } from './web-config.ts';

export interface WebAppOptions {
  /** The app's name: its cookie, its keys in Redis, its name in logs. */
  readonly name: string;
  readonly config: WebConfig;
  readonly logger: Logger;
  /** Called once, with the observer that counts every step. */
  readonly createAdapter: (observe: Observer) => AuthAdapter;
}

export interface WebApp {
  readonly handler: Express;
  readonly metrics: Metrics;
  /** Resolves when a sign-in can be served now. @throws with the reason */
  ready(): Promise<void>;
  /** From now on `/readyz` says no, so that load balancers look elsewhere. */
  stopping(): void;
  close(): Promise<void>;
}

/** The Express shell around one adapter. It listens nowhere yet and knows no mode, only a form or a redirect. */
export function createWebApp({ name, config, logger, createAdapter }: WebAppOptions): WebApp {
  const metrics = createMetrics();
  const tracer =
    config.signInTrace &&
    createSignInTracer((request) => (adapter.kind === 'redirect' ? adapter.identity(request) : undefined));
  const adapter: AuthAdapter = createAdapter(both(countSteps(metrics), tracer?.observeRedirects));
  const state = openAppState(name, config, logger);
  const assets = loadAssets();
  const site: Site = { name, mode: adapter.mode, assets: assets.paths, explains: tracer !== undefined };
  const { middleware, identityOf } = identitySource(adapter, config.sessionMaxSeconds);
  let stopping = false;

  const ready = async (): Promise<void> => {
    await Promise.all([adapter.ready(), state.ready()]);
  };

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // personal pages are not stored, so there is nothing to compare
  app.set('query parser', 'simple');
  app.set('trust proxy', config.trustProxy ?? false);

  app.use(createRequestLog({ logger, metrics, acceptRequestId: config.trustProxy !== undefined }));
  app.use(securityHeaders({ https: config.secureCookies, redirects: adapter.kind === 'redirect' }));
  app.use(assets.handler);
  app.use(health({ metrics, ready, stopping: () => stopping }));
  app.use(createSessionMiddleware(name, config, state.sessions), ...middleware);
  if (tracer !== undefined && config.signInTrace !== undefined) {
    app.use(tracer.middleware, traceRoute({ site, asks: adapter.asks, config: config.signInTrace, identityOf }));
  }
  app.use(
    adapter.kind === 'password'
      ? passwordSignIn({ adapter, site, metrics, tracer, throttle: createThrottle(config.throttle, state) })
      : redirectSignIn({ adapter, state, metrics, tracer }),
  );
  app.use(signOut({ adapter, site }));
  app.use(personalPages(site, identityOf));
  app.use(notFound);
  if (tracer !== undefined) {
    app.use(tracer.onError);
  }
  app.use(errorPages(site, metrics));

  return {
    handler: app,
    metrics,
    ready,
    stopping: () => {
      stopping = true;
    },
    close: async () => {
      await Promise.allSettled([adapter.close(), state.close()]);
    },
  };
}
