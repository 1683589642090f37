/** What went wrong, to be told apart by a program; `message` is the one line for a person. */
export type ToolErrorCode =
  | 'usage'
  | 'configuration'
  | 'env-file'
  | 'unknown-host'
  | 'unreachable'
  | 'untrusted-certificate'
  | 'timeout'
  | 'not-okta'
  | 'wrong-token'
  | 'forbidden'
  | 'not-found'
  | 'refused'
  | 'rate-limited'
  | 'okta-failed'
  | 'no-authorization-server'
  | 'ambiguous'
  | 'unsuitable-app'
  | 'directory';

/** Ends a tool. `message` says what is wrong and what would be right, and holds no secret. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly code: ToolErrorCode;

  constructor(code: ToolErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
