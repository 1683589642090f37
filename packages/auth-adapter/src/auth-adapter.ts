import type { Request, RequestHandler, Response } from 'express';
import type { AuthMode, Identity } from './identity.ts';
import type { Observer } from './observer.ts';

/** The seam: a form here that takes a password, or a page elsewhere that does. */
export type AuthAdapter = PasswordAuth | RedirectAuth;

/** Expected reasons for a refusal. The person sees one generic message for all of them. */
export type RefusalReason = 'invalid-credentials' | 'locked' | 'disabled' | 'password-expired' | 'must-change-password';

export type SignInResult =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly reason: RefusalReason };

/** What was typed. Anything but a non-empty bounded string is refused before the directory hears of it. */
export interface Credentials {
  readonly username: unknown;
  readonly password: unknown;
}

interface Lifecycle {
  readonly mode: AuthMode;
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

/** Signs in on a page of the identity provider. The adapter owns the redirect routes; the app owns the session. */
export interface RedirectAuth extends Lifecycle {
  readonly kind: 'redirect';
  /** Routes of the redirect flow, mounted at `/` after the session middleware. */
  readonly router: RequestHandler;
  /** Sends the browser away to sign in and back to `returnTo`, a local path. */
  startSignIn(request: Request, response: Response, returnTo: string): void;
  /** The identity of this session, or undefined when nobody is signed in or the tokens have expired. */
  identity(request: Request): Identity | undefined;
  /** Where to send the browser to end the session at the provider too. The app ends its own session whatever happens. */
  signOutUrl(request: Request): Promise<string | undefined>;
}
