import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { AuthError, type PasswordAuth, type SignInResult } from '@ldap-to-okta/auth-adapter';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { hookRequest, VERIFIED } from './hook-payload.ts';

export interface PasswordHookOptions {
  /** Judges passwords by binding to the directory. */
  readonly directory: Pick<PasswordAuth, 'authenticate' | 'ready'>;
  readonly sharedSecret: string;
  readonly logger: Logger;
  /** Wrong passwords of one account within {@link WINDOW_SECONDS} until its answers stop. Default 10. */
  readonly attempts?: number;
  /** Milliseconds until the directory is given up; Okta waits 3 seconds in all. Default 2500. */
  readonly deadlineMs?: number;
}

export const HOOK_PATH = '/okta/password-import';
const WINDOW_SECONDS = 300;
const STRANGERS_PER_MINUTE = 60;

/**
 * An Express app that answers Okta's password import inline hook. 200 with VERIFIED for the right password, 204 for a
 * wrong one, 503 when the directory cannot tell: Okta then refuses this sign-in and asks again at the next.
 * Source: Okta, "Password import inline hook".
 */
export function createPasswordHook(options: PasswordHookOptions): Express {
  const { directory, sharedSecret, logger, attempts = 10, deadlineMs = 2500 } = options;
  const failures = new RateLimiterMemory({ points: attempts, duration: WINDOW_SECONDS });
  const app = express();
  app.disable('x-powered-by');

  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.get('/readyz', async (_request, response) => {
    try {
      await directory.ready();
      response.json({ status: 'ok' });
    } catch (error) {
      logger.warn({ code: error instanceof AuthError ? error.code : 'unexpected' }, 'not ready');
      response.status(503).json({ status: 'unavailable' });
    }
  });
  app.post(HOOK_PATH, onlyOkta(sharedSecret, logger), express.json({ limit: '64kb' }), async (request, response) => {
    const id = randomUUID();
    const parsed = hookRequest.safeParse(request.body);
    if (!parsed.success) {
      // Names of fields only: zod's messages do not repeat values, and a value here may be a password.
      const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'body');
      logger.warn({ id, fields }, 'no password import request');
      response.status(400).json({ error: `Not a password import request of Okta: ${fields.join(', ')}` });
      return;
    }
    const { credential } = parsed.data.data.context;
    const account = accountOf(credential.username);
    // Counted before it is judged, so that many guesses at once are no more than one after the other.
    if (!(await countFailure(failures, account))) {
      logger.warn({ id, account, outcome: 'throttled' }, 'password import');
      response.status(429).set('Retry-After', String(WINDOW_SECONDS)).json({ error: 'Too many wrong passwords.' });
      return;
    }
    const startedAt = performance.now();
    try {
      const result = await within(deadlineMs, directory.authenticate(credential));
      const ms = Math.round(performance.now() - startedAt);
      logger.info({ id, account, outcome: result.ok ? 'verified' : result.reason, ms }, 'password import');
      if (result.ok) {
        await failures.delete(account);
        response.json(VERIFIED);
      } else {
        response.status(204).end();
      }
    } catch (error) {
      await failures.reward(account); // nobody has judged it
      const code = error instanceof AuthError ? error.code : 'unexpected';
      logger.error({ id, account, outcome: code, err: error }, 'password import');
      response.status(503).json({ error: 'The directory did not answer.' });
    }
  });
  app.use((_request, response) => {
    response.status(404).json({ error: `POST ${HOOK_PATH} is all there is.` });
  });
  app.use(errorAnswer(logger));
  return app;
}

/** The shared secret, compared in constant time; strangers are slowed down. */
function onlyOkta(sharedSecret: string, logger: Logger): RequestHandler {
  const wanted = digest(sharedSecret);
  const strangers = new RateLimiterMemory({ points: STRANGERS_PER_MINUTE, duration: 60 });
  return async (request, response, next) => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), wanted)) return next();
    const address = request.socket.remoteAddress ?? '';
    if (!(await countFailure(strangers, address))) {
      response.status(429).set('Retry-After', '60').end();
      return;
    }
    logger.warn({ address }, 'a request without the shared secret');
    response.status(401).json({ error: 'The Authorization header is not the shared secret of the hook.' });
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Accounts are told apart in logs without naming them; whoever knows the name can compute it. */
const accountOf = (username: string): string =>
  digest(username.normalize('NFKC').trim().toLowerCase()).toString('base64url').slice(0, 22);

/** False when the limit is reached. */
async function countFailure(limiter: RateLimiterMemory, key: string): Promise<boolean> {
  try {
    await limiter.consume(key);
    return true;
  } catch (error) {
    if (error instanceof RateLimiterRes) return false;
    throw error;
  }
}

async function within(ms: number, work: Promise<SignInResult>): Promise<SignInResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new AuthError('timeout', `The directory took longer than ${ms} ms.`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Bodies that cannot be read are the caller's fault; the parser's messages quote them, so they are not logged. */
function errorAnswer(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request: Request, response, next) => {
    if (response.headersSent) return next(error);
    const status = statusOf(error);
    if (status === 500) logger.error({ err: error }, 'request failed');
    response.status(status).json({ error: status === 500 ? 'Internal error.' : 'The body is not readable JSON.' });
  };
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
