export type StackErrorCode =
  | 'port-in-use'
  | 'bad-setting'
  | 'not-built'
  | 'did-not-start'
  | 'ended'
  | 'bad-ldif'
  | 'step-failed';

/** Why a stack did not start, or is no longer whole. The message is one line for a person. */
export class StackError extends Error {
  readonly code: StackErrorCode;

  constructor(code: StackErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StackError';
    this.code = code;
  }
}
