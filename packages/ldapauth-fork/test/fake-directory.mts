import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
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

export interface FakeTls {
  readonly mode: 'ldaps' | 'starttls';
  readonly cert: string;
  readonly key: string;
  /** Sent in clear in one packet with the agreement to StartTLS, as somebody on the way could. */
  readonly injected?: Buffer;
}

/** A directory that says whatever a test wants, for what a real one cannot be made to say. */
export async function startFakeDirectory(
  answer: (request: FakeRequest) => Buffer | undefined,
  secure?: FakeTls,
): Promise<FakeDirectory> {
  const requests: FakeRequest[] = [];
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    socket.on('error', () => {});
    let unread: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      unread = Buffer.concat([unread, chunk]);
      if (unread[0] !== 0x30) {
        socket.end('this is not LDAP');
        return;
      }
      while (unread.length > 0) {
        const reader = new BerReader(unread);
        if (reader.readSequence() === null || reader.remain < reader.length) {
          return;
        }
        const end = reader.offset + reader.length;
        const request = { ...readRequest(reader), socket };
        unread = unread.subarray(end);
        requests.push(request);
        if (request.kind === 'extended' && secure?.mode === 'starttls') {
          socket.off('data', onData);
          socket.write(Buffer.concat([result(request, 0), secure.injected ?? Buffer.alloc(0)]));
          serve(new TLSSocket(socket, { isServer: true, cert: secure.cert, key: secure.key }));
          return;
        }
        const bytes = answer(request);
        if (bytes !== undefined) {
          socket.write(bytes);
        }
      }
    };
    socket.on('data', onData);
  };
  const server =
    secure?.mode === 'ldaps' ? createTlsServer({ cert: secure.cert, key: secure.key }, serve) : createServer(serve);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a path
  return {
    url: `${secure?.mode === 'ldaps' ? 'ldaps' : 'ldap'}://localhost:${port}`,
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

/** The result that ends an operation, with a response control where one is given. */
export function result(
  request: FakeRequest,
  status: number,
  message = '',
  control?: { readonly oid: string; readonly value: Buffer },
): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(request.id);
  writer.startSequence(RESPONSE_TAGS[request.kind]);
  writer.writeEnumeration(status);
  writer.writeString('');
  writer.writeString(message);
  writer.endSequence();
  if (control !== undefined) {
    writer.startSequence(0xa0);
    writer.startSequence();
    writer.writeString(control.oid);
    writer.writeBuffer(control.value, 0x04);
    writer.endSequence();
    writer.endSequence();
  }
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
