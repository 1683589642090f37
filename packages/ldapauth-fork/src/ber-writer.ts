/**
 * Writes BER from its end to its beginning: a length is known when its turn comes, and nothing is moved. What is
 * written first is what stands last.
 */
export class BerWriter {
  private data = Buffer.allocUnsafe(4_096);
  private at = this.data.length;

  /** Bytes written so far. */
  get length(): number {
    return this.data.length - this.at;
  }

  bytes(value: Uint8Array): void {
    this.makeRoom(value.length);
    this.at -= value.length;
    this.data.set(value, this.at);
  }

  text(tag: number, value: string): void {
    const length = Buffer.byteLength(value);
    this.makeRoom(length);
    this.at -= length;
    this.data.write(value, this.at);
    this.header(tag, length);
  }

  /** Not negative, and less than 2^31. */
  integer(tag: number, value: number): void {
    const before = this.length;
    this.number(value);
    if ((this.data[this.at] ?? 0) >= 0x80) {
      // It would be read as negative.
      this.byte(0);
    }
    this.wrap(tag, before);
  }

  boolean(tag: number, value: boolean): void {
    this.byte(value ? 0xff : 0);
    this.header(tag, 1);
  }

  /** Makes one element of all that was written since there were so many bytes. */
  wrap(tag: number, before: number): void {
    this.header(tag, this.length - before);
  }

  /** A copy of what was written. */
  copy(): Buffer {
    return Buffer.from(this.data.subarray(this.at));
  }

  /** Makes it empty, and keeps no password. */
  clear(): void {
    this.data.fill(0, this.at);
    this.at = this.data.length;
  }

  private header(tag: number, length: number): void {
    if (length < 0x80) {
      this.byte(length);
    } else {
      const before = this.length;
      this.number(length);
      this.byte(0x80 | (this.length - before));
    }
    this.byte(tag);
  }

  /** As few bytes as it needs, the most significant one first. */
  private number(value: number): void {
    let rest = value;
    do {
      this.byte(rest & 0xff);
      rest >>>= 8;
    } while (rest > 0);
  }

  private byte(value: number): void {
    this.makeRoom(1);
    this.at -= 1;
    this.data[this.at] = value;
  }

  private makeRoom(needed: number): void {
    if (this.at < needed) {
      const larger = Buffer.allocUnsafe(2 * (this.data.length + needed));
      const at = larger.length - this.length;
      this.data.copy(larger, at, this.at);
      this.data.fill(0);
      this.data = larger;
      this.at = at;
    }
  }
}

const shared = new BerWriter();

/** What is written, as bytes. Not to be called while it writes. */
export function encode(write: (to: BerWriter) => void): Buffer {
  try {
    write(shared);
    return shared.copy();
  } finally {
    // Also after an error: nothing of one connection may be sent on another.
    shared.clear();
  }
}
