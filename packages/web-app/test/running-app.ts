import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuthAdapter, Observer } from '@ldap-to-okta/auth-adapter';
import { pino } from 'pino';
import { createWebApp, readWebConfig, type WebApp } from '../src/index.ts';

export interface RunningApp {
  readonly url: string;
  readonly app: WebApp;
  /** Every log line, parsed. */
  readonly logs: Record<string, unknown>[];
  close(): Promise<void>;
}

/** The shell on a free port, with an adapter of the test's choice and an environment as a person would set it. */
export async function startApp(
  createAdapter: (observe: Observer) => AuthAdapter,
  env: Record<string, string> = {},
): Promise<RunningApp> {
  const { config, problems } = readWebConfig({ LOG_LEVEL: 'debug', ...env });
  if (config === undefined) {
    throw new Error(JSON.stringify(problems));
  }
  const logs: Record<string, unknown>[] = [];
  const logger = pino({ level: config.logLevel }, { write: (line: string) => logs.push(JSON.parse(line)) });
  const app = createWebApp({ name: 'shell', config, logger, createAdapter });
  const server = createServer(app.handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  return {
    url: `http://127.0.0.1:${port}`,
    app,
    logs,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await app.close();
    },
  };
}
