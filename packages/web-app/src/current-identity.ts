import type { AuthAdapter, Identity } from '@ldap-to-okta/auth-adapter';
import type { Request, RequestHandler } from 'express';
import { Passport } from 'passport';

declare global {
  namespace Express {
    // What passport puts into `request.user` in the modes with a form.
    interface User extends Identity {}
  }
}

export interface IdentitySource {
  /** Runs after the session and before everything that asks who is signed in. */
  readonly middleware: readonly RequestHandler[];
  identityOf(request: Request): Identity | undefined;
}

/** With a form the app keeps the identity in its session; a redirect adapter keeps what it needs by itself. */
export function identitySource(adapter: AuthAdapter, maxSeconds: number): IdentitySource {
  const lifetime = endAfter(maxSeconds);
  if (adapter.kind === 'redirect') {
    const identityOf = (request: Request): Identity | undefined => adapter.identity(request);
    return { middleware: [lifetime(identityOf)], identityOf };
  }
  // An instance of its own: the middleware of an identity provider may claim the global one.
  const passport = new Passport();
  passport.serializeUser((identity, done) => done(null, identity));
  passport.deserializeUser<Identity>((identity, done) => done(null, identity));
  const identityOf = (request: Request): Identity | undefined => request.user;
  return {
    middleware: [passport.initialize({ compat: false }), passport.session(), lifetime(identityOf)],
    identityOf,
  };
}

/** However busy, a session ends: the store forgets idle ones, this ends those that have lasted too long. */
function endAfter(maxSeconds: number) {
  return (identityOf: IdentitySource['identityOf']): RequestHandler =>
    (request, _response, next) => {
      if (identityOf(request) === undefined) {
        next();
        return;
      }
      const { signedInAt } = request.session;
      if (signedInAt === undefined) {
        request.session.signedInAt = Date.now();
        next();
      } else if (Date.now() - signedInAt < maxSeconds * 1000) {
        next();
      } else {
        delete request.user;
        request.session.regenerate(next);
      }
    };
}
