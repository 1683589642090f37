import type { AddressInfo } from 'node:net';
import {
  type AuthMode,
  ConfigError,
  type ConfigProblem,
  createAuthAdapter,
  type Environment,
  readAuthConfig,
} from '@ldap-to-okta/auth-adapter';
import { type Logger, pino } from 'pino';
import { listen } from './listen.ts';
import { collectProcessMetrics } from './metrics.ts';
import { stopGracefully } from './stop-gracefully.ts';
import { createWebApp, type WebApp } from './web-app.ts';
import { readWebConfig } from './web-config.ts';

export interface RunWebAppOptions {
  /** The app's name: its cookie, its keys in Redis, its name in logs. */
  readonly name: string;
  /** The mode when `AUTH_MODE` is not set. */
  readonly defaultMode: AuthMode;
  /** `process.env`, handed over by `main.ts`, the one place that reads it. */
  readonly env: Environment;
}

/**
 * Runs one app until SIGTERM or SIGINT. A directory that is down stops nothing: `/readyz` says so until it is back.
 * What can never work, a wrong environment or a port in use, is said in plain lines on stderr; the exit code is then 1.
 */
export async function runWebApp({ name, defaultMode, env }: RunWebAppOptions): Promise<void> {
  try {
    await start({ name, defaultMode, env });
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

async function start({ name, defaultMode, env }: RunWebAppOptions): Promise<void> {
  const auth = readAuthConfig(env, { defaultMode });
  const web = readWebConfig(env);
  if (!auth.ok || web.config === undefined) {
    throw new ConfigError(unique([...(auth.ok ? [] : auth.problems), ...web.problems]));
  }
  const { config } = web;
  const logger = pino({ name, level: config.logLevel });
  const app = createWebApp({
    name,
    config,
    logger,
    createAdapter: (observe) => createAuthAdapter(auth.config, { observe }),
  });
  try {
    const server = await listen(app.handler, config);
    stopGracefully({ server, app, logger });
    collectProcessMetrics(app.metrics);
    logger.info({ url: addressOf(server.address()), mode: auth.config.mode }, 'listening');
    if (config.signInTrace !== undefined) {
      logger.warn('SIGN_IN_TRACE is on: /trace tells whoever signs in whether a user exists; not for production');
    }
    if (config.sessionSecretGenerated) {
      logger.warn(
        'SESSION_SECRET is not set: one was made up for this run, so everybody is signed out at the next start',
      );
    }
  } catch (error) {
    await app.close();
    throw error;
  }
  await reportReadiness(app, logger);
}

/** Both halves may find the same variable wrong. */
function unique(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.name} ${problem.problem}`, problem])).values()];
}

function addressOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') {
    return String(address);
  }
  const { family, port } = address;
  const host = family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${port}`;
}

async function reportReadiness(app: WebApp, logger: Logger): Promise<void> {
  try {
    await app.ready();
    logger.info('ready to sign people in');
  } catch (error) {
    const { code, detail } = error as { code?: unknown; detail?: unknown }; // AuthError and StateError have both
    logger.warn({ code, detail, err: error }, 'not ready to sign people in; trying again at each request');
  }
}
