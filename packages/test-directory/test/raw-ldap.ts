import { connect, type Socket } from 'node:net';

/** BER by hand: what no well-behaved client would send can be sent with it. */
export function tlv(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([Buffer.from([tag]), berLength(content.length), content]);
}

function berLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return Buffer.concat([Buffer.from([0x84]), bytes]);
}

export const integer = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return tlv(0x02, bytes);
};
export const octets = (value: Buffer | string): Buffer => tlv(0x04, value);
export const message = (id: number, operation: Buffer, ...controls: readonly Buffer[]): Buffer =>
  tlv(0x30, integer(id), operation, ...(controls.length > 0 ? [tlv(0xa0, ...controls)] : []));
export const simpleBind = (dn: string, password: string, version = 3): Buffer =>
  tlv(0x60, integer(version), octets(dn), tlv(0x80, password));
export const control = (oid: string, critical = false): Buffer =>
  tlv(0x30, octets(oid), ...(critical ? [Buffer.from([0x01, 0x01, 0xff])] : []));
export const search = (base: string, scope: number, filter: Buffer, sizeLimit = 0, timeLimit = 0): Buffer =>
  tlv(
    0x63,
    octets(base),
    tlv(0x0a, Buffer.from([scope])),
    tlv(0x0a, Buffer.from([0])),
    integer(sizeLimit),
    integer(timeLimit),
    Buffer.from([0x01, 0x01, 0x00]),
    filter,
    tlv(0x30),
  );
export const present = (attribute: string): Buffer => tlv(0x87, attribute);

export interface Answer {
  readonly id: number;
  /** Application tag: 0x61 bind, 0x64 entry, 0x65 search done, 0x78 extended … */
  readonly tag: number;
  /** The result code of everything but an entry. */
  readonly code: number;
  readonly bytes: Buffer;
}

/** A bare TCP connection that collects whole LDAP messages. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #pending = Buffer.alloc(0);
  readonly #answers: Answer[] = [];
  #wake: () => void = () => undefined;
  #ended = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#pending = Buffer.concat([this.#pending, chunk]);
      this.#split();
      this.#wake();
    });
    socket.on('error', () => undefined);
    this.#closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.#ended = true;
        this.#wake();
        resolve();
      }),
    );
  }

  static async to(url: string): Promise<RawConnection> {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawConnection(socket);
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** The next message; undefined once the server has closed. */
  async next(): Promise<Answer | undefined> {
    for (;;) {
      const answer = this.#answers.shift();
      if (answer !== undefined) return answer;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Resolves when the server has closed the connection. */
  closed(): Promise<void> {
    return this.#closed;
  }

  /** Reads nothing more, so that the server's answers pile up. */
  pause(): void {
    this.#socket.pause();
  }

  end(): void {
    this.#socket.destroy();
  }

  #split(): void {
    for (;;) {
      const whole = element(this.#pending, 0);
      if (whole === undefined) return;
      const bytes = this.#pending.subarray(0, whole.end);
      this.#pending = this.#pending.subarray(whole.end);
      const id = element(bytes, whole.start);
      const operation = id && element(bytes, id.end);
      const code = operation && element(bytes, operation.start);
      if (id === undefined || operation === undefined) throw new Error('the server sent no LDAP message');
      this.#answers.push({
        id: bytes.readIntBE(id.start, id.end - id.start),
        tag: bytes[id.end] ?? 0,
        code: code === undefined ? -1 : (bytes[code.start] ?? -1),
        bytes,
      });
    }
  }
}

function element(bytes: Buffer, at: number): { readonly start: number; readonly end: number } | undefined {
  const first = bytes[at + 1];
  if (first === undefined) return undefined;
  if (first < 0x80) return within(bytes, at + 2, first);
  const size = first & 0x7f;
  if (bytes.length < at + 2 + size) return undefined;
  return within(bytes, at + 2 + size, bytes.readUIntBE(at + 2, size));
}

function within(bytes: Buffer, start: number, length: number): { start: number; end: number } | undefined {
  return bytes.length < start + length ? undefined : { start, end: start + length };
}
