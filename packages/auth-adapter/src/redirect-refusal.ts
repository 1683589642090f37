/**
 * Why the identity provider, or the check of its answer, ended a redirect sign-in without an identity.
 *
 * - `access-denied`: the provider refused this person (not assigned to the app, a policy, "Don't allow").
 * - `login-required`: the provider wants the person to sign in or consent again.
 * - `stale`: the answer belongs to no sign-in of this session: back button, second tab, lost cookie, replayed code.
 * - `provider-error`: the provider answered that it, or the app's registration with it, is at fault.
 */
export type RedirectRefusalCode = 'access-denied' | 'login-required' | 'stale' | 'provider-error';

/**
 * A redirect sign-in ended without an identity and nothing here is broken: the adapter's router passes it to `next()`.
 * A web app answers 401 with a page that offers to try again. `detail` is the provider's `error` code (RFC 6749
 * section 4.1.2.1), for the log; the provider's free text is never shown.
 */
export class RedirectRefusal extends Error {
  override readonly name = 'RedirectRefusal';
  readonly code: RedirectRefusalCode;
  readonly detail: string;

  constructor(
    code: RedirectRefusalCode,
    message: string,
    options: { readonly detail: string; readonly cause?: unknown },
  ) {
    super(message, options);
    this.code = code;
    this.detail = options.detail;
  }
}
