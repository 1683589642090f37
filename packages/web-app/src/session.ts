import type { RequestHandler } from 'express';
import session, { type Store } from 'express-session';
import { StateError } from './app-state.ts';
import type { WebConfig } from './web-config.ts';

declare module 'express-session' {
  interface SessionData {
    /** Where to go after signing in; a local path. */
    returnTo?: string;
    /** Milliseconds since 1970; absent while nobody is signed in. */
    signedInAt?: number;
  }
}

/** Cookies ignore ports: without a name of its own, each app on this host would sign the others' people out. */
export function cookieName(appName: string): string {
  return `${appName}.sid`;
}

export function createSessionMiddleware(appName: string, config: WebConfig, store: Store): RequestHandler {
  const middleware = session({
    name: cookieName(appName),
    secret: config.sessionSecret,
    store,
    resave: false,
    saveUninitialized: false,
    // No expiry in the browser: the store forgets an idle session, and closing the browser forgets the cookie.
    cookie: { httpOnly: true, sameSite: 'lax', secure: config.secureCookies, path: '/' },
  });
  return (request, response, next) => {
    middleware(request, response, (error?: unknown) => {
      next(error === undefined || error === null ? undefined : asStateError(error));
    });
  };
}

function asStateError(error: unknown): StateError {
  return error instanceof StateError ? error : new StateError('No session', { cause: error });
}
