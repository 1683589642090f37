import { isDeepStrictEqual } from 'node:util';
import type { Request } from 'express';
import type { ClaimSource, Identity } from './identity.ts';
import type { OpenSignIn } from './open-sign-ins.ts';

type Claims = Readonly<Record<string, unknown>>;

/** A finished sign-in as the session keeps it: plain values, because a session store knows nothing else. */
export interface SignedIn {
  /** Of the ID token. */
  readonly claims: Claims;
  readonly userinfo?: Claims;
  /** Seconds since 1970, by this computer's clock, at which the first of the tokens expires. */
  readonly expiresAt: number;
  readonly idToken: string;
  readonly accessToken?: string;
}

/** What this mode keeps in the app's session. */
export interface OidcSession {
  oidcOpen?: OpenSignIn[];
  oidcSignedIn?: SignedIn;
  /** A sign-in was begun again because the provider has new keys; once is enough. */
  oidcBegunAgain?: true;
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

/**
 * The identity of the session. Expired tokens end the sign-in, which the middleware itself never does. They stay in the
 * session: a sign-out still has to end the one at the provider, which lives on.
 */
export function identityOf(request: Request): Identity | undefined {
  const signedIn = sessionOf(request).oidcSignedIn;
  return signedIn === undefined || signedIn.expiresAt * 1000 <= Date.now() ? undefined : identityFrom(signedIn);
}

/** User name is the e-mail address, as in the tutorial; providers without one have `preferred_username` or `sub`. */
function identityFrom({ claims: idToken, userinfo = {} }: SignedIn): Identity {
  const claims: Claims = { ...idToken, ...userinfo, ...idToken };
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
    claimSources: sourcesOf(claims, { 'id-token': idToken, userinfo }),
    mode: 'oidc',
  };
}

/** Who told the value that each claim has. */
function sourcesOf(claims: Claims, told: Record<ClaimSource, Claims>): NonNullable<Identity['claimSources']> {
  const sources = Object.keys(told) as ClaimSource[]; // the keys of that very type
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      sources.filter((source) => isDeepStrictEqual(told[source][name], value)),
    ]),
  );
}
