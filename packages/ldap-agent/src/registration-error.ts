/** Why an agent cannot be registered, or is registered no more. All of them wait for a person. */
export type RegistrationErrorCode =
  | 'unknown-host'
  | 'not-local-okta'
  | 'bad-certificate'
  | 'denied'
  | 'revoked'
  | 'state';

export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
  readonly code: RegistrationErrorCode;

  constructor(code: RegistrationErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/**
 * Exit codes of the process: 3 for a bad `OKTA_URL`, as with Okta's own agent; 4 when an administrator refused; 5 when
 * the registration was taken back; 6 when the state directory cannot be written. (2: the rest of the configuration.)
 */
export function exitCodeOf(code: RegistrationErrorCode): 3 | 4 | 5 | 6 {
  switch (code) {
    case 'unknown-host':
    case 'not-local-okta':
    case 'bad-certificate':
      return 3;
    case 'denied':
      return 4;
    case 'revoked':
      return 5;
    case 'state':
      return 6;
    default:
      return code satisfies never;
  }
}
