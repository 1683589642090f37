import { isUtf8 } from 'node:buffer';

const FIRST_BYTES = 128 * 1024;
/** More than quotes, brackets and commas around a value take. */
const MARGIN = 16;
const QUOTE = 0x22;
const NULL = Buffer.from('null');

/** Bytes that stand for themselves in a JSON text: the printable ones of ASCII, without quote and backslash. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte >= 0x20 && byte < 0x7f && byte !== QUOTE && byte !== 0x5c),
);

/** As ldapts reads values. */
const decoder = new TextDecoder();

/** JSON under construction, as bytes: what is plain ASCII never becomes a string. */
export class JsonBytes {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Forgets what was written after that. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** One character of ASCII, such as a bracket. */
  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  null(): void {
    for (const byte of NULL) this.byte(byte);
  }

  /** A stretch of `data` as a string. False, and nothing written, when it is not UTF-8. */
  text(data: Buffer, from: number, to: number): boolean {
    this.#reserve(to - from + MARGIN);
    const bytes = this.#bytes;
    let length = this.#length;
    bytes[length++] = QUOTE;
    for (let at = from; at < to; at += 1) {
      const byte = data[at] ?? 0;
      if (PLAIN[byte] === 0) return this.#otherText(data.subarray(from, to));
      bytes[length++] = byte;
    }
    bytes[length++] = QUOTE;
    this.#length = length;
    return true;
  }

  string(text: string): void {
    const json = JSON.stringify(text);
    this.#reserve(Buffer.byteLength(json));
    this.#length += this.#bytes.write(json, this.#length);
  }

  /** What was written, once; it begins anew. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
    this.#length = 0;
    return taken;
  }

  #otherText(value: Buffer): boolean {
    if (!isUtf8(value)) return false;
    this.string(decoder.decode(value));
    return true;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
