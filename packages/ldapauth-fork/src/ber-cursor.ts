/**
 * A strict reader of the BER that LDAP uses: every element must fit within its parent, so that no message, however
 * malformed, makes a loop run on. (The reader of ldapts 8.2 answers `null` at the end of the buffer and its loops
 * over attributes and controls then never end.)
 */
export class BerCursor {
  private readonly data: Buffer;
  private end: number;
  private at: number;

  constructor(data: Buffer, start = 0, end = data.length) {
    this.data = data;
    this.at = start;
    this.end = end;
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  /** The tag of the next element; undefined at the end. */
  peekTag(): number | undefined {
    return this.at < this.end ? this.data[this.at] : undefined;
  }

  /** Goes into the next element, whose end is the cursor's until `leave`. Returns what to leave with. @throws RangeError */
  enter(tag: number): number {
    const outerEnd = this.end;
    this.end = this.contentEnd(tag);
    return outerEnd;
  }

  /** Goes on behind the element, whatever was not read of it. */
  leave(outerEnd: number): void {
    this.at = this.end;
    this.end = outerEnd;
  }

  bytes(tag: number): Buffer {
    const end = this.contentEnd(tag);
    const value = this.data.subarray(this.at, end);
    this.at = end;
    return value;
  }

  text(tag: number): string {
    const end = this.contentEnd(tag);
    const value = this.data.toString('utf8', this.at, end);
    this.at = end;
    return value;
  }

  integer(tag: number): number {
    const end = this.contentEnd(tag);
    const length = end - this.at;
    if (length < 1 || length > 4) {
      throw new RangeError('An integer of a length that LDAP does not use');
    }
    const value = this.data.readIntBE(this.at, length);
    this.at = end;
    return value;
  }

  skip(): void {
    this.at = this.contentEnd(this.data[this.at] ?? -1);
  }

  /** Moves to the content of the next element and returns where that ends. */
  private contentEnd(tag: number): number {
    const { data } = this;
    if (this.at + 2 > this.end || data[this.at] !== tag) {
      throw new RangeError(`Expected BER tag 0x${tag.toString(16)}`);
    }
    let length = data[this.at + 1] ?? 0;
    let start = this.at + 2;
    if (length >= 0x80) {
      const lengthBytes = length & 0x7f;
      if (lengthBytes === 0 || lengthBytes > 4 || start + lengthBytes > this.end) {
        throw new RangeError('A length that LDAP does not allow');
      }
      length = data.readUIntBE(start, lengthBytes);
      start += lengthBytes;
    }
    if (start + length > this.end) {
      throw new RangeError('An element that is longer than what contains it');
    }
    this.at = start;
    return start + length;
  }
}

export const INTEGER = 0x02;
export const OCTET_STRING = 0x04;
export const ENUMERATED = 0x0a;
export const SEQUENCE = 0x30;
export const SET = 0x31;
