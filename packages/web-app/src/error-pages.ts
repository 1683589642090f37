import { AuthError, RedirectRefusal } from '@ldap-to-okta/auth-adapter';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { StateError } from './app-state.ts';
import type { Metrics } from './metrics.ts';
import type { Site } from './pages/layout.ts';
import { type MessagePageOptions, messagePage } from './pages/message-page.ts';

const HOME = { href: '/', label: 'Go to the home page' };
const AGAIN = { href: '/login', label: 'Sign in again' };

/** What a person reads for a status. Nothing of it depends on what went wrong inside. */
const BY_STATUS: Readonly<Record<number, MessagePageOptions>> = {
  400: { title: 'This request cannot be read', text: 'The address or the form is damaged.', link: HOME },
  403: {
    title: 'This form is no longer valid',
    text: 'It was open for too long, you signed in elsewhere meanwhile, or cookies are switched off. Nothing was changed. Open the page again.',
    link: { href: '/login', label: 'Open the sign-in page' },
  },
  404: { title: 'Page not found', text: 'There is no page at this address.', link: HOME },
  413: { title: 'Too much was sent', text: 'The forms of this app are much smaller.', link: HOME },
  415: { title: 'Unknown kind of form', text: 'This app reads ordinary forms in UTF-8.', link: HOME },
  500: { title: 'Something went wrong', text: 'The fault is ours. Try again in a moment.', link: HOME },
  503: {
    title: 'Signing in is not possible right now',
    text: 'A service this app needs to sign people in is not working. It has nothing to do with your password. Try again in a few minutes.',
    link: { href: '/login', label: 'Try again' },
  },
};

const REFUSALS: Readonly<Record<RedirectRefusal['code'], MessagePageOptions>> = {
  'access-denied': {
    title: 'You cannot sign in to this app',
    text: 'You were recognised, but this app was not opened to you. Ask whoever looks after it to give you access.',
    link: AGAIN,
  },
  'login-required': { title: 'Please sign in again', text: 'The sign-in was not completed.', link: AGAIN },
  stale: {
    title: 'This sign-in is out of date',
    text: 'It was begun in another tab, or too long ago. Start again.',
    link: AGAIN,
  },
  'provider-error': {
    title: 'The sign-in did not work',
    text: 'The service that signs people in reported an error. Try again, and tell whoever looks after this app if it stays.',
    link: AGAIN,
  },
};

export const notFound: RequestHandler = (_request, response, next) => {
  response.status(404);
  next(Object.assign(new Error('not found'), { status: 404 }));
};

/** Turns whatever went wrong into a page and a log line that belong together by the request's id. */
export function errorPages(site: Site, metrics: Metrics): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const requestId = String(request.id);
    const { status, page } = judge(error);
    if (error instanceof RedirectRefusal) {
      metrics.signIn(error.code);
      request.log.info({ outcome: error.code, detail: error.detail }, 'sign-in');
    } else if (status >= 500) {
      const { code, detail } = error instanceof AuthError || error instanceof StateError ? error : UNEXPECTED;
      request.log.error({ code, detail, err: error }, 'request failed');
    } else if (status !== 404) {
      request.log.info({ code: codeOf(error), status }, 'request refused');
    }
    if (response.headersSent) {
      // The answer is under way, so all that is left is to end the connection before it looks complete.
      response.destroy();
      return;
    }
    if (status === 503) {
      response.set('Retry-After', '10');
    }
    const ofSignIn = error instanceof RedirectRefusal || error instanceof AuthError || error instanceof StateError;
    response.status(status).send(messagePage(site, { ...page, ofSignIn, ...(status >= 500 ? { requestId } : {}) }));
  };
}

const UNEXPECTED = { code: 'unexpected', detail: 'unexpected' };

function judge(error: unknown): { status: number; page: MessagePageOptions } {
  if (error instanceof RedirectRefusal) {
    return { status: 401, page: REFUSALS[error.code] };
  }
  const status = error instanceof AuthError || error instanceof StateError ? 503 : statusOf(error);
  const page = BY_STATUS[status];
  return page === undefined ? judge({ status: status < 500 ? 400 : 500 }) : { status, page };
}

/** Express, body-parser and csrf-sync put the status of a bad request on the error (http-errors). */
function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function codeOf(error: unknown): string {
  const { code, type } =
    typeof error === 'object' && error !== null ? (error as { code?: unknown; type?: unknown }) : {};
  return String(code ?? type ?? 'bad-request');
}
