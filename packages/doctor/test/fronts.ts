import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { CleanUp } from './clean-up.ts';

export interface Front {
  readonly port: number;
  /** Where what comes in goes; until it is set, connections hang. */
  to(port: number): void;
}

export interface FrontOptions {
  readonly host?: string;
  /** Ends TLS here. Without it bytes pass as they are. */
  readonly tls?: TlsOptions;
  /** Changes what the server answers. */
  readonly answer?: (bytes: Buffer) => Buffer | string;
}

/** Stands before a server: with a certificate of the test's choice, or with another answer. */
export async function startFront(cleanUp: CleanUp, { host = '127.0.0.1', tls, answer }: FrontOptions): Promise<Front> {
  let target: number | undefined;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const accept = (client: Socket): void => {
    keep(client);
    if (target === undefined) return;
    const upstream = keep(connect(target, '127.0.0.1'));
    client.pipe(upstream);
    if (answer === undefined) upstream.pipe(client);
    else upstream.on('data', (bytes: Buffer) => client.write(answer(bytes)));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.end());
  };
  const server: Server = tls === undefined ? createTcpServer(accept) : createTlsServer(tls, accept);
  // a client that does not like the certificate ends the handshake
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  cleanUp.add(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port, // a TCP server's is never a path
    to: (port) => {
      target = port;
    },
  };
}
