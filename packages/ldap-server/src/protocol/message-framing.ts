import { readHeader, tags } from './ber.ts';
import { DecodingError } from './decoding-error.ts';

/**
 * Cuts a byte stream into whole LDAP messages. An oversized message is known by its header and refused before its
 * body is kept. Throws DecodingError.
 */
export class MessageFraming {
  readonly #maxBytes: () => number;
  #chunks: Buffer[] = [];
  #length = 0;
  #needed = 2;

  constructor(maxBytes: () => number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The next whole message, or undefined until more bytes come. */
  next(): Buffer | undefined {
    if (this.#length < this.#needed) return undefined;
    const bytes = this.#chunks.length === 1 ? (this.#chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks);
    this.#chunks = [bytes];
    if (bytes[0] !== undefined && bytes[0] !== tags.sequence) throw new DecodingError('this is not LDAP');
    const header = readHeader(bytes, 0);
    if (header === undefined) {
      this.#needed = bytes.length + 1;
      return undefined;
    }
    if (header.length > this.#maxBytes()) throw new DecodingError(`a message of more than ${this.#maxBytes()} bytes`);
    const end = header.contentStart + header.length;
    this.#needed = end;
    if (bytes.length < end) return undefined;
    this.#chunks = bytes.length === end ? [] : [bytes.subarray(end)];
    this.#length = bytes.length - end;
    this.#needed = 2;
    return bytes.subarray(0, end);
  }

  /** Forgets what was not yet read. */
  discard(): void {
    this.#chunks = [];
    this.#length = 0;
    this.#needed = 2;
  }
}
