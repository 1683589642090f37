import type { RedirectAuth } from '@ldap-to-okta/auth-adapter';
import { Router } from 'express';
import type { Metrics } from './metrics.ts';
import { localPath } from './return-path.ts';
import { watchRedirects } from './sign-in-log.ts';

export interface RedirectSignInOptions {
  readonly adapter: RedirectAuth;
  readonly metrics: Metrics;
}

/** Hands over to the adapter, whose routes come first. */
export function redirectSignIn({ adapter, metrics }: RedirectSignInOptions): Router {
  const router = Router();
  const watch = watchRedirects((request) => adapter.identity(request), metrics);

  router.use((request, response, next) => {
    watch(request, response);
    next();
  });
  router.get('/login', (request, response, next) => {
    const path = localPath(request.query.returnTo);
    if (adapter.identity(request) !== undefined) {
      response.redirect(303, path);
      return;
    }
    adapter.startSignIn(request, response, next, path);
  });
  router.use(adapter.router);
  return router;
}
