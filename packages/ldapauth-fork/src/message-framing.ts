/** Cuts a stream of bytes into whole LDAP messages, each a BER SEQUENCE (RFC 4511 section 5.1). */
export class MessageFraming {
  private readonly maxBytes: number;
  private rest: Buffer | undefined;
  private parts: Buffer[] = [];
  private partsLength = 0;
  private needed = 0;

  /** @param maxBytes a longer message is refused before it is stored */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Whether bytes of an unfinished message are kept. */
  get isEmpty(): boolean {
    return this.rest === undefined && this.partsLength === 0;
  }

  /**
   * @param onMessage told where a whole message lies
   * @throws RangeError when the bytes are no LDAP message or one is too long
   */
  push(chunk: Buffer, onMessage: (data: Buffer, start: number, end: number) => void): void {
    if (this.needed > 0) {
      // A long message is joined once, when all of it is here.
      this.parts.push(chunk);
      this.partsLength += chunk.length;
      if (this.partsLength < this.needed) {
        return;
      }
    }
    const data = this.takeAll(chunk);
    let start = 0;
    for (;;) {
      const length = messageLength(data, start);
      if (length > this.maxBytes) {
        throw new RangeError('The directory sent a message that is too long');
      }
      if (length === 0 || data.length - start < length) {
        this.keep(start === 0 ? data : data.subarray(start), length);
        return;
      }
      onMessage(data, start, start + length);
      start += length;
    }
  }

  private takeAll(chunk: Buffer): Buffer {
    if (this.needed > 0) {
      const joined = Buffer.concat(this.parts);
      this.parts = [];
      this.partsLength = 0;
      this.needed = 0;
      return joined;
    }
    const data = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = undefined;
    return data;
  }

  private keep(data: Buffer, length: number): void {
    if (length > 0) {
      this.parts = [data];
      this.partsLength = data.length;
      this.needed = length;
    } else if (data.length > 0) {
      this.rest = data;
    }
  }
}

/** The length of the message that begins there, header included; 0 when the header is not whole yet. */
function messageLength(data: Buffer, start: number): number {
  const tag = data[start];
  const first = data[start + 1];
  if (tag !== undefined && tag !== 0x30) {
    throw new RangeError('The directory sent something that is not LDAP');
  }
  if (first === undefined) {
    return 0;
  }
  if (first < 0x80) {
    return 2 + first;
  }
  const lengthBytes = first & 0x7f;
  if (lengthBytes === 0 || lengthBytes > 4) {
    throw new RangeError('The directory sent a length that LDAP does not allow');
  }
  return data.length - start < 2 + lengthBytes ? 0 : 2 + lengthBytes + data.readUIntBE(start + 2, lengthBytes);
}
