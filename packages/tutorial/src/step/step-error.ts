export type StepErrorCode = 'usage' | 'real-org' | 'running' | 'not-confirmed' | 'no-engine';

/** Its message is all that a person has to read. */
export class StepError extends Error {
  readonly code: StepErrorCode;

  constructor(code: StepErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StepError';
    this.code = code;
  }
}
