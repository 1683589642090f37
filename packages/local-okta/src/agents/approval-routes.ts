import express, { type Request, type Response, Router } from 'express';
import type { AdminSession } from '../administrators/admin-sessions.ts';
import type { Context } from '../context.ts';
import { formField } from '../http/form-field.ts';
import { PAGE_POLICY } from '../http/page.ts';
import { userActor } from '../system-log/log-event.ts';
import { consentPage, messagePage, signInPage } from './approval-pages.ts';
import type { Registration } from './registration.ts';

/** Where the link of an agent leads: sign in as an administrator, then Allow Access or Don't Allow. */
export function createApprovalRoutes({ administrators }: Context, registration: Registration): Router {
  const router = Router();

  function send(response: Response, status: number, body: string): void {
    response.status(status).set('content-security-policy', PAGE_POLICY).type('html').send(body);
  }

  function showDecision(response: Response, session: AdminSession, code: string): void {
    const pending = registration.codes.findByUserCode(code);
    const admin = administrators.adminOf(session);
    if (pending === undefined) send(response, 410, messagePage('expired'));
    else if (admin === undefined) send(response, 200, signInPage({ code, csrf: session.csrf }));
    else if (pending.state !== 'pending') send(response, 200, messagePage('decided'));
    else send(response, 200, consentPage({ code, csrf: session.csrf }, pending, admin.profile.login));
  }

  async function signIn(request: Request, response: Response, session: AdminSession, code: string): Promise<void> {
    const { username, password } = fields(request);
    const result = await administrators.signIn(request, response, username, password);
    if (result === 'signed-in') response.redirect(303, `/oauth2/auth?code=${encodeURIComponent(code)}`);
    else if (result === 'throttled') send(response.set('retry-after', '60'), 429, messagePage('throttled'));
    else {
      const form = { code, csrf: session.csrf };
      send(response, 401, signInPage(form, 'Sign-in failed. An administrator of this org is needed.', username));
    }
  }

  router.get('/oauth2/auth', (request, response) => {
    const code = typeof request.query.code === 'string' ? request.query.code : '';
    showDecision(response, administrators.ensureSession(request, response), code);
  });

  router.post('/oauth2/auth', express.urlencoded({ extended: false, limit: '16kb' }), async (request, response) => {
    const session = administrators.sessionOf(request);
    const { code, csrf, action } = fields(request);
    if (session === undefined || !administrators.sentBy(session, csrf)) {
      send(response, 403, messagePage('forged'));
      return;
    }
    if (action === 'sign-in') return signIn(request, response, session, code);
    const admin = administrators.adminOf(session);
    if (admin === undefined || (action !== 'allow' && action !== 'deny')) return showDecision(response, session, code);
    const pending = registration.codes.findByUserCode(code);
    if (pending === undefined) send(response, 410, messagePage('expired'));
    else if (!registration.decide(code, action === 'allow', userActor(admin)))
      send(response, 200, messagePage('decided'));
    else send(response, 200, messagePage(action === 'allow' ? 'allowed' : 'denied'));
  });

  return router;
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
