import type { Request, Response, Router } from 'express';
import type { User } from '../directory/user.ts';
import { baseUrl } from '../http/base-url.ts';
import { OktaError } from '../http/okta-error.ts';
import { randomBase62 } from '../ids.ts';
import { userActor } from '../system-log/log-event.ts';
import { changedPasswordSchema, parseBody } from './body.ts';
import { endpoint } from './endpoint.ts';
import { assertPasswordAllowed } from './passwords.ts';
import { queryFlag } from './query.ts';
import { API_OPERATIONS, type ApiOperation, createUserActions, type PasswordLink } from './user-actions.ts';
import { userView } from './user-view.ts';
import { type ApiContext, userToChange } from './users.ts';

export function addUserLifecycleEndpoints(router: Router, context: ApiContext): void {
  const { directory, audit } = context;
  const actions = createUserActions(context);

  const run = (request: Request, response: Response, operation: ApiOperation): User =>
    actions.transition(request, response, userToChange(context, request, response), operation);

  for (const operation of API_OPERATIONS) {
    if (operation === 'expire_password') continue;
    endpoint(router, directory, `/users/:userId/lifecycle/${operation}`, {
      post: {
        permission: 'okta.users.manage',
        handle(request, response) {
          const sendEmail = queryFlag(request, 'sendEmail', operation !== 'reactivate');
          const user = run(request, response, operation);
          response.json(linkView(actions.linkAfter(user, operation), sendEmail));
        },
      },
    });
  }

  /** The link to set a password by: in the answer, or (Okta mails it) in the outbox only. */
  function linkView(link: PasswordLink | undefined, sendEmail: boolean): Readonly<Record<string, string>> {
    if (sendEmail || link === undefined) return {};
    if (link.purpose === 'reset-password') return { resetPasswordUrl: link.url };
    return { activationUrl: link.url, activationToken: link.token };
  }

  async function expire(request: Request, response: Response, temporary: boolean): Promise<void> {
    const user = run(request, response, 'expire_password');
    if (!temporary) {
      response.json(userView(user, baseUrl(request)));
      return;
    }
    const tempPassword = `${randomBase62(12)}aA1`;
    await directory.users.setPassword(user.id, tempPassword, { expired: true });
    response.json({ tempPassword });
  }

  endpoint(router, directory, '/users/:userId/lifecycle/expire_password', {
    post: {
      permission: 'okta.users.manage',
      handle: (request, response) => expire(request, response, queryFlag(request, 'tempPassword', false)),
    },
  });
  endpoint(router, directory, '/users/:userId/lifecycle/expire_password_with_temp_password', {
    post: { permission: 'okta.users.manage', handle: (request, response) => expire(request, response, true) },
  });
  endpoint(router, directory, '/users/:userId/credentials/change_password', {
    post: { permission: 'okta.users.manage', handle: changePassword },
  });

  /** Whether it is the user's password, here or with the hook. */
  async function knows(user: User, password: string): Promise<boolean> {
    if (user.passwordKind !== 'hook') return directory.users.verifyPassword(user.id, password);
    return (await context.services.passwordImport?.verify(user, password)) === 'verified';
  }

  async function changePassword(request: Request, response: Response): Promise<void> {
    const user = userToChange(context, request, response);
    const { oldPassword, newPassword } = parseBody(request, changedPasswordSchema);
    if (!['ACTIVE', 'PASSWORD_EXPIRED', 'STAGED', 'RECOVERY'].includes(user.status)) {
      throw new OktaError('E0000035', { causes: ["Change password is not allowed in the user's current status"] });
    }
    assertPasswordAllowed(newPassword.value, user.profile.login, user.provider);
    if (!(await knows(user, oldPassword.value))) {
      directory.users.recordFailedSignIn(user.id);
      audit(request, response, 'user.account.update_password', 'User update password', [userActor(user)], {
        result: 'FAILURE',
        reason: 'INVALID_CREDENTIALS',
      });
      throw new OktaError('E0000014', { causes: ['Old Password is not correct'] });
    }
    const changed = await directory.users.setPassword(user.id, newPassword.value);
    audit(request, response, 'user.account.update_password', 'User update password', [userActor(user)]);
    response.json(userView(changed, baseUrl(request)).credentials);
  }
}
