import { DecodingError } from './decoding-error.ts';

/** The universal tags LDAP uses (X.690). */
export const tags = { boolean: 0x01, integer: 0x02, octetString: 0x04, enumerated: 0x0a, sequence: 0x30, set: 0x31 };

/**
 * A strict reader of the BER subset of RFC 4511 §5.1. Bytes come from strangers: every length is checked against the
 * element around it, and everything unexpected is a DecodingError.
 */
export class BerReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** The next element's tag, or undefined at the end. */
  peek(): number | undefined {
    return this.#bytes[this.#offset];
  }

  /** The next element, whatever its tag. */
  element(): { readonly tag: number; readonly content: Buffer } {
    const header = readHeader(this.#bytes, this.#offset);
    if (header === undefined) throw new DecodingError('an element ends before its length');
    const end = header.contentStart + header.length;
    if (end > this.#bytes.length) throw new DecodingError('an element is longer than what holds it');
    this.#offset = end;
    return { tag: header.tag, content: this.#bytes.subarray(header.contentStart, end) };
  }

  bytes(tag: number = tags.octetString): Buffer {
    const next = this.element();
    if (next.tag !== tag) throw new DecodingError(`tag ${hex(next.tag)} where ${hex(tag)} belongs`);
    return next.content;
  }

  string(tag: number = tags.octetString): string {
    return this.bytes(tag).toString('utf8');
  }

  integer(tag: number = tags.integer): number {
    const content = this.bytes(tag);
    if (content.length === 0 || content.length > 5) throw new DecodingError('an integer of unusual length');
    return content.readIntBE(0, content.length);
  }

  enumerated(): number {
    return this.integer(tags.enumerated);
  }

  boolean(tag: number = tags.boolean): boolean {
    const content = this.bytes(tag);
    if (content.length !== 1) throw new DecodingError('a boolean that is not one byte');
    return content[0] !== 0;
  }

  sequence(tag: number = tags.sequence): BerReader {
    return new BerReader(this.bytes(tag));
  }
}

/** Reads a tag and a length; undefined while there are too few bytes to tell. */
export function readHeader(
  bytes: Buffer,
  offset: number,
): { readonly tag: number; readonly length: number; readonly contentStart: number } | undefined {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) return undefined;
  if ((tag & 0x1f) === 0x1f) throw new DecodingError('a tag of more than one byte');
  if (first < 0x80) return { tag, length: first, contentStart: offset + 2 };
  const size = first & 0x7f;
  if (size === 0) throw new DecodingError('an indefinite length (RFC 4511 §5.1)');
  if (size > 4) throw new DecodingError('a length of more than four bytes');
  if (offset + 2 + size > bytes.length) return undefined;
  return { tag, length: bytes.readUIntBE(offset + 2, size), contentStart: offset + 2 + size };
}

/** One element: its tag, its length, and its parts one after the other. */
export function encode(tag: number, ...parts: readonly Buffer[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  return Buffer.concat([encodeHeader(tag, length), ...parts]);
}

export const encodeString = (text: string | Buffer, tag: number = tags.octetString): Buffer =>
  encode(tag, typeof text === 'string' ? Buffer.from(text) : text);

export function encodeInteger(value: number, tag: number = tags.integer): Buffer {
  let size = 1;
  while (size < 6 && (value < -(2 ** (8 * size - 1)) || value >= 2 ** (8 * size - 1))) size++;
  const content = Buffer.allocUnsafe(size);
  content.writeIntBE(value, 0, size);
  return encode(tag, content);
}

function encodeHeader(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.from([tag, length]);
  if (length < 0x100) return Buffer.from([tag, 0x81, length]);
  if (length < 0x10000) return Buffer.from([tag, 0x82, length >> 8, length & 0xff]);
  const header = Buffer.from([tag, 0x84, 0, 0, 0, 0]);
  header.writeUInt32BE(length, 2);
  return header;
}

const hex = (tag: number): string => `0x${tag.toString(16).padStart(2, '0')}`;
