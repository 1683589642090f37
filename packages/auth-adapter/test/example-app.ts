import {
  type AuthAdapter,
  AuthError,
  createAuthAdapter,
  type Environment,
  type Identity,
  RedirectRefusal,
} from '@ldap-to-okta/auth-adapter';
import express, { type ErrorRequestHandler, type Express } from 'express';
import session from 'express-session';

declare module 'express-session' {
  interface SessionData {
    identity?: Identity;
  }
}

/** An app that signs people in as its environment says, and does not know how that is done. */
export function createApp(env: Environment): { readonly app: Express; readonly adapter: AuthAdapter } {
  const adapter = createAuthAdapter(env);
  const app = express();
  app.use(session({ secret: env.SESSION_SECRET ?? '', resave: false, saveUninitialized: false }));

  if (adapter.kind === 'redirect') {
    app.use(adapter.router);
    app.get('/login', (request, response, next) => adapter.startSignIn(request, response, next, '/'));
  } else {
    app.post('/login', express.urlencoded({ extended: false }), async (request, response) => {
      const result = await adapter.authenticate(request.body ?? {});
      if (!result.ok) {
        response.status(401).send('Wrong username or password.'); // whatever the reason
        return;
      }
      request.session.regenerate(() => {
        request.session.identity = result.identity;
        response.redirect(303, '/');
      });
    });
  }

  app.get('/', (request, response) => {
    const identity = adapter.kind === 'redirect' ? adapter.identity(request) : request.session.identity;
    response.send(identity === undefined ? 'Who are you?' : `Welcome, ${identity.username} of ${identity.groups}!`);
  });

  app.use(((error, _request, response, next) => {
    if (error instanceof RedirectRefusal) {
      response.status(401).send('You were not signed in.');
    } else if (error instanceof AuthError) {
      response.status(503).send('Signing in is not possible right now.'); // and log error.code, error.detail
    } else {
      next(error);
    }
  }) satisfies ErrorRequestHandler);
  return { app, adapter };
}
