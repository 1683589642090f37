import type { Request } from 'express';
import type { Identity } from './identity.ts';
import type { OpenSignIn } from './open-sign-ins.ts';

/** A finished sign-in as the session keeps it: plain values, because a session store knows nothing else. */
export interface SignedIn {
  readonly claims: Readonly<Record<string, unknown>>;
  /** Seconds since 1970 at which the first of the tokens expires. */
  readonly expiresAt: number;
  readonly idToken: string;
  readonly accessToken?: string;
}

/** What this mode keeps in the app's session. */
export interface OidcSession {
  oidcOpen?: OpenSignIn[];
  oidcSignedIn?: SignedIn;
  /** Written by passport, with whole tokens; taken out again once `oidcSignedIn` is written. */
  passport?: unknown;
  /** The state, nonce and PKCE verifier of one sign-in, where the strategy writes and looks for them. */
  [sessionKey: `oidc:${string}`]: unknown;
}

/** @throws Error when the session middleware is not mounted before the adapter's router */
export function sessionOf(request: Request): OidcSession {
  const { session } = request as Request & { session?: OidcSession }; // express-session adds it; its types are the app's
  if (session === undefined) {
    throw new Error('No session: mount express-session before the auth adapter.');
  }
  return session;
}

/** The identity of the session. Expired tokens end the sign-in, which the middleware itself never does. */
export function identityOf(request: Request): Identity | undefined {
  const session = sessionOf(request);
  const signedIn = session.oidcSignedIn;
  if (signedIn === undefined) {
    return undefined;
  }
  if (signedIn.expiresAt * 1000 <= Date.now()) {
    delete session.oidcSignedIn;
    return undefined;
  }
  return identityFrom(signedIn.claims);
}

/** User name is the e-mail address, as in the tutorial; providers without one have `preferred_username` or `sub`. */
export function identityFrom(claims: Readonly<Record<string, unknown>>): Identity {
  const text = (name: string): string | undefined => {
    const value = claims[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const email = text('email');
  const username = email ?? text('preferred_username') ?? text('sub') ?? '';
  const groups = Array.isArray(claims.groups) ? claims.groups.filter((group) => typeof group === 'string') : [];
  return {
    username,
    displayName: text('name') ?? username,
    ...(email === undefined ? {} : { email }),
    groups: [...new Set(groups)].sort(),
    claims,
    mode: 'oidc',
  };
}
