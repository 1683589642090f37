import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveWithoutUpgrade, type UpgradeHandler } from './upgrade.ts';

export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: 'port-in-use' | 'cannot-listen';

  constructor(code: ListenError['code'], message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export interface HttpServer {
  readonly port: number;
  /** From now on requests go here; until then they are answered with 503. */
  serve(listener: RequestListener, upgrade: UpgradeHandler): void;
  /** Ends idle connections at once, busy ones when they are done or after three seconds. */
  close(): Promise<void>;
}

/**
 * Listens, before anything else is set up: a port in use is the commonest mistake, and with port 0 the others need to
 * know the number. @throws ListenError
 */
export async function openHttpServer(host: string, port: number): Promise<HttpServer> {
  let current: RequestListener = (_request, response) => {
    response.writeHead(503, { 'Retry-After': '1', 'Content-Type': 'text/plain' }).end('Local Okta is starting\n');
  };
  let upgrade: UpgradeHandler = () => false;
  const server = createServer(
    {
      // A client that sends its request a byte a second holds a connection, and nothing more, for this long.
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 10_000,
      maxHeaderSize: 16 * 1024,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => current(request, response),
  );
  server.on('upgrade', (request, socket, head) => {
    if (!upgrade(request, socket, head)) serveWithoutUpgrade(server, request, socket, head);
  });
  server.maxConnections = 2_000;
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port, not on a pipe
    serve(listener, upgradeHandler) {
      current = listener;
      upgrade = upgradeHandler;
    },
    close: () => close(server),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new ListenError(
              'port-in-use',
              `Port ${port} on ${host} is in use: stop what uses it or set another port.`,
              error,
            )
          : new ListenError('cannot-listen', `Cannot listen on ${host}, port ${port} (${error.code}).`, error),
      );
    });
    server.listen(port, host, () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), 3_000);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
