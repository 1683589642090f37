import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { BerReader, BerWriter } from 'ldapts';

/** A request as far as the answers of a test depend on it. */
export interface FakeRequest {
  readonly id: number;
  readonly kind: 'bind' | 'search' | 'extended' | 'other';
  readonly dn: string;
  readonly socket: Socket;
}

export interface FakeDirectory {
  readonly url: string;
  readonly requests: readonly FakeRequest[];
  close(): Promise<void>;
}

/** A directory that says whatever a test wants, for what a real one cannot be made to say. */
export async function startFakeDirectory(answer: (request: FakeRequest) => Buffer | undefined): Promise<FakeDirectory> {
  const requests: FakeRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let unread: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      for (;;) {
        const reader = new BerReader(unread);
        if (reader.readSequence() === null || reader.remain < reader.length) {
          return;
        }
        const end = reader.offset + reader.length;
        const request = { ...readRequest(reader), socket };
        unread = unread.subarray(end);
        requests.push(request);
        const bytes = answer(request);
        if (bytes !== undefined) {
          socket.write(bytes);
        }
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a path
  return {
    url: `ldap://127.0.0.1:${port}`,
    requests,
    close: async () => {
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
      await once(server, 'close');
    },
  };
}

function readRequest(reader: BerReader): Omit<FakeRequest, 'socket'> {
  const id = reader.readInt() ?? 0;
  const operation = reader.readSequence();
  switch (operation) {
    case 0x60:
      reader.readInt();
      return { id, kind: 'bind', dn: reader.readString() ?? '' };
    case 0x63:
      return { id, kind: 'search', dn: reader.readString() ?? '' };
    case 0x77:
      return { id, kind: 'extended', dn: '' };
    default:
      return { id, kind: 'other', dn: '' };
  }
}

const RESPONSE_TAGS = { bind: 0x61, search: 0x65, extended: 0x78, other: 0x65 } as const;

/** The result that ends an operation. */
export function result(request: FakeRequest, status: number, message = ''): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(request.id);
  writer.startSequence(RESPONSE_TAGS[request.kind]);
  writer.writeEnumeration(status);
  writer.writeString('');
  writer.writeString(message);
  writer.endSequence();
  writer.endSequence();
  return writer.buffer;
}

/** One entry of a search. */
export function entry(
  request: FakeRequest,
  dn: string,
  attributes: Readonly<Record<string, readonly string[]>> = {},
): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(request.id);
  writer.startSequence(0x64);
  writer.writeString(dn);
  writer.startSequence();
  for (const [type, values] of Object.entries(attributes)) {
    writer.startSequence();
    writer.writeString(type);
    writer.startSequence(0x31);
    writer.writeStringArray([...values]);
    writer.endSequence();
    writer.endSequence();
  }
  writer.endSequence();
  writer.endSequence();
  writer.endSequence();
  return writer.buffer;
}
