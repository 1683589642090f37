import type { Request, RequestHandler, Response } from 'express';
import type { RedirectAuth } from './auth-adapter.ts';
import type { OidcConfig } from './config.ts';
import type { Observer } from './observer.ts';
import { createAnswerJudge } from './oidc-answer.ts';
import { connectToProvider } from './oidc-connection.ts';
import { explainFailure } from './oidc-failure.ts';
import { CALLBACK_PATH } from './oidc-provider.ts';
import { identityOf, sessionOf } from './oidc-session.ts';
import { endSessionUrl } from './oidc-sign-out.ts';
import { claimProcess } from './one-per-process.ts';
import { putAside, takeUp } from './open-sign-ins.ts';
import { RedirectRefusal } from './redirect-refusal.ts';
import { redirectStep, requestId } from './redirect-step.ts';

/**
 * Step 4: signs in on Okta's own page, with OpenID Connect.
 *
 * The browser goes to `<ISSUER>/v1/authorize` and comes back to `/authorization-code/callback` with a code, which is
 * exchanged for an ID token; the person is its `email` claim. No password passes through the app any more.
 */
export function createOidcAdapter(config: OidcConfig, observe?: Observer): RedirectAuth {
  const releaseProcess = claimProcess();
  const judge = createAnswerJudge();
  const connection = connectToProvider(config, judge.onAnswer);
  const sessionKey = `oidc:${config.issuer}` as const;

  async function startSignIn(request: Request, response: Response, returnTo: string): Promise<void> {
    const session = sessionOf(request);
    const { authorizationUrl } = await connection.provider();
    const url = await authorizationUrl(session);
    putAside(session, sessionKey, returnTo);
    observe?.(redirectStep(url), request);
    response.redirect(url);
  }

  async function finishSignIn(request: Request, response: Response): Promise<void> {
    const returnTo = takeUp(sessionOf(request), sessionKey, request.query.state);
    if (returnTo === undefined) {
      if (identityOf(request) !== undefined) {
        return response.redirect('/'); // the back button, after a sign-in that worked
      }
      throw new RedirectRefusal('stale', 'No such sign-in is open in this session.', { detail: 'no-open-sign-in' });
    }
    const provider = await connection.provider();
    const startedAt = performance.now();
    const url = provider.client.issuer.token_endpoint ?? config.issuer;
    const id = requestId(request.query.state);
    const report = (outcome: string): void =>
      observe?.({ kind: 'exchange', id, url, outcome, ms: performance.now() - startedAt }, request);
    try {
      await judge.judge(provider, request, response);
    } catch (error) {
      const failure = explainFailure(error, config);
      report(failure.detail);
      const session = sessionOf(request);
      if (failure.detail !== 'id-token-unknown-key' || session.oidcBegunAgain) {
        delete session.oidcBegunAgain;
        throw failure;
      }
      // The provider has changed its keys, and openid-client asks for them once a minute at most. The code is used up, but
      // the provider knows the person by now: the way there and back asks nothing of them.
      session.oidcBegunAgain = true;
      connection.renew();
      return startSignIn(request, response, returnTo);
    }
    report('ok');
    response.redirect(returnTo);
  }

  const router: RequestHandler = (request, response, next) => {
    if (request.path === CALLBACK_PATH && request.method === 'GET') {
      finishSignIn(request, response).catch(next);
    } else {
      next();
    }
  };

  return {
    kind: 'redirect',
    mode: 'oidc',
    asks: { who: 'okta', urls: [config.issuer] },
    router,
    startSignIn: (request, response, next, returnTo) => {
      startSignIn(request, response, returnTo).catch(next);
    },
    identity: identityOf,
    signOutUrl: (request) => endSessionUrl(connection, sessionOf(request).oidcSignedIn, config),
    ready: async () => {
      await connection.provider();
    },
    close: async () => {
      await connection.close();
      releaseProcess();
    },
  };
}
