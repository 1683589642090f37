/** LDIF that cannot be taken. The message is one line: `file:line: reason`. */
export class LdifError extends Error {
  override readonly name = 'LdifError';
  readonly code = 'ldif';
  readonly file: string;
  readonly line: number;
  readonly reason: string;

  constructor(file: string, line: number, reason: string, cause?: unknown) {
    super(`${file}:${line}: ${reason}`, cause === undefined ? undefined : { cause });
    this.file = file;
    this.line = line;
    this.reason = reason;
  }
}
