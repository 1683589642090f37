/**
 * Why a sign-in could not be judged: something is broken, and it is not the password.
 *
 * - `misconfigured`: a setting is wrong and stays wrong until somebody edits it (base DN, certificate, StartTLS).
 * - `service-bind-failed`: the directory refuses the service account.
 * - `ambiguous-user`: two entries carry the name that was typed.
 * - `size-limit`: the directory cut a search short.
 * - `timeout`: no answer before the deadline of the sign-in.
 * - `unavailable`: nobody answers, or too many are waiting.
 */
export type LdapAuthErrorCode =
  | 'misconfigured'
  | 'service-bind-failed'
  | 'ambiguous-user'
  | 'size-limit'
  | 'timeout'
  | 'unavailable';

/** A broken thing, never a wrong password. passport-ldapauth hands it to `next(err)`. */
export class LdapAuthError extends Error {
  override readonly name = 'LdapAuthError';
  readonly code: LdapAuthErrorCode;
  /**
   * The exact kind within the code, for logs: `wrong-base`, `certificate-expired`, `certificate-name-mismatch`,
   * `certificate-untrusted`, `starttls-refused`, `connection-refused`, `queue-full`, … Equal to `code` where there is
   * nothing more exact to say.
   */
  readonly detail: string;

  constructor(
    code: LdapAuthErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly detail?: string | undefined },
  ) {
    super(message, options);
    this.code = code;
    this.detail = options?.detail ?? code;
  }
}

/** Why a person is refused. `not-permitted-now` and `account-expired` are known from Active Directory only. */
export type RefusalReason =
  | 'invalid-credentials'
  | 'locked'
  | 'disabled'
  | 'password-expired'
  | 'must-change-password'
  | 'account-expired'
  | 'not-permitted-now';

// passport-ldapauth 3 reads `data <code>, v<hex>` out of the message to choose among its texts.
const ACTIVE_DIRECTORY_CODES: Readonly<Record<RefusalReason, string | undefined>> = {
  'invalid-credentials': undefined,
  'not-permitted-now': '530',
  'password-expired': '532',
  disabled: '533',
  'account-expired': '701',
  'must-change-password': '773',
  locked: '775',
};

/**
 * The expected refusal: unknown user, wrong password, or an account that may not sign in. Name and message are what
 * passport-ldapauth recognises as a 401; `reason` is for everybody else. The message is the same for a user that does
 * not exist and for a wrong password.
 */
export class InvalidCredentialsError extends Error {
  override readonly name = 'InvalidCredentialsError';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason = 'invalid-credentials') {
    const code = ACTIVE_DIRECTORY_CODES[reason];
    super(code === undefined ? 'Invalid username or password' : `Sign-in refused, data ${code}, v0`);
    this.reason = reason;
  }
}
