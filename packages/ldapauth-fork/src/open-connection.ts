import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { Connection } from './connection.ts';
import { LdapAuthError } from './errors.ts';
import { connectErrorOf } from './network-error.ts';
import { startTlsRequest } from './request.ts';
import { LdapResultError } from './result-codes.ts';
import type { ServerAddress } from './server-address.ts';

export interface OpenOptions {
  readonly starttls: boolean;
  readonly tlsOptions: ConnectionOptions;
  /** Limit of one operation on the connection, in milliseconds. */
  readonly timeout: number;
  /** Limit of opening it, in milliseconds. */
  readonly connectTimeout: number;
}

/** Opens one connection, TLS included. Nothing is bound on it. @throws LdapAuthError */
export async function openConnection(server: ServerAddress, options: OpenOptions): Promise<Connection> {
  let socket: Socket | undefined;
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    socket?.destroy(new Error('connect timeout'));
  }, options.connectTimeout);
  try {
    socket = server.secure
      ? connectTls({ ...tlsOptionsFor(server, options.tlsOptions), port: server.port })
      : connectTcp({ port: server.port, host: server.host });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    await opened(socket, server.secure ? 'secureConnect' : 'connect');
    const connection = new Connection(socket, server.url, options.timeout);
    if (options.starttls) {
      await startTls(connection, server, options.tlsOptions);
    }
    return connection;
  } catch (error) {
    socket?.destroy();
    if (timedOut) {
      throw new LdapAuthError('unavailable', `${server.url} did not let us in within ${options.connectTimeout} ms`, {
        detail: 'connect-timeout',
        cause: error,
      });
    }
    throw connectErrorOf(error, server.url);
  } finally {
    clearTimeout(timer);
  }
}

/** RFC 4511 section 4.14: ask, hear yes, agree on TLS, verify the name. Only then may a bind be sent. */
async function startTls(connection: Connection, server: ServerAddress, tlsOptions: ConnectionOptions): Promise<void> {
  const { result } = await connection.request(startTlsRequest);
  if (result.status !== 0) {
    connection.destroy(undefined);
    throw new LdapAuthError('misconfigured', `${server.url} refuses StartTLS`, {
      detail: 'starttls-refused',
      cause: new LdapResultError(result),
    });
  }
  const secure = connectTls({ ...tlsOptionsFor(server, tlsOptions), socket: connection.detachForTls() });
  await opened(secure, 'secureConnect');
  connection.attachTls(secure);
}

function tlsOptionsFor(server: ServerAddress, tlsOptions: ConnectionOptions): ConnectionOptions {
  return {
    // RFC 6066 section 3: an address is no server name; it is verified all the same, through `host`.
    ...(isIP(server.host) === 0 ? { servername: server.host } : {}),
    minVersion: 'TLSv1.2',
    ...tlsOptions,
    host: server.host,
    rejectUnauthorized: true,
  };
}

function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      socket.off(event, onOpen);
      socket.off('error', settle);
      socket.off('close', onClose);
      if (error === undefined) {
        resolve();
      } else {
        // A socket that failed may fail again while it closes; nobody else listens.
        socket.on('error', () => {});
        reject(error);
      }
    };
    const onOpen = (): void => settle();
    const onClose = (): void => settle(Object.assign(new Error('closed while connecting'), { code: 'ECONNRESET' }));
    socket.once(event, onOpen);
    socket.once('error', settle);
    socket.once('close', onClose);
  });
}
