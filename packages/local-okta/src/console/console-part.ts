import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import { inOktaTerms } from '../api/endpoint.ts';
import type { Context, PartDefinition } from '../context.ts';
import { formField } from '../http/form-field.ts';
import { OktaError } from '../http/okta-error.ts';
import { html } from '../http/page.ts';
import { loadAssets } from './assets.ts';
import { type ConsoleLocals, localsOf, readForm, refusalOf } from './console-router.ts';
import { CONSOLE_POLICY, createLayout, type Layout } from './layout.ts';
import { sections } from './sections.ts';
import { createSignInRoutes, signInAddress } from './sign-in.ts';

/** Under these paths are the console's pages, as in Okta. */
const PATHS = ['/admin', '/report'];
/** The script asks for a page again to refresh a part of it: what is told once waits for the person. */
const REFRESH = 'x-console-refresh';

/** The Admin Console: pages in the places where Okta has them, for signed-in administrators. */
export const consolePart: PartDefinition = {
  name: 'console',
  create(context) {
    const made = sections.map((create) => create(context));
    const assets = loadAssets();
    const layout = createLayout({ org: context.config.org, assets: assets.addresses, sections: made });
    const router = Router();
    router.use(PATHS, (_request, response, next) => {
      response.set('content-security-policy', CONSOLE_POLICY);
      next();
    });
    router.use(assets.router);
    router.get(['/admin', '/admin/'], (_request, response) => response.redirect(302, '/admin/dashboard'));
    router.use(createSignInRoutes(context.administrators, layout));
    router.use(PATHS, createGate(context, layout), readForm, createCsrfGate(context));
    for (const section of made) router.use(section.router);
    router.use(PATHS, () => {
      throw new OktaError('E0000008');
    });
    router.use(PATHS, createErrorPages(context, layout));
    return { router };
  },
};

/** Lets administrators in; everybody else signs in first, and comes back where they wanted to go. */
function createGate({ administrators }: Context, layout: Layout): RequestHandler {
  return (request, response, next) => {
    const session = administrators.sessionOf(request);
    const admin = administrators.adminOf(session);
    if (session === undefined || admin === undefined) {
      const reading = request.method === 'GET' || request.method === 'HEAD';
      response.redirect(303, signInAddress(reading ? request.originalUrl : '/admin/dashboard'));
      return;
    }
    response.locals.caller = { user: admin };
    response.locals.console = {
      session,
      admin,
      render({ title, body }) {
        const flash = request.headers[REFRESH] === undefined ? session.flash : undefined;
        if (flash !== undefined) session.flash = undefined;
        const { pathname: path } = new URL(request.originalUrl, 'http://local-okta.invalid');
        return layout.page({ title, body, path, admin: admin.profile.login, csrf: session.csrf, flash });
      },
    } satisfies ConsoleLocals;
    next();
  };
}

/** A form from elsewhere has the cookie, but not what only a page of this session knows. */
function createCsrfGate({ administrators }: Context): RequestHandler {
  return (request, response, next) => {
    const reading = request.method === 'GET' || request.method === 'HEAD';
    if (reading || administrators.sentBy(localsOf(response).session, formField(request, 'csrf'))) return next();
    throw new OktaError('E0000006', { detail: 'the form was too old or came from elsewhere; open the page again' });
  };
}

/** Pages for what goes wrong; the cause of a fault is in the log only. */
function createErrorPages({ log }: Context, layout: Layout): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const inTerms = inOktaTerms(error);
    const known = inTerms instanceof OktaError ? inTerms : refusedByParser(error);
    if (known.status >= 500) log.error({ err: error, requestId: response.locals.requestId }, 'a page failed');
    const [title, text] =
      known.status === 404
        ? ['Not found', 'There is nothing at this address. It may have been deleted.']
        : [
            known.status >= 500 ? 'Something went wrong' : 'Not done',
            `${refusalOf(known) ?? known.message}.`.replace(/\.\.$/, '.'),
          ];
    const id = html`<p class="note">Request ${String(response.locals.requestId)}</p>`;
    const body = html`<h1>${title}</h1><p>${text}</p><p><a href="/admin/dashboard">Go to the Dashboard</a></p>
${known.status >= 500 ? id : ''}`;
    const locals = response.locals.console as ConsoleLocals | undefined;
    response.status(known.status).type('html');
    response.send(locals === undefined ? layout.plain(title, body) : locals.render({ title, body }));
  };
}

/** What the form's parser and the router refuse, in the person's words; the rest is a fault. */
function refusedByParser(error: unknown): OktaError {
  const status = statusOf(error);
  if (status >= 500) return new OktaError('E0000009', { cause: error });
  const cause = status === 413 ? 'The form is larger than 1 MB.' : 'The form or the address cannot be read.';
  return new OktaError('E0000001', { causes: [cause], status, cause: error });
}

function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
    ? error.status
    : 500;
}
