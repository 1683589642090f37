import { type Request, type Response, Router } from 'express';
import type { Administrators } from '../administrators/administrators.ts';
import { formField } from '../http/form-field.ts';
import { html } from '../http/page.ts';
import { readForm } from './console-router.ts';
import type { Layout } from './layout.ts';

const START = '/admin/dashboard';
const REFUSED = 'Sign-in failed. An administrator of this org is needed.';
const THROTTLED = 'Too many sign-ins have failed from your address. Wait a minute and try again.';
const STALE = 'This form was too old or came from elsewhere. Please try again.';

/** Where to go after the sign-in: a path of ours, whatever somebody has put into a link. */
function returnPath(given: string): string {
  const base = 'http://local-okta.invalid';
  if (!/^\/(?:admin|report)\//.test(given) || !URL.canParse(given, base)) return START;
  const { origin, pathname, search } = new URL(given, base);
  const back = /^\/admin\/sign-(?:in|out)\b/.test(pathname) || !/^\/(?:admin|report)\//.test(pathname);
  return origin !== base || back ? START : `${pathname}${search}`;
}

export const signInAddress = (from: string): string => `/admin/sign-in?from=${encodeURIComponent(returnPath(from))}`;

export function createSignInRoutes(administrators: Administrators, layout: Layout): Router {
  const router = Router();

  function show(request: Request, response: Response, from: string, options: { status?: number; problem?: string }) {
    const { csrf } = administrators.ensureSession(request, response);
    const { status = 200, problem } = options;
    const note = problem === undefined ? '' : html`<p class="flash problem" role="alert" id="problem">${problem}</p>`;
    const described = problem === undefined ? '' : html`aria-describedby="problem"`;
    const username = formField(request, 'username', 320);
    const body = html`<h1>Sign in as an administrator</h1>
${note}
<form method="post" action="/admin/sign-in" class="card">
<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="from" value="${from}">
<label for="username">Username</label>
<input id="username" name="username" autocomplete="username" value="${username}" required autofocus ${described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<p class="buttons"><button id="sign-in">Sign in</button></p>
</form>
<p class="note">Username and password are in the table that <code>npm start</code> prints, or in the log of Local Okta's
first start.</p>`;
    response.status(status).type('html').send(layout.plain('Sign in', body));
  }

  router.get('/admin/sign-in', (request, response) => {
    const from = returnPath(typeof request.query.from === 'string' ? request.query.from : '');
    if (administrators.adminOf(administrators.sessionOf(request)) !== undefined) response.redirect(303, from);
    else show(request, response, from, {});
  });

  router.post('/admin/sign-in', readForm, async (request, response) => {
    const session = administrators.sessionOf(request);
    const field = (name: string): string => formField(request, name, 2_000);
    const from = returnPath(field('from'));
    if (session === undefined || !administrators.sentBy(session, field('csrf'))) {
      return show(request, response, from, { status: 403, problem: STALE });
    }
    const result = await administrators.signIn(request, response, field('username'), field('password'));
    if (result === 'signed-in') response.redirect(303, from);
    else if (result === 'refused') show(request, response, from, { status: 401, problem: REFUSED });
    else show(request, response.set('retry-after', '60'), from, { status: 429, problem: THROTTLED });
  });

  router.post('/admin/sign-out', readForm, (request, response) => {
    const session = administrators.sessionOf(request);
    if (session !== undefined && administrators.sentBy(session, formField(request, 'csrf'))) {
      administrators.signOut(request, response);
    }
    response.redirect(303, '/admin/sign-in');
  });

  return router;
}
