import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { splitRequests } from './ldap-request.ts';

export interface LdapProxyOptions {
  readonly target: { readonly host: string; readonly port: number };
  /**
   * Ends TLS here, so that binds and searches are counted, and speaks TLS to the target again. Without it bytes are
   * passed on as they are: of TLS only connections are counted, and a bind that is counted was sent in clear.
   */
  readonly tls?: {
    readonly cert: string | Buffer;
    readonly key: string | Buffer;
    /** Trusted for the target. */
    readonly ca: string | Buffer;
  };
}

export interface LdapProxyCounts {
  /** Connections accepted. */
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  /** Binds by DN; anonymous ones under the empty name. */
  readonly binds: Readonly<Record<string, number>>;
  readonly searches: number;
}

/** What one connection carried, in order of its opening. */
export interface LdapProxySession {
  readonly binds: readonly string[];
  readonly searches: number;
}

export interface LdapProxy {
  /** `ldap://127.0.0.1:N`, or `ldaps://localhost:N` where TLS ends here. */
  readonly url: string;
  readonly port: number;
  counts(): LdapProxyCounts;
  /** The connections since the last reset that carried anything readable. */
  sessions(): readonly LdapProxySession[];
  /** Counts from zero again; connections stay. */
  reset(): void;
  /** Cuts every open connection. */
  cutAll(): void;
  /** Swallows the next requests of this kind, each with its connection. */
  cutOn(kind: 'bind' | 'search', times?: number): void;
  /** Accepts connections and passes nothing on. */
  hang(): void;
  /** Refuses connections, and cuts those that are open. */
  refuse(): Promise<void>;
  /** Ends every fault; what was held back while hanging is passed on. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

interface Session {
  readonly client: Socket;
  readonly upstream: Socket;
  binds: string[];
  searches: number;
}

/** Stands between a client and a directory, counts what passes, and breaks it on demand. */
export async function startLdapProxy({ target, tls }: LdapProxyOptions): Promise<LdapProxy> {
  const sessions = new Set<Session>();
  let past: LdapProxySession[] = [];
  let connections = 0;
  let binds = new Map<string, number>();
  let searches = 0;
  let cuts = { bind: 0, search: 0 };
  let isHanging = false;

  const dial = (): Socket =>
    tls === undefined ? connect(target) : connectTls({ ...target, ca: tls.ca, servername: 'localhost' });

  /** Counts and passes on what a client sends, up to a request that the connection is cut for. */
  const pass = (session: Session, requests: ReturnType<typeof splitRequests>['requests']): void => {
    for (const { kind, dn, bytes } of requests) {
      if (kind === 'bind') {
        binds.set(dn, (binds.get(dn) ?? 0) + 1);
        session.binds.push(dn);
      } else if (kind === 'search') {
        searches += 1;
        session.searches += 1;
      }
      if ((kind === 'bind' || kind === 'search') && cuts[kind] > 0) {
        cuts[kind] -= 1;
        session.client.destroy();
        return;
      }
      session.upstream.write(bytes);
    }
  };

  const accept = (client: Socket): void => {
    connections += 1;
    const session: Session = { client, upstream: dial(), binds: [], searches: 0 };
    sessions.add(session);
    let unread: Buffer = Buffer.alloc(0);
    let isOpaque = false;
    const { upstream } = session;
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    client.on('data', (chunk: Buffer) => {
      // A TLS record of a handshake, at the beginning or after StartTLS: from here on nothing can be read.
      if (isOpaque || (tls === undefined && unread.length === 0 && chunk[0] === 0x16)) {
        isOpaque = true;
        upstream.write(chunk);
        return;
      }
      const { requests, rest } = splitRequests(Buffer.concat([unread, chunk]));
      unread = rest;
      pass(session, requests);
    });
    upstream.on('data', (chunk: Buffer) => client.write(chunk));
    const end = (): void => {
      client.destroy();
      upstream.destroy();
      if (sessions.delete(session)) {
        past.push(session);
      }
    };
    for (const socket of [client, upstream]) {
      socket.on('close', end);
      socket.on('error', end);
    }
    if (isHanging) {
      client.pause();
      upstream.pause();
    }
  };

  const server: Server =
    tls === undefined ? createServer(accept) : createTlsServer({ cert: tls.cert, key: tls.key }, accept);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a path
  const cutAll = (): void => {
    for (const { client } of [...sessions]) {
      client.destroy();
    }
  };
  const stopListening = async (): Promise<void> => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    cutAll();
    await closed;
  };

  return {
    url: tls === undefined ? `ldap://127.0.0.1:${port}` : `ldaps://localhost:${port}`,
    port,
    counts: () => ({ connections, open: sessions.size, binds: Object.fromEntries(binds), searches }),
    sessions: () =>
      [...past, ...sessions]
        .filter((it) => it.binds.length + it.searches > 0)
        .map((it) => ({ binds: [...it.binds], searches: it.searches })),
    reset: () => {
      connections = 0;
      binds = new Map();
      searches = 0;
      past = [];
      for (const session of sessions) {
        session.binds = [];
        session.searches = 0;
      }
    },
    cutAll,
    cutOn: (kind, times = 1) => {
      cuts[kind] = times;
    },
    hang: () => {
      isHanging = true;
      for (const { client, upstream } of sessions) {
        client.pause();
        upstream.pause();
      }
    },
    refuse: stopListening,
    resume: async () => {
      isHanging = false;
      cuts = { bind: 0, search: 0 };
      for (const { client, upstream } of sessions) {
        client.resume();
        upstream.resume();
      }
      if (!server.listening) {
        server.listen(port, '127.0.0.1');
        await once(server, 'listening');
      }
    },
    close: stopListening,
  };
}
