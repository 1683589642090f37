/** A directory that cannot be had or does not start; the message says what to do. */
export class DirectoryError extends Error {
  readonly code: 'kind-unavailable' | 'did-not-start' | 'bad-setting';

  constructor(code: DirectoryError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DirectoryError';
    this.code = code;
  }
}
