import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { ConfigError, createAuthAdapter } from '@ldap-to-okta/auth-adapter';
import { pino } from 'pino';
import { readHookConfig } from './hook-config.ts';
import { createPasswordHook, HOOK_PATH } from './password-hook.ts';

function main(): void {
  const config = readHookConfig(process.env);
  const logger = pino({ name: 'password-hook', level: config.logLevel });
  const directory = createAuthAdapter(config.directory);
  if (directory.kind !== 'password') throw new Error('The directory adapter takes no passwords.');
  const app = createPasswordHook({ directory, sharedSecret: config.sharedSecret, logger });
  const server =
    config.tls === undefined ? createHttpServer(app) : createHttpsServer({ ...config.tls, minVersion: 'TLSv1.2' }, app);
  server.requestTimeout = 10_000;
  server.on('error', (error: NodeJS.ErrnoException) => {
    const used = error.code === 'EADDRINUSE';
    process.stderr.write(
      `password-hook: ${used ? `port ${config.port} on ${config.host} is in use: stop the other program, or set PORT` : error.message}\n`,
    );
    process.exit(1);
  });
  server.listen(config.port, config.host, () => {
    const scheme = config.tls === undefined ? 'http' : 'https';
    logger.info({ url: `${scheme}://${config.host}:${config.port}${HOOK_PATH}` }, 'waiting for Okta');
  });
  const stop = (): void => {
    server.close(() => void directory.close().then(() => process.exit(0)));
    server.closeIdleConnections();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

try {
  main();
} catch (error) {
  process.stderr.write(`password-hook: ${error instanceof ConfigError ? error.message : String(error)}\n`);
  process.exit(1);
}
