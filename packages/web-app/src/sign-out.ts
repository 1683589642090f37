import type { AuthAdapter } from '@ldap-to-okta/auth-adapter';
import { type Request, type Response, Router } from 'express';
import { csrfProtection } from './csrf.ts';
import type { Site } from './pages/layout.ts';
import { messagePage } from './pages/message-page.ts';
import { formBody } from './password-sign-in.ts';
import { cookieName } from './session.ts';

export interface SignOutOptions {
  readonly adapter: AuthAdapter;
  readonly site: Site;
}

/** POST only, so that no picture or link on another site can sign somebody out. */
export function signOut({ adapter, site }: SignOutOptions): Router {
  const router = Router();
  const signedOut = adapter.kind === 'password' ? '/login?signed-out' : '/signed-out';

  router.post(
    '/logout',
    ...formBody,
    (request, response, next) => {
      // Pressed twice, or after the session ended: there is nothing left to protect, and nothing to complain about. Whose
      // tokens have expired is nobody here any more, and still has a session at the provider.
      if (request.session.signedInAt === undefined) {
        response.redirect(303, signedOut);
        return;
      }
      next();
    },
    csrfProtection,
    async (request, response) => {
      const elsewhere = adapter.kind === 'redirect' ? await adapter.signOutUrl(request) : undefined;
      await endSession(request, response, site.name);
      request.log.info('sign-out');
      response.redirect(303, elsewhere ?? signedOut);
    },
  );

  // With a page elsewhere, going on to /login could sign the same person in again at once.
  router.get('/signed-out', (_request, response) => {
    response.send(
      messagePage(site, {
        title: 'You are signed out',
        text: 'This app no longer knows who you are.',
        link: { href: '/login', label: 'Sign in again' },
      }),
    );
  });
  return router;
}

function endSession(request: Request, response: Response, appName: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.destroy((error?: unknown) => {
      if (error) {
        reject(error);
        return;
      }
      response.clearCookie(cookieName(appName), { path: '/' });
      resolve();
    });
  });
}
