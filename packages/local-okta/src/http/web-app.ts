import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { randomBase62 } from '../ids.ts';
import { setPublicUrl } from './base-url.ts';
import { errorBody, OktaError } from './okta-error.ts';
import { html, PAGE_POLICY, page } from './page.ts';

export interface WebAppOptions {
  readonly log: Logger;
  readonly publicUrl: string;
  /** Host names under which a request may arrive, without ports. */
  readonly hosts: ReadonlySet<string>;
  readonly routers: readonly Router[];
  /** Called by programs alone, which have no use for the headers below. */
  readonly programs: readonly Router[];
}

/** The Express application around the routers of the parts. */
export function createWebApp({ log, publicUrl, hosts, routers, programs }: WebAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  // Query strings as flat texts: nested objects and arrays are nothing Okta's API knows.
  app.set('query parser', 'simple');
  setPublicUrl(app, publicUrl);
  app.use(requestId, onlyKnownHosts(hosts));
  for (const router of programs) app.use(router);
  // Plain http on loopback: upgrading requests to https or insisting on it would cut people off.
  app.use(
    helmet({
      strictTransportSecurity: false,
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    }),
  );
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-cache, no-store');
    next();
  });
  for (const router of routers) app.use(router);
  app.get('/', aboutPage);
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.use(() => {
    throw new OktaError('E0000008');
  });
  app.use(errorAnswer(log));
  return app;
}

const requestId: RequestHandler = (_request, response, next) => {
  response.locals.requestId = randomBase62(27);
  response.set('X-Okta-Request-Id', response.locals.requestId);
  next();
};

/**
 * A page on the Internet can make its own name point to 127.0.0.1 and then talk to us as its own origin (DNS
 * rebinding): its name is in the Host header, and no such name is served.
 */
function onlyKnownHosts(hosts: ReadonlySet<string>): RequestHandler {
  return (request, response, next) => {
    if (hosts.has((request.hostname ?? '').toLowerCase())) return next();
    response.status(421).json(
      errorBody(
        new OktaError('E0000006', {
          detail: 'Local Okta does not answer under this host name (LOCAL_OKTA_ALLOWED_HOSTS adds one)',
        }),
      ),
    );
  };
}

/** Where things are; a browser that comes here is looking for one of them. */
const aboutPage: RequestHandler = (_request, response) => {
  response
    .set('content-security-policy', PAGE_POLICY)
    .type('html')
    .send(
      page(
        'Where things are',
        html`<h1>Local Okta</h1>
<p><strong>A stand-in, not an identity provider for production.</strong> It imitates the parts of an Okta org that a
migration from LDAP touches. It is not made by Okta; what is real, simplified and absent is listed in
<code>packages/local-okta/SUPPORTED.md</code>.</p>
<dl>
<dt><a href="/admin/dashboard">Admin Console</a></dt><dd>people, groups, the directory, apps, the System Log</dd>
<dt><code>/oauth2/default</code></dt>
<dd>the issuer (<a href="/oauth2/default/.well-known/openid-configuration">its configuration</a>)</dd>
<dt><code>/api/v1</code></dt><dd>the management API, with an administrator's token</dd>
<dt><a href="/local/setup">/local/setup</a></dt><dd>how far the set-up is, for programs</dd>
</dl>`,
      ),
    );
};

function errorAnswer(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const answer = asOktaError(error);
    if (answer.status >= 500) {
      log.error(
        { err: error, requestId: response.locals.requestId, method: request.method, path: request.path },
        'request failed',
      );
    }
    response.status(answer.status).json(errorBody(answer));
  };
}

function asOktaError(error: unknown): OktaError {
  if (error instanceof OktaError) return error;
  const { type, status } = bodyParserError(error);
  if (type === 'entity.too.large') return new OktaError('E0000001', { detail: 'the body is too large', status: 413 });
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') return new OktaError('E0000021');
  // Anything else the body parser refuses, a path with a broken %-escape, a connection cut half-way through a body.
  if (status >= 400 && status < 500) return new OktaError('E0000003', { cause: error });
  return new OktaError('E0000009', { cause: error });
}

function bodyParserError(error: unknown): { type: string; status: number } {
  if (!(error instanceof Error)) return { type: '', status: 500 };
  const type = 'type' in error && typeof error.type === 'string' ? error.type : '';
  const status = 'status' in error && typeof error.status === 'number' ? error.status : 500;
  return { type, status };
}
