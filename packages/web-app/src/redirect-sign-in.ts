import type { RedirectAuth } from '@ldap-to-okta/auth-adapter';
import { Router } from 'express';
import type { AppState } from './app-state.ts';
import type { Metrics } from './metrics.ts';
import { localPath } from './return-path.ts';
import { watchRedirects } from './sign-in-log.ts';
import type { SignInTracer } from './sign-in-tracer.ts';

export interface RedirectSignInOptions {
  readonly adapter: RedirectAuth;
  readonly state: AppState;
  readonly metrics: Metrics;
  readonly tracer: SignInTracer | undefined;
}

/** Hands over to the adapter, whose routes come first. */
export function redirectSignIn({ adapter, state, metrics, tracer }: RedirectSignInOptions): Router {
  const router = Router();
  const watch = watchRedirects((request) => adapter.identity(request), metrics);

  router.use((request, response, next) => {
    watch(request, response);
    next();
  });
  router.get('/login', async (request, response, next) => {
    const path = localPath(request.query.returnTo);
    if (adapter.identity(request) !== undefined) {
      response.redirect(303, path);
      return;
    }
    tracer?.begin(request, 'redirect');
    // Before the redirect: without a session to remember it, whoever comes back would be told that the sign-in is stale.
    await state.ready();
    adapter.startSignIn(request, response, next, path);
  });
  router.use(adapter.router);
  return router;
}
