import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type Backend,
  createCertificateAuthority,
  type LdapServer,
  type LdapServerOptions,
  startLdapServer,
} from '../src/index.ts';
import { encode, encodeString } from '../src/protocol/ber.ts';
import {
  abandonRequest,
  bindRequest,
  rawClient,
  request,
  searchRequest,
  startTlsRequest,
  whoAmIRequest,
} from './raw-client.ts';

const servers: LdapServer[] = [];
const failures: unknown[] = [];

async function serve(backend: Partial<Backend> = {}, options: Partial<LdapServerOptions> = {}) {
  const server = await startLdapServer({
    backend: { bind: async ({ dn }) => ({ dn }), search: () => [], ...backend },
    port: 0,
    onError: (error) => failures.push(error),
    ...options,
  });
  servers.push(server);
  return { server, client: await rawClient(server.port ?? 0) };
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  expect(failures.splice(0)).toEqual([]);
});

const disconnection = { id: 0, tag: 0x78 };

describe('a connection', () => {
  it.each([
    ['bytes that are no LDAP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['an indefinite length', Buffer.from([0x30, 0x80, 0x02, 0x01])],
    ['a length of five bytes', Buffer.from([0x30, 0x85, 1, 1, 1, 1, 1])],
    ['an unknown operation', request(1, encode(0x7e, encodeString('x')))],
    ['an element longer than its message', Buffer.from([0x30, 0x05, 0x02, 0x01, 0x01, 0x60, 0x7f])],
    ['a message without an operation', Buffer.from([0x30, 0x03, 0x02, 0x01, 0x01])],
    ['a message id of 0', whoAmIRequest(0)],
    ['a truncated bind', request(1, encode(0x60, Buffer.from([0x02, 0x01, 0x03])))],
  ])('ends with a notice of disconnection after %s', async (_, bytes) => {
    const { client, server } = await serve();
    client.send(bytes);
    expect(await client.next()).toMatchObject({ ...disconnection, code: 2 });
    expect(await client.next()).toBe('closed');
    const other = await rawClient(server.port ?? 0);
    other.send(whoAmIRequest(1));
    expect(await other.next()).toMatchObject({ id: 1, code: 0 });
  });

  it('refuses an oversized message by its header, before its body is there', async () => {
    const { client } = await serve();
    client.send(Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]));
    expect(await client.next()).toMatchObject({ ...disconnection, code: 2 });
    expect(await client.next()).toBe('closed');
  });

  it('takes a negation of one filter only', async () => {
    const { client } = await serve();
    const present = encodeString('objectClass', 0x87);
    client.send(searchRequest(1, 'dc=x', encode(0xa2, present, present)));
    expect(await client.next()).toMatchObject({ ...disconnection, code: 2 });
  });

  it('survives filters nested thousands deep', async () => {
    const { client } = await serve({}, { connectionLimits: { messageBytes: 1_000_000 } });
    let filter = encodeString('cn', 0x87);
    for (let depth = 0; depth < 5000; depth++) filter = encode(0xa2, filter);
    client.send(searchRequest(1, 'dc=x', filter));
    expect(await client.next()).toMatchObject({ ...disconnection, code: 2 });
  });

  it('reads messages that come byte by byte, and many that come at once', async () => {
    const { client } = await serve();
    for (const byte of whoAmIRequest(1)) {
      client.send(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.next()).toMatchObject({ id: 1, code: 0 });
    client.send(...Array.from({ length: 500 }, (_, index) => whoAmIRequest(index + 2)));
    const ids = new Set<number>();
    for (let count = 0; count < 500; count++) {
      const answer = await client.next();
      if (answer !== 'closed') ids.add(answer.id);
    }
    expect(ids.size).toBe(500);
  });

  it('answers a quick operation while a slow one is at work, and binds only when nothing else is', async () => {
    let finish: () => void = () => undefined;
    const { client } = await serve({
      async *search() {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        yield { dn: 'cn=slow', attributes: [] };
      },
    });
    client.send(searchRequest(1, 'dc=x'), whoAmIRequest(2), bindRequest(3, 'cn=a', 'b'), whoAmIRequest(4));
    expect(await client.next()).toMatchObject({ id: 2 });
    finish();
    expect(await client.next()).toMatchObject({ id: 1, tag: 0x64 });
    expect(await client.next()).toMatchObject({ id: 1, tag: 0x65 });
    expect(await client.next()).toMatchObject({ id: 3, code: 0 });
    expect(await client.next()).toMatchObject({ id: 4, code: 0 });
  });

  it('abandons an operation: the backend is told, the client hears no more of it', async () => {
    let aborted: () => void = () => undefined;
    const told = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    const { client } = await serve({
      async *search(_, { signal }) {
        signal.addEventListener('abort', () => aborted());
        yield { dn: 'cn=first', attributes: [] };
        await new Promise(() => undefined);
      },
    });
    client.send(searchRequest(1, 'dc=x'));
    expect(await client.next()).toMatchObject({ id: 1, tag: 0x64 });
    client.send(abandonRequest(2, 1), whoAmIRequest(3), whoAmIRequest(1));
    await told;
    expect(await client.next()).toMatchObject({ id: 3 });
    expect(await client.next()).toMatchObject({ id: 1, tag: 0x78 });
  });

  it('stops a search at the time limit of the server though the backend is silent, and tells it', async () => {
    let aborted: () => void = () => undefined;
    const told = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    const { client } = await serve({
      limits: () => ({ seconds: 0.05 }),
      async *search(_request, { signal }) {
        signal.addEventListener('abort', () => aborted());
        await new Promise(() => undefined);
        yield { dn: '', attributes: [] };
      },
    });
    client.send(searchRequest(1, 'dc=x'));
    expect(await client.next()).toMatchObject({ id: 1, code: 3 });
    await told;
  });

  it('does not run ahead of a client that does not read, and cuts it off in the end', async () => {
    let pulled = 0;
    let gone: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const { client } = await serve(
      {
        *search() {
          for (;;) {
            pulled++;
            yield { dn: 'cn=x', attributes: [{ name: 'cn', values: ['x'.repeat(10_000)] }] };
          }
        },
        disconnected: () => gone(),
      },
      { connectionLimits: { writeMs: 300 } },
    );
    client.socket.pause();
    client.send(searchRequest(1, 'dc=x'));
    await closed;
    expect(pulled).toBeLessThan(5000);
    client.end();
  });

  it('asks a backend for nothing more once the client has gone', async () => {
    let askedAgain = false;
    let over: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      over = resolve;
    });
    const { client } = await serve({
      async *search(_request, { signal }) {
        try {
          // More than the system's buffers take: the server waits for the client to read.
          yield { dn: 'cn=x', attributes: [{ name: 'cn', values: ['x'.repeat(32_000_000)] }] };
          askedAgain = true;
          signal.throwIfAborted();
        } finally {
          over();
        }
      },
    });
    client.socket.pause();
    client.send(searchRequest(1, 'dc=x'));
    await once(client.socket, 'readable');
    client.end();
    await ended;
    expect(askedAgain).toBe(false);
  });

  it('closes a connection that is idle, and refuses one too many', async () => {
    const { client, server } = await serve({}, { connectionLimits: { idleMs: 100, connections: 1 } });
    const second = await rawClient(server.port ?? 0);
    expect(await second.next()).toBe('closed');
    expect(await client.next()).toMatchObject({ ...disconnection, code: 52 });
    expect(await client.next()).toBe('closed');
  });

  it('tells the backend how a connection ended', async () => {
    const reasons: string[] = [];
    let told: () => void = () => undefined;
    const { client, server } = await serve({
      disconnected: (_, reason) => {
        reasons.push(reason);
        told();
      },
    });
    const until = (count: number) =>
      new Promise<void>((resolve) => {
        told = () => (reasons.length >= count ? resolve() : undefined);
        told();
      });
    client.send(request(1, encode(0x42)));
    await until(1);
    const other = await rawClient(server.port ?? 0);
    other.send(whoAmIRequest(1));
    await other.next();
    other.end();
    await until(2);
    expect(reasons).toEqual(['unbind', 'closed']);
    expect(server.connections()).toBe(0);
  });

  it('forgets who it was when a bind fails', async () => {
    const { client } = await serve({
      bind: async ({ dn, password }) => {
        if (password.toString() !== 'good') throw Object.assign(new Error('never shown'), { secret: 1 });
        return { dn };
      },
    });
    client.send(bindRequest(1, 'cn=a', 'good'), bindRequest(2, 'cn=a', 'bad'), whoAmIRequest(3));
    expect(await client.next()).toMatchObject({ id: 1, code: 0 });
    expect(await client.next()).toMatchObject({ id: 2, code: 80, text: 'internal error' });
    expect(await client.next()).toMatchObject({ id: 3, code: 0 });
    expect(failures.splice(0)).toHaveLength(1);
  });

  it('refuses a password for nobody and a name without a password', async () => {
    const { client } = await serve();
    client.send(bindRequest(1, 'cn=a', ''), bindRequest(2, '', 'x'), bindRequest(3, '', ''));
    expect(await client.next()).toMatchObject({ id: 1, code: 53 });
    expect(await client.next()).toMatchObject({ id: 2, code: 49 });
    expect(await client.next()).toMatchObject({ id: 3, code: 0 });
  });
});

describe('StartTLS', () => {
  const authority = createCertificateAuthority();

  it('throws away what was sent in clear behind the request', async () => {
    const binds: string[] = [];
    const { client } = await serve(
      {
        bind: async ({ dn }) => {
          binds.push(dn);
          return { dn };
        },
      },
      { tls: authority.issue() },
    );
    client.send(startTlsRequest(1), bindRequest(2, 'cn=injected', 'x'));
    expect(await client.next()).toMatchObject({ id: 1, code: 0 });
    const secure = connectTls({ socket: client.socket, ca: authority.caPem, servername: 'localhost' });
    await new Promise((resolve) => secure.once('secureConnect', resolve));
    const answered = new Promise<Buffer>((resolve) => secure.once('data', resolve));
    secure.write(whoAmIRequest(3));
    expect((await answered).subarray(2, 5)).toEqual(Buffer.from([0x02, 0x01, 3]));
    expect(binds).toEqual([]);
    secure.destroy();
  });

  it('is refused inside TLS, without a certificate, and survives a client that does not shake hands', async () => {
    const { client } = await serve();
    client.send(startTlsRequest(1));
    expect(await client.next()).toMatchObject({ id: 1, code: 52 });
    const { client: rude, server } = await serve({}, { tls: authority.issue() });
    rude.send(startTlsRequest(1));
    expect(await rude.next()).toMatchObject({ code: 0 });
    rude.send(bindRequest(2, 'cn=plain', 'text'));
    rude.socket.resume();
    await new Promise((resolve) => rude.socket.once('close', resolve));
    expect(server.connections()).toBe(0);
  });

  it('is all that a server which requires TLS takes in clear', async () => {
    const { client } = await serve({}, { tls: authority.issue(), requireTls: true });
    client.send(bindRequest(1, 'cn=a', 'b'));
    expect(await client.next()).toMatchObject({ id: 1, code: 13 });
    expect(await client.next()).toBe('closed');
  });
});
