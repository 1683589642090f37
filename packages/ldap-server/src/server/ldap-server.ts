import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, type SecureContext } from 'node:tls';
import { standardSchema } from '../schema/standard-schema.ts';
import { Connection } from './connection.ts';
import { defaultConnectionLimits, type LdapServerOptions } from './server-options.ts';

export interface LdapServer {
  /** `ldap://host:port`, where there is that listener. */
  readonly url: string | undefined;
  /** `ldaps://localhost:port`, where there is that listener: a name that certificates carry. */
  readonly ldapsUrl: string | undefined;
  readonly port: number | undefined;
  readonly ldapsPort: number | undefined;
  /** How many clients are connected. */
  connections(): number;
  /** Stops listening, tells every client, hangs up, and waits until the ports are free. */
  close(): Promise<void>;
}

/** A listener that could not be opened. `code` is the system's, EADDRINUSE for one; the message is one line. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: string;

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Serves LDAP (RFC 4511) from a backend.
 * @throws {ListenError} where a port cannot be had
 * @throws {TypeError} where the options ask for no listener, or for LDAPS without a certificate
 */
export async function startLdapServer(options: LdapServerOptions): Promise<LdapServer> {
  const { backend, host = '127.0.0.1', tls, requireTls = false, onError = () => undefined } = options;
  if (options.port === undefined && options.ldapsPort === undefined) throw new TypeError('port or ldapsPort is needed');
  if (options.ldapsPort !== undefined && tls === undefined) throw new TypeError('ldapsPort needs tls: { cert, key }');
  const limits = { ...defaultConnectionLimits, ...options.connectionLimits };
  const secure: SecureContext | undefined =
    tls === undefined ? undefined : createSecureContext({ cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2' });
  const connections = new Set<Connection>();
  const sockets = new Set<Socket>();
  let lastId = 0;

  const admit = (socket: Socket): void => {
    socket.on('error', () => undefined);
    if (sockets.size >= limits.connections) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };

  const accept = (socket: Socket): void => {
    if (socket.destroyed) return;
    const connection = new Connection(++lastId, socket, {
      backend,
      schema: options.schema ?? standardSchema(),
      limits,
      requireTls,
      secureContext: () => secure,
      onError,
      onClosed: () => connections.delete(connection),
    });
    connections.add(connection);
  };

  const listen = async (server: Server, port: number): Promise<Server> => {
    // Before Node's own listener, which would begin a TLS handshake.
    server.prependListener('connection', admit);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, host, port)));
      server.listen({ host, port }, resolve);
    });
    server.on('error', onError);
    return server;
  };

  const servers: Server[] = [];
  const closeServers = (): Promise<unknown> => Promise.all(servers.map((server) => once(server.close(), 'close')));
  let plain: Server | undefined;
  let encrypted: Server | undefined;
  try {
    if (options.port !== undefined) {
      plain = await listen(createServer(accept), options.port);
      servers.push(plain);
    }
    if (options.ldapsPort !== undefined && tls !== undefined) {
      const server = createTlsServer(
        { cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2', handshakeTimeout: limits.handshakeMs },
        accept,
      );
      // Destroyed by Node itself; a failed handshake is the client's trouble.
      server.on('tlsClientError', (_, socket) => socket.destroy());
      encrypted = await listen(server, options.ldapsPort);
      servers.push(encrypted);
    }
  } catch (error) {
    await closeServers();
    throw error;
  }

  const port = portOf(plain);
  const ldapsPort = portOf(encrypted);
  return {
    port,
    ldapsPort,
    url: port === undefined ? undefined : `ldap://${urlHost(host)}:${port}`,
    ldapsUrl: ldapsPort === undefined ? undefined : `ldaps://localhost:${ldapsPort}`,
    connections: () => connections.size,
    close: async () => {
      const closed = closeServers();
      for (const connection of [...connections]) connection.close();
      const cutOff = setTimeout(() => {
        for (const socket of [...sockets]) socket.destroy();
      }, 500);
      await closed;
      clearTimeout(cutOff);
    },
  };
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const code = cause.code ?? 'UNKNOWN';
  const why: Record<string, string> = {
    EADDRINUSE: 'the port is in use',
    EACCES: 'the port needs more rights than this user has',
    EADDRNOTAVAIL: 'this host has no such address',
  };
  return new ListenError(code, `cannot listen on ${urlHost(host)}:${port}: ${why[code] ?? cause.message}`, cause);
}

const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);

function portOf(server: Server | undefined): number | undefined {
  if (server === undefined) return undefined;
  // A TCP server that listens has an AddressInfo; a string is for pipes only.
  return (server.address() as AddressInfo).port;
}
