import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { AuthMode, Identity } from './identity.ts';
import type { Observer } from './observer.ts';

/** The seam: a form here that takes a password, or a page elsewhere that does. */
export type AuthAdapter = PasswordAuth | RedirectAuth;

/** Expected reasons for a refusal. The person sees one generic message for all of them. */
export type RefusalReason = 'invalid-credentials' | 'locked' | 'disabled' | 'password-expired' | 'must-change-password';

export type SignInResult =
  | { readonly ok: true; readonly identity: Identity }
  | {
      readonly ok: false;
      readonly reason: RefusalReason;
      /** For the log only, where the directory said more than the reason does: `denied-by-sign-on-policy`. */
      readonly detail?: string;
    };

/** What was typed. Anything but a non-empty bounded string is refused before the directory hears of it. */
export interface Credentials {
  readonly username: unknown;
  readonly password: unknown;
}

/** Whom an app asks, for the page that explains a sign-in. */
export interface Asked {
  readonly who: 'directory' | 'okta';
  /** In the order in which they are tried. */
  readonly urls: readonly string[];
}

interface Lifecycle {
  readonly mode: AuthMode;
  readonly asks: Asked;
  /** Resolves when a sign-in can be served now. @throws AuthError saying why not */
  ready(): Promise<void>;
  /** Ends connections and timers; open sign-ins are finished first. */
  close(): Promise<void>;
}

/** Signs in with a username and a password typed into the app's own form. */
export interface PasswordAuth extends Lifecycle {
  readonly kind: 'password';
  /** What a person types as the username in this mode, as a hint beside the form: `user01`. */
  readonly usernameExample: string;
  /**
   * Judges one sign-in.
   * @throws AuthError when it cannot be judged; never for a wrong password
   */
  authenticate(credentials: Credentials, observe?: Observer): Promise<SignInResult>;
}

/**
 * Signs in on a page of the identity provider. The adapter owns the redirect routes and keeps what it must remember
 * (tokens' expiry, claims, the state of an open sign-in) in `request.session`; session and cookie are the app's.
 */
export interface RedirectAuth extends Lifecycle {
  readonly kind: 'redirect';
  /**
   * Routes of the redirect flow, mounted at `/` after the session middleware and before the app's own routes.
   * A finished sign-in gets a fresh session id and is sent to its `returnTo`. One that did not finish goes to the app's
   * error handler: `RedirectRefusal` (a 401 page that offers to try again) or `AuthError` (a 503 page).
   */
  readonly router: RequestHandler;
  /**
   * Sends the browser away to sign in and back to `returnTo`, a local path; anything else becomes `/`.
   * `next` hears of an AuthError when the provider cannot be used now.
   */
  startSignIn(request: Request, response: Response, next: NextFunction, returnTo: string): void;
  /** The identity of this session, or undefined when nobody is signed in or the tokens have expired. */
  identity(request: Request): Identity | undefined;
  /**
   * Where to send the browser to end the session at the provider too, which outlives the tokens: ask also when they have
   * expired. Undefined when there is none or the provider does not answer in time. Never throws, never takes longer than a few seconds. Call it before ending the app's own
   * session, and end that whatever comes back.
   */
  signOutUrl(request: Request): Promise<string | undefined>;
}
