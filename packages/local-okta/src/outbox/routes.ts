import express, { type Request, type Response, Router } from 'express';
import { queryLimit, queryText } from '../api/query.ts';
import type { Context } from '../context.ts';
import { hashPassword, passwordPolicyProblem } from '../directory/password.ts';
import type { User } from '../directory/user.ts';
import { requireApiToken, requireSuperAdmin } from '../http/api-auth.ts';
import { formField } from '../http/form-field.ts';
import { PAGE_POLICY } from '../http/page.ts';
import { userActor } from '../system-log/log-event.ts';
import type { Outbox } from './outbox.ts';
import { deadLinkPage, doneOnPage, passwordPage } from './pages.ts';

/** In these a person may set a password by a link. */
const MAY_SET: readonly User['status'][] = ['PROVISIONED', 'RECOVERY'];

/** `/local/outbox`, and the page behind its links. */
export function createOutboxRoutes({ directory, store, systemLog }: Context, outbox: Outbox): Router {
  const router = Router();

  function send(response: Response, status: number, body: string): void {
    response.status(status).set('content-security-policy', PAGE_POLICY).type('html').send(body);
  }

  /** Whose link it is, if they may use it: not where a directory keeps the password. */
  function personOf(token: string): User | undefined {
    const found = outbox.find(token);
    const user = found === undefined ? undefined : directory.users.get(found.userId);
    return user !== undefined && MAY_SET.includes(user.status) && user.provider.type !== 'LDAP' ? user : undefined;
  }

  function open(request: Request, response: Response): void {
    const token = String(request.params.token);
    const user = personOf(token);
    if (user === undefined) send(response, 410, deadLinkPage());
    else send(response, 200, passwordPage({ token, login: user.profile.login }));
  }
  // Looking at a link does not use it up: mail programs look at links before their readers do.
  router.get('/reset_password/:token', open);
  router.get('/welcome/:token', open);

  // No cookie speaks for the person here: who posts knows the token, and a page elsewhere does not.
  router.post('/reset_password', express.urlencoded({ extended: false, limit: '16kb' }), async (request, response) => {
    const { token, password, confirmation } = fields(request);
    const user = personOf(token);
    if (user === undefined) return send(response, 410, deadLinkPage());
    const { login } = user.profile;
    const problem =
      passwordPolicyProblem(password, login) ??
      (password === confirmation ? undefined : 'The two passwords are not the same.');
    if (problem !== undefined) return send(response, 400, passwordPage({ token, login, problem }));
    const hash = await hashPassword(password);
    const done = store.transaction(() => {
      // Again: hashing took a while, and the link may have been used, or the user switched back to the directory.
      if (personOf(token)?.id !== user.id || !outbox.consume(token)) return false;
      directory.users.setHashedPassword(user.id, hash);
      systemLog.append({
        eventType: 'user.account.update_password',
        displayMessage: 'User update password',
        actor: userActor(user),
        target: [userActor(user)],
        client: { ipAddress: request.socket.remoteAddress, userAgent: request.headers['user-agent'] },
      });
      return true;
    });
    send(response, done ? 200 : 410, done ? doneOnPage(login) : deadLinkPage());
  });

  router.get('/local/outbox', requireApiToken(directory), requireSuperAdmin(directory), (request, response) => {
    const after = Number(queryText(request, 'after') ?? 0);
    response.json(
      outbox.list({ after: Number.isSafeInteger(after) ? after : 0, limit: queryLimit(request, 200, 1000) }),
    );
  });

  return router;
}

/** The form's fields; whatever is no text is empty. */
function fields(request: Request): Record<'token' | 'password' | 'confirmation', string> {
  const field = (name: string): string => formField(request, name, 1_000);
  return { token: field('token'), password: field('password'), confirmation: field('confirmation') };
}
