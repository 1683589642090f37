import express, { type Request, type Response, Router } from 'express';
import type { Context } from '../context.ts';
import { formField } from '../http/form-field.ts';
import { PAGE_POLICY } from '../http/page.ts';
import { userActor } from '../system-log/log-event.ts';
import { type AdminSession, createAdminSessions } from './admin-sessions.ts';
import { consentPage, messagePage, signInPage } from './approval-pages.ts';
import { createFailureThrottle } from './failure-throttle.ts';
import type { Registration } from './registration.ts';

const COOKIE = 'local-okta-agent-approval';

/** Where the link of an agent leads: sign in as an administrator, then Allow Access or Don't Allow. */
export function createApprovalRoutes(context: Context, registration: Registration): { router: Router; reset(): void } {
  const { directory, clock, config, services } = context;
  const sessions = createAdminSessions(clock);
  const throttle = createFailureThrottle(clock);
  const router = Router();

  function send(response: Response, status: number, body: string): void {
    response.status(status).set('content-security-policy', PAGE_POLICY).type('html').send(body);
  }

  function keep(response: Response, session: AdminSession): AdminSession {
    response.cookie(COOKIE, session.id, {
      httpOnly: true,
      sameSite: 'lax',
      secure: config.publicUrl.startsWith('https:'),
      path: '/oauth2/auth',
    });
    return session;
  }

  function sessionOf(request: Request): AdminSession | undefined {
    const [, id] = new RegExp(`(?:^|;\\s*)${COOKIE}=(\\w+)`).exec(request.headers.cookie ?? '') ?? [];
    return sessions.find(id);
  }

  /** The administrator of this session, if they still are one. */
  function adminOf(session: AdminSession | undefined) {
    const user = session?.adminId === undefined ? undefined : directory.users.get(session.adminId);
    return user?.status === 'ACTIVE' && directory.adminRoles.isSuperAdmin(user.id) ? user : undefined;
  }

  function showDecision(response: Response, session: AdminSession, code: string): void {
    const pending = registration.codes.findByUserCode(code);
    const admin = adminOf(session);
    if (pending === undefined) send(response, 410, messagePage('expired'));
    else if (admin === undefined) send(response, 200, signInPage({ code, csrf: session.csrf }));
    else if (pending.state !== 'pending') send(response, 200, messagePage('decided'));
    else send(response, 200, consentPage({ code, csrf: session.csrf }, pending, admin.profile.login));
  }

  async function signIn(request: Request, response: Response, session: AdminSession, code: string): Promise<void> {
    const address = request.socket.remoteAddress ?? '';
    if (throttle.blocked(address)) {
      send(response.set('retry-after', '60'), 429, messagePage('throttled'));
      return;
    }
    const { username, password } = fields(request);
    const result =
      username === '' || password === ''
        ? undefined
        : await services.authenticate?.(username, password, { client: { ipAddress: address } });
    const user = result?.outcome === 'ok' ? result.user : undefined;
    if (user === undefined || !directory.adminRoles.isSuperAdmin(user.id)) {
      throttle.failed(address);
      const form = { code, csrf: session.csrf };
      send(response, 401, signInPage(form, 'Sign-in failed. An administrator of this org is needed.', username));
      return;
    }
    throttle.succeeded(address);
    sessions.end(session.id);
    keep(response, sessions.open(user.id));
    response.redirect(303, `/oauth2/auth?code=${encodeURIComponent(code)}`);
  }

  router.get('/oauth2/auth', (request, response) => {
    const code = typeof request.query.code === 'string' ? request.query.code : '';
    showDecision(response, sessionOf(request) ?? keep(response, sessions.open()), code);
  });

  router.post('/oauth2/auth', express.urlencoded({ extended: false, limit: '16kb' }), async (request, response) => {
    const session = sessionOf(request);
    const { code, csrf, action } = fields(request);
    if (session === undefined || !sessions.matches(session, csrf)) {
      send(response, 403, messagePage('forged'));
      return;
    }
    if (action === 'sign-in') return signIn(request, response, session, code);
    const admin = adminOf(session);
    if (admin === undefined || (action !== 'allow' && action !== 'deny')) return showDecision(response, session, code);
    const pending = registration.codes.findByUserCode(code);
    if (pending === undefined) send(response, 410, messagePage('expired'));
    else if (!registration.decide(code, action === 'allow', userActor(admin)))
      send(response, 200, messagePage('decided'));
    else send(response, 200, messagePage(action === 'allow' ? 'allowed' : 'denied'));
  });

  return {
    router,
    reset() {
      sessions.clear();
      throttle.clear();
    },
  };
}

/** The form's fields; whatever is no text is empty. */
function fields(request: Request): Record<'code' | 'csrf' | 'action' | 'username' | 'password', string> {
  const field = (name: string): string => formField(request, name, 1_000);
  return {
    code: field('code'),
    csrf: field('csrf'),
    action: field('action'),
    username: field('username'),
    password: field('password'),
  };
}
