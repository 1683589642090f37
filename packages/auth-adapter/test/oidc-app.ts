import { createServer, type Server } from 'node:http';
import express, { type ErrorRequestHandler } from 'express';
import session from 'express-session';
import {
  AuthError,
  createAuthAdapter,
  type Environment,
  type Observer,
  type RedirectAuth,
  RedirectRefusal,
  type Step,
} from '../src/index.ts';

/** The smallest app over a redirect adapter; its pages are JSON. */
export interface OidcApp {
  readonly url: string;
  readonly adapter: RedirectAuth;
  readonly steps: Step[];
  close(): Promise<void>;
}

/** A port first, because the provider must know the app's address and the app the provider's. */
export async function openPort(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` };
}

export function startOidcApp(
  { server, url }: { server: Server; url: string },
  env: Environment,
  observe: Observer = () => {},
): OidcApp {
  const steps: Step[] = [];
  const adapter = createAuthAdapter(
    { AUTH_MODE: 'oidc', APP_BASE_URL: url, ...env },
    {
      observe: (step) => {
        steps.push(step);
        observe(step);
      },
    },
  );
  if (adapter.kind !== 'redirect') {
    throw new Error('this app is for redirect adapters');
  }
  const app = express();
  app.use(session({ secret: 'for-tests', name: 'app.sid', resave: false, saveUninitialized: false }));
  app.use(adapter.router);
  app.get('/login', (request, response, next) => {
    adapter.startSignIn(request, response, next, String(request.query.returnTo ?? '/'));
  });
  app.get(['/', '/private'], (request, response) => {
    response.json(adapter.identity(request) ?? null);
  });
  app.post('/logout', async (request, response) => {
    const elsewhere = await adapter.signOutUrl(request);
    request.session.destroy(() => response.redirect(303, elsewhere ?? '/'));
  });
  app.use(((error: unknown, _request, response, _next) => {
    const known = error instanceof AuthError || error instanceof RedirectRefusal;
    response
      .status(error instanceof RedirectRefusal ? 401 : 503)
      .json(known ? { name: error.name, code: error.code, detail: error.detail } : { name: String(error) });
  }) satisfies ErrorRequestHandler);
  server.on('request', app);
  return {
    url,
    adapter,
    steps,
    close: async () => {
      await adapter.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
