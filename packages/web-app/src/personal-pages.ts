import type { Identity } from '@ldap-to-okta/auth-adapter';
import { type Request, type Response, Router } from 'express';
import { csrfToken } from './csrf.ts';
import type { IdentitySource } from './current-identity.ts';
import { homePage } from './pages/home-page.ts';
import type { Site } from './pages/layout.ts';
import { profilePage } from './pages/profile-page.ts';

/** What only people who are signed in can see. */
export function personalPages(site: Site, identityOf: IdentitySource['identityOf']): Router {
  const router = Router();

  const page =
    (render: (site: Site, identity: Identity, csrfToken: string) => string) =>
    (request: Request, response: Response): void => {
      const identity = identityOf(request);
      if (identity === undefined) {
        askToSignIn(request, response);
        return;
      }
      response.send(render(site, identity, csrfToken(request)));
    };

  router.get('/', page(homePage));
  router.get('/profile', page(profilePage));
  router.get('/user', (request, response) => {
    const identity = identityOf(request);
    if (identity !== undefined) {
      response.json(identity);
    } else if (request.accepts(['json', 'html']) === 'html') {
      askToSignIn(request, response);
    } else {
      response.status(401).json({ error: 'not-signed-in', message: 'Sign in first, at /login.' });
    }
  });
  return router;
}

/** The page asked for travels in the address, so that nobody gets a session for merely asking. */
function askToSignIn(request: Request, response: Response): void {
  const query = request.originalUrl === '/' ? '' : `?returnTo=${encodeURIComponent(request.originalUrl)}`;
  response.redirect(`/login${query}`);
}
