import type { Request, Response, Router } from 'express';
import { DirectoryError } from '../directory/directory-error.ts';
import type { LifecycleOperation } from '../directory/life-cycle.ts';
import type { User } from '../directory/user.ts';
import { invalid, OktaError } from '../http/okta-error.ts';
import { randomBase62 } from '../ids.ts';
import { userActor } from '../system-log/log-event.ts';
import { changedPasswordSchema, parseBody } from './body.ts';
import { endpoint } from './endpoint.ts';
import { assertPasswordAllowed } from './passwords.ts';
import { baseUrl, queryFlag } from './query.ts';
import { userView } from './user-view.ts';
import { type ApiContext, assertNotOneself, userOfPath } from './users.ts';

type ApiOperation = Exclude<LifecycleOperation, 'lock_out'>;

const EVENTS: Record<ApiOperation, readonly [eventType: string, displayMessage: string]> = {
  activate: ['user.lifecycle.activate', 'Activate Okta user'],
  reactivate: ['user.lifecycle.reactivate', 'Reactivate Okta user'],
  deactivate: ['user.lifecycle.deactivate', 'Deactivate Okta user'],
  suspend: ['user.lifecycle.suspend', 'Suspend Okta user'],
  unsuspend: ['user.lifecycle.unsuspend', 'Unsuspend Okta user'],
  unlock: ['user.account.unlock', 'Unlock user account'],
  reset_password: ['user.account.reset_password', 'Fire reset password'],
  expire_password: ['user.account.expire_password', 'Expire user password'],
};

/** What Okta answers where the user's status forbids the operation. */
function forbidden(operation: ApiOperation, cause: DirectoryError): OktaError {
  switch (operation) {
    case 'activate':
      return new OktaError('E0000016', { cause });
    case 'suspend':
      return invalid('suspend', 'Cannot suspend a user that is not active');
    case 'unsuspend':
      return invalid('unsuspend', 'Cannot unsuspend a user that is not suspended');
    case 'unlock':
      return new OktaError('E0000032', { cause });
    case 'reactivate':
    case 'deactivate':
    case 'reset_password':
    case 'expire_password':
      return new OktaError('E0000038', { cause });
    default:
      return operation satisfies never;
  }
}

export function addUserLifecycleEndpoints(router: Router, context: ApiContext): void {
  const { directory, audit } = context;

  function run(request: Request, response: Response, operation: ApiOperation): User {
    const user = userOfPath(context, request, response);
    const [eventType, displayMessage] = EVENTS[operation];
    if (operation === 'deactivate' || operation === 'suspend') assertNotOneself(response, user);
    if (operation.endsWith('_password') && user.provider.type === 'LDAP') {
      throw new OktaError('E0000014', { causes: ["This user's password is kept by the LDAP directory."] });
    }
    try {
      const changed = directory.users.transition(user.id, operation);
      audit(request, response, eventType, displayMessage, [userActor(user)]);
      return changed;
    } catch (error) {
      if (error instanceof DirectoryError && error.code === 'transition-forbidden') throw forbidden(operation, error);
      throw error;
    }
  }

  for (const operation of Object.keys(EVENTS) as ApiOperation[]) {
    if (operation === 'expire_password') continue;
    endpoint(router, directory, `/users/:userId/lifecycle/${operation}`, {
      post: {
        permission: 'okta.users.manage',
        handle(request, response) {
          const sendEmail = queryFlag(request, 'sendEmail', operation !== 'reactivate');
          const user = run(request, response, operation);
          response.json(linkFor(user, operation, sendEmail));
        },
      },
    });
  }

  /** The link to set a password by: in the answer, or (Okta mails it) in the outbox only. */
  function linkFor(user: User, operation: ApiOperation, sendEmail: boolean): Readonly<Record<string, string>> {
    if (operation === 'reset_password') {
      const link = context.services.outbox?.issue(user, 'reset-password');
      return sendEmail || link === undefined ? {} : { resetPasswordUrl: link.url };
    }
    const activated = operation === 'activate' || operation === 'reactivate';
    if (!activated || !['PROVISIONED', 'RECOVERY'].includes(user.status)) return {};
    const link = context.services.outbox?.issue(user, 'activate');
    return sendEmail || link === undefined ? {} : { activationUrl: link.url, activationToken: link.token };
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
    const user = userOfPath(context, request, response);
    const { oldPassword, newPassword } = parseBody(request, changedPasswordSchema);
    if (!['ACTIVE', 'PASSWORD_EXPIRED', 'STAGED', 'RECOVERY'].includes(user.status)) throw new OktaError('E0000038');
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
