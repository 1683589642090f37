import express, { type Request, type Response, Router } from 'express';
import { errors, type Provider } from 'oidc-provider';
import type { Context } from '../context.ts';
import type { User } from '../directory/user.ts';
import { formField } from '../http/form-field.ts';
import { LEAVING_PAGE_POLICY } from '../http/page.ts';
import { userActor } from '../system-log/log-event.ts';
import { messagePage, type SignInForm, signInPage } from './pages.ts';
import { maySignIn } from './sign-in-policy.ts';

/** What the page says for each outcome of a sign-in. One text for all that would tell whether somebody exists. */
const PROBLEMS = {
  refused: 'Unable to sign in',
  unavailable: 'Your password cannot be checked at the moment. Try again in a moment.',
  expired: 'Your password must be changed before you can sign in. Ask your administrator.',
} as const;

/** The sign-in page of the authorization servers and what follows from it. */
export function createSignInRoutes(context: Context, providerOf: (server: string) => Provider | undefined): Router {
  const { services, systemLog, directory } = context;
  const router = Router();

  function show(response: Response, status: number, form: SignInForm): void {
    response.status(status).set('content-security-policy', LEAVING_PAGE_POLICY).type('html').send(signInPage(form));
  }

  function noteSession(request: Request, user: User, app: string): void {
    const client = { ipAddress: request.socket.remoteAddress, userAgent: request.headers['user-agent'] };
    systemLog.append({
      eventType: 'user.session.start',
      displayMessage: 'User login to Okta',
      actor: userActor(user),
      outcome: { result: 'SUCCESS' },
      client,
      credentialType: 'PASSWORD',
      debugData: { app },
    });
  }

  async function interactionOf(request: Request, response: Response) {
    const provider = providerOf(String(request.params.server));
    if (provider === undefined) return undefined;
    try {
      const details = await provider.interactionDetails(request, response);
      if (details.uid !== request.params.uid) return undefined;
      const clientId = String(details.params.client_id);
      return { provider, details, app: directory.apps.get(clientId)?.label ?? clientId };
    } catch (error) {
      if (error instanceof errors.SessionNotFound) return undefined;
      throw error;
    }
  }

  function tooLate(response: Response): void {
    response
      .status(400)
      .set('content-security-policy', LEAVING_PAGE_POLICY)
      .type('html')
      .send(messagePage('Start again', 'This sign-in is too old, or it began in another browser. Go back to the app.'));
  }

  router.get('/signin/:server/:uid', async (request, response) => {
    const interaction = await interactionOf(request, response);
    if (interaction === undefined) return tooLate(response);
    if (interaction.details.prompt.name === 'consent') {
      return interaction.provider.interactionFinished(
        request,
        response,
        { consent: {} },
        { mergeWithLastSubmission: true },
      );
    }
    const hint = interaction.details.params.login_hint;
    show(response, 200, {
      action: request.path,
      app: interaction.app,
      username: typeof hint === 'string' ? hint : undefined,
    });
  });

  // The interaction's cookie is SameSite=Lax: a form on another site cannot answer in this browser's name.
  router.post(
    '/signin/:server/:uid',
    express.urlencoded({ extended: false, limit: '16kb' }),
    async (request, response) => {
      const interaction = await interactionOf(request, response);
      if (interaction === undefined) return tooLate(response);
      const { provider, app } = interaction;
      const { username, password, remember, decision } = fields(request);
      const finish = (result: Parameters<Provider['interactionFinished']>[2]): Promise<void> =>
        provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
      if (decision === 'cancel') {
        return finish({ error: 'access_denied', error_description: 'The resource owner denied the request.' });
      }
      const again = (status: number, problem: string): void =>
        show(response, status, { action: request.path, app, username, remember, problem });
      if (username === '' || password === '') return again(400, PROBLEMS.refused);
      const client = { ipAddress: request.socket.remoteAddress, userAgent: request.headers['user-agent'] };
      const result = await services.authenticate?.(username, password, { client });
      switch (result?.outcome) {
        case 'ok':
          if (!maySignIn(result.user)) return again(401, PROBLEMS.refused);
          noteSession(request, result.user, app);
          return finish({ login: { accountId: result.user.id, remember, amr: ['pwd'] } });
        case undefined:
        case 'agent-unavailable':
        case 'timeout':
        case 'directory-error':
        case 'hook-failed':
        case 'busy':
          return again(503, PROBLEMS.unavailable);
        case 'password-expired':
        case 'must-change':
          return again(401, PROBLEMS.expired);
        default:
          return again(401, PROBLEMS.refused);
      }
    },
  );

  return router;
}

/** The form's fields; whatever is no text is empty. */
function fields(request: Request): { username: string; password: string; remember: boolean; decision: string } {
  return {
    username: formField(request, 'username', 255),
    password: formField(request, 'password', 1_024),
    remember: formField(request, 'remember') === 'yes',
    decision: formField(request, 'decision'),
  };
}
