import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { BerReader, encode, encodeInteger, encodeString, readHeader, tags } from '../src/protocol/ber.ts';

/** A client that sends whatever bytes it is told to. */
export async function rawClient(port: number) {
  const socket: Socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  let bytes = Buffer.alloc(0);
  let ended = false;
  let wake: () => void = () => undefined;
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    wake();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    ended = true;
    wake();
  });
  const message = (): Buffer | undefined => {
    const header = readHeader(bytes, 0);
    if (header === undefined || bytes.length < header.contentStart + header.length) return undefined;
    const whole = bytes.subarray(0, header.contentStart + header.length);
    bytes = bytes.subarray(whole.length);
    return whole;
  };
  /** The next answer, or `'closed'`. */
  const next = async (): Promise<{ id: number; tag: number; code: number; text: string } | 'closed'> => {
    for (;;) {
      const whole = message();
      if (whole !== undefined) {
        const reader = new BerReader(whole).sequence();
        const id = reader.integer();
        const { tag, content } = reader.element();
        if (tag === 0x64) return { id, tag, code: -1, text: new BerReader(content).string() };
        const result = new BerReader(content);
        const code = result.enumerated();
        result.string();
        return { id, tag, code, text: result.string() };
      }
      if (ended) return 'closed';
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    socket,
    send: (...parts: Buffer[]) => socket.write(Buffer.concat(parts)),
    next,
    end: () => socket.destroy(),
  };
}

export const request = (id: number, operation: Buffer): Buffer => encode(tags.sequence, encodeInteger(id), operation);

export const bindRequest = (id: number, dn: string, password: string): Buffer =>
  request(id, encode(0x60, encodeInteger(3), encodeString(dn), encodeString(password, 0x80)));

export const searchRequest = (id: number, base: string, filter: Buffer = encodeString('objectClass', 0x87)): Buffer =>
  request(
    id,
    encode(
      0x63,
      encodeString(base),
      encodeInteger(2, tags.enumerated),
      encodeInteger(0, tags.enumerated),
      encodeInteger(0),
      encodeInteger(0),
      encode(tags.boolean, Buffer.from([0])),
      filter,
      encode(tags.sequence),
    ),
  );

export const abandonRequest = (id: number, other: number): Buffer => request(id, encodeInteger(other, 0x50));

export const whoAmIRequest = (id: number): Buffer =>
  request(id, encode(0x77, encodeString('1.3.6.1.4.1.4203.1.11.3', 0x80)));

export const startTlsRequest = (id: number): Buffer =>
  request(id, encode(0x77, encodeString('1.3.6.1.4.1.1466.20037', 0x80)));
