export type DirectoryErrorCode =
  | 'not-found'
  | 'invalid'
  | 'name-taken'
  | 'transition-forbidden'
  | 'not-deactivated'
  | 'password-not-here'
  | 'built-in-group';

/** What is wrong with one attribute. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

/** A request the directory cannot carry out as asked; nothing was changed. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
  readonly code: DirectoryErrorCode;
  readonly problems: readonly FieldProblem[];

  constructor(code: DirectoryErrorCode, message: string, problems: readonly FieldProblem[] = []) {
    super(message);
    this.code = code;
    this.problems = problems;
  }
}

export function notFound(kind: string, id: string): DirectoryError {
  return new DirectoryError('not-found', `Resource not found: ${id} (${kind})`);
}

export function nameTaken(field: string): DirectoryError {
  return new DirectoryError('name-taken', `Another object has this ${field}.`, [
    { field, problem: 'An object with this field already exists in the current organization' },
  ]);
}
