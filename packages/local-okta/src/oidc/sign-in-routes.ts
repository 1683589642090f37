import express, { type Request, type Response, Router } from 'express';
import { errors, type Provider } from 'oidc-provider';
import type { Context } from '../context.ts';
import { formField } from '../http/form-field.ts';
import { LEAVING_PAGE_POLICY } from '../http/page.ts';
import { randomBase62 } from '../ids.ts';
import { type LogActor, type NewLogEvent, userActor } from '../system-log/log-event.ts';
import { authorizationRequest } from './oidc-log.ts';
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

  function noteSession(actor: LogActor, attempt: Attempt, failure?: string): void {
    systemLog.append({
      eventType: 'user.session.start',
      displayMessage: 'User login to Okta',
      actor,
      outcome: failure === undefined ? { result: 'SUCCESS' } : { result: 'FAILURE', reason: failure },
      client: attempt.client,
      transactionId: attempt.transactionId,
      credentialType: 'PASSWORD',
      debugData: { app: attempt.app, ...attempt.authorization },
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
      const { provider, details, app } = interaction;
      const { username, password, remember, decision } = fields(request);
      const finish = (result: Parameters<Provider['interactionFinished']>[2]): Promise<void> =>
        provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
      if (decision === 'cancel') {
        return finish({ error: 'access_denied', error_description: 'The resource owner denied the request.' });
      }
      const again = (status: number, problem: string): void =>
        show(response, status, { action: request.path, app, username, remember, problem });
      if (username === '' || password === '') return again(400, PROBLEMS.refused);
      const attempt: Attempt = {
        app,
        client: { ipAddress: request.socket.remoteAddress, userAgent: request.headers['user-agent'] },
        transactionId: randomBase62(20),
        authorization: authorizationRequest(details.params.state),
      };
      const result = await services.authenticate?.(username, password, attempt);
      const allowed = result?.outcome === 'ok' && maySignIn(result.user);
      const actor = result?.user === undefined ? unknownActor(username) : userActor(result.user);
      noteSession(actor, attempt, allowed ? undefined : reasonOf(result?.outcome));
      switch (result?.outcome) {
        case 'ok':
          if (!allowed) return again(401, PROBLEMS.refused);
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

/** One form sent, as the System Log knows it. */
interface Attempt {
  readonly app: string;
  readonly client: NewLogEvent['client'];
  readonly transactionId: string;
  readonly authorization: Readonly<Record<string, string>>;
}

/** Okta knows nobody of that name, and says so in its log alone. */
function unknownActor(login: string): LogActor {
  return { id: 'unknown', type: 'User', alternateId: login, displayName: 'unknown' };
}

/** Okta's word for a wrong password; the rest says why nobody judged it, or why it did not matter. */
function reasonOf(outcome = 'unavailable'): string {
  if (outcome === 'invalid') return 'INVALID_CREDENTIALS';
  return outcome === 'ok' ? 'NOT_ACTIVE' : outcome.toUpperCase().replaceAll('-', '_');
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
