import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { WebApp } from './web-app.ts';

export interface StopGracefullyOptions {
  readonly server: Server;
  readonly app: WebApp;
  readonly logger: Logger;
}

const FINISH_MS = 10_000;
const CLOSE_MS = 3000;

/** On SIGTERM or SIGINT: takes no new connections, lets open requests finish, then ends. A second one ends at once. */
export function stopGracefully({ server, app, logger }: StopGracefullyOptions): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) {
      logger.warn({ signal }, 'stopped at once');
      process.exit(1);
    }
    stopping = true;
    logger.info({ signal }, 'stopping');
    void stop({ server, app, logger }).then(() => process.exit(0));
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function stop({ server, app, logger }: StopGracefullyOptions): Promise<void> {
  app.stopping();
  await new Promise<void>((resolve) => {
    // A connection kept alive after its last answer would hold the process, or bring one request after another.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const tooLong = setTimeout(() => {
      logger.warn('some requests did not finish in time');
      server.closeAllConnections();
    }, FINISH_MS);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(tooLong);
      resolve();
    });
  });
  await Promise.race([app.close(), new Promise((resolve) => setTimeout(resolve, CLOSE_MS))]);
  logger.info('stopped');
}
