import { AuthError, type Identity, type PasswordAuth } from '@ldap-to-okta/auth-adapter';
import express, { type ErrorRequestHandler, type Request, type Response, Router } from 'express';
import { csrfProtection, csrfToken } from './csrf.ts';
import type { Metrics } from './metrics.ts';
import type { Site } from './pages/layout.ts';
import { type LoginPageOptions, loginPage, MALFORMED, REFUSED } from './pages/login-page.ts';
import { localPath } from './return-path.ts';
import { both, logSteps } from './sign-in-log.ts';
import type { SignInTracer } from './sign-in-tracer.ts';
import { fingerprint, type Permit, type Throttle } from './throttle.ts';

export interface PasswordSignInOptions {
  readonly adapter: PasswordAuth;
  readonly site: Site;
  readonly throttle: Throttle;
  readonly metrics: Metrics;
  readonly tracer: SignInTracer | undefined;
}

const LONGEST_USERNAME = 256;
const LONGEST_PASSWORD = 1024;

/** Large enough for an absurd field to be answered with the form again; what is larger is not read at all. */
const LARGEST_BODY = '1mb';

/** Reads the forms of this app. JSON is accepted in the same shape. */
export const formBody = [
  express.urlencoded({ extended: false, limit: LARGEST_BODY, parameterLimit: 20 }),
  express.json({ limit: LARGEST_BODY }),
];

/** The sign-in form and what happens when it is sent. */
export function passwordSignIn({ adapter, site, throttle, metrics, tracer }: PasswordSignInOptions): Router {
  const router = Router();

  const showForm = (request: Request, response: Response, status: number, options: Partial<LoginPageOptions>): void => {
    const page = { csrfToken: csrfToken(request), usernameExample: adapter.usernameExample, ...options };
    response.status(status).send(loginPage(site, page));
  };

  const refuseMalformed = (request: Request, response: Response): void => {
    metrics.signIn('malformed');
    request.log.info({ outcome: 'malformed' }, 'sign-in');
    tracer?.begin(request, 'form', typedIn(request.body));
    tracer?.end(request, { kind: 'not-asked', reason: 'malformed' });
    showForm(request, response, 400, { problem: MALFORMED });
  };

  router.get('/login', async (request, response) => {
    const { returnTo } = request.query;
    const path = localPath(returnTo);
    if (request.user !== undefined) {
      response.redirect(303, path);
      return;
    }
    if (path === '/') {
      delete request.session.returnTo;
    } else {
      request.session.returnTo = path;
    }
    const token = csrfToken(request);
    // Before the page: a form whose session could not be kept would only lead to a second error.
    await saveSession(request);
    const notice = 'signed-out' in request.query ? { notice: 'You are signed out.' } : {};
    showForm(request, response, 200, { csrfToken: token, ...notice });
  });

  /** A form too large to be read is answered as any other that cannot be used; its words are not looked at. */
  const tooLarge: ErrorRequestHandler = (error: unknown, request, response, next) => {
    if (typeof error !== 'object' || error === null || !('status' in error) || error.status !== 413) {
      next(error);
      return;
    }
    refuseMalformed(request, response);
  };

  router.post('/login', ...formBody, tooLarge, csrfProtection, async (request: Request, response: Response) => {
    const credentials = readCredentials(request.body);
    if (credentials === undefined) {
      refuseMalformed(request, response);
      return;
    }
    const { username } = credentials;
    tracer?.begin(request, 'form', username);
    const permit = await throttle.admit(username, request.ip ?? '');
    if (!permit.ok) {
      metrics.signIn('throttled');
      request.log.warn({ outcome: 'throttled', limit: permit.limit, account: fingerprint(username) }, 'sign-in');
      tracer?.end(request, { kind: 'not-asked', reason: 'throttled' });
      response.set('Retry-After', String(permit.retryAfterSeconds));
      showForm(request, response, 429, { username, problem: tooMany(permit.retryAfterSeconds) });
      return;
    }
    const identity = await judge(request, credentials, permit);
    if (identity === undefined) {
      showForm(request, response, 401, { username, problem: REFUSED });
      return;
    }
    const returnTo = localPath(request.session.returnTo);
    await signIn(request, identity);
    tracer?.end(request, { kind: 'ok', username: identity.username });
    response.redirect(303, returnTo);
  });

  async function judge(
    request: Request,
    credentials: { username: string; password: string },
    permit: Permit & { ok: true },
  ): Promise<Identity | undefined> {
    const start = performance.now();
    const note = (outcome: string): void => metrics.signIn(outcome, (performance.now() - start) / 1000);
    try {
      const result = await adapter.authenticate(credentials, both(logSteps(request.log), tracer?.observerOf(request)));
      if (result.ok) {
        await permit.done('ok');
        note('ok');
        request.log.info({ outcome: 'ok', username: result.identity.username }, 'sign-in');
        return result.identity;
      }
      // Without a password nothing was guessed.
      await permit.done(credentials.password === '' ? 'not-judged' : 'refused');
      note(result.reason);
      const { reason, detail } = result;
      tracer?.end(request, { kind: 'refused', reason, ...(detail === undefined ? {} : { detail }) });
      // Not the name as typed: people type their passwords into the wrong field.
      request.log.info({ outcome: reason, detail, account: fingerprint(credentials.username) }, 'sign-in');
      return undefined;
    } catch (error) {
      await permit.done('not-judged');
      note(error instanceof AuthError ? error.code : 'error');
      throw error;
    }
  }

  return router;
}

function typedIn(body: unknown): string {
  const username = typeof body === 'object' && body !== null && 'username' in body ? body.username : undefined;
  return typeof username === 'string' ? username : '';
}

function readCredentials(body: unknown): { username: string; password: string } | undefined {
  if (typeof body !== 'object' || body === null || !('username' in body) || !('password' in body)) {
    return undefined;
  }
  const { username, password } = body;
  const usable =
    typeof username === 'string' &&
    typeof password === 'string' &&
    username.length <= LONGEST_USERNAME &&
    password.length <= LONGEST_PASSWORD;
  // Pasted names and those of telephones end with a space; no directory has a name that differs by it.
  return usable ? { username: username.trim(), password } : undefined;
}

function tooMany(seconds: number): string {
  const wait = seconds <= 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return `Too many attempts. Wait ${wait}, then try again.`;
}

function saveSession(request: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.save((error) => (error ? reject(error) : resolve()));
  });
}

/** Passport gives the session a new id here, so that one planted before signing in is worth nothing. */
function signIn(request: Request, identity: Identity): Promise<void> {
  return new Promise((resolve, reject) => {
    request.login(identity, (error?: unknown) => {
      if (error) {
        reject(error);
        return;
      }
      request.session.signedInAt = Date.now();
      resolve();
    });
  });
}
