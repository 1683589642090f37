/**
 * Why a sign-in could not be judged: something is broken, and it is not the password.
 *
 * - `misconfigured`: a setting is wrong and stays wrong until somebody edits it (base DN, certificate, issuer).
 * - `service-bind-failed`: the directory refuses the service account.
 * - `ambiguous-user`: two entries carry the name that was typed.
 * - `size-limit`: the directory cut the search short.
 * - `timeout`: no answer before the deadline of the sign-in.
 * - `unavailable`: nobody answers, or too many are waiting.
 */
export type AuthErrorCode =
  | 'misconfigured'
  | 'service-bind-failed'
  | 'ambiguous-user'
  | 'size-limit'
  | 'timeout'
  | 'unavailable';

/** A broken thing, never a wrong password: a web app answers 503 and logs `code`, `detail` and `cause`. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: AuthErrorCode;
  /**
   * The exact kind within the code, for logs and alerts: `wrong-base`, `certificate-expired`, `certificate-name-mismatch`,
   * `connection-refused`, … Equal to `code` where there is nothing more exact to say.
   */
  readonly detail: string;

  constructor(code: AuthErrorCode, message: string, options?: { readonly cause?: unknown; readonly detail?: string }) {
    super(message, options);
    this.code = code;
    this.detail = options?.detail ?? code;
  }
}
