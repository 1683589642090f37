import type { Request, Response } from 'express';
import type { z } from 'zod';
import { DirectoryError } from '../directory/directory-error.ts';
import type { LifecycleOperation } from '../directory/life-cycle.ts';
import type { User } from '../directory/user.ts';
import { callerOf } from '../http/api-auth.ts';
import { invalid, OktaError } from '../http/okta-error.ts';
import { userActor } from '../system-log/log-event.ts';
import type { newUserSchema } from './body.ts';
import { assertPasswordAllowed, requestedPassword, requestedProvider } from './passwords.ts';
import type { ApiContext } from './users.ts';

export type ApiOperation = Exclude<LifecycleOperation, 'lock_out'>;

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

export const API_OPERATIONS = Object.keys(EVENTS) as ApiOperation[];

/** What Okta answers where the user's status forbids the operation. */
function forbidden(operation: ApiOperation, user: User, cause: DirectoryError): OktaError {
  switch (operation) {
    case 'activate':
      return new OktaError('E0000016', { cause });
    case 'suspend':
      return new OktaError('E0000001', {
        detail: 'suspendUser',
        causes: ['Cannot suspend a user that is not active'],
        cause,
      });
    case 'unsuspend':
      return new OktaError('E0000001', {
        detail: 'unsuspendUser',
        causes: ['Cannot unsuspend a user that is not suspended'],
        cause,
      });
    case 'unlock':
      return new OktaError('E0000032', { causes: ['The user is not locked out.'], cause });
    case 'deactivate':
      // For this operation, as for a change of the profile, there are no deactivated users.
      return new OktaError('E0000007', { detail: `Resource not found: ${user.id} (User)`, cause });
    case 'reset_password':
      return new OktaError('E0000017', {
        causes: ["Password reset is not allowed in the user's current status"],
        cause,
      });
    case 'reactivate':
    case 'expire_password':
      return new OktaError('E0000038', { cause });
    default:
      return operation satisfies never;
  }
}

/** Nobody saws off the branch they sit on: the last administrator's token would be of no more use. */
export function assertNotOneself(response: Response, user: User): void {
  if (callerOf(response).user.id === user.id) throw invalid('userId', 'You cannot do this to your own account');
}

/** A link by which somebody sets a password. */
export interface PasswordLink {
  readonly purpose: 'activate' | 'reset-password';
  readonly url: string;
  readonly token: string;
}

export interface NewUserOptions {
  readonly activate: boolean;
  readonly mustChangePassword: boolean;
}

/** What an administrator does to people, by the API or at the Admin Console: the rules, and what the System Log tells. */
export function createUserActions({ directory, services, audit }: ApiContext) {
  return {
    async create(
      request: Request,
      response: Response,
      { profile, credentials, groupIds = [] }: z.output<typeof newUserSchema>,
      { activate, mustChangePassword }: NewUserOptions,
    ): Promise<User> {
      const requested = requestedPassword(credentials);
      const { password } = requested;
      const provider = requestedProvider(credentials, requested);
      if (password !== undefined) assertPasswordAllowed(password, String(profile.login), provider);
      for (const id of groupIds) {
        if (directory.groups.get(id)?.type !== 'OKTA_GROUP') throw invalid('groupIds', `there is no Okta group ${id}`);
      }
      const user = await directory.users.create({ profile, ...requested, provider, activate, mustChangePassword });
      for (const id of groupIds) directory.groups.addMember(id, user.id);
      audit(request, response, 'user.lifecycle.create', 'Create Okta user', [userActor(user)]);
      if (activate) audit(request, response, 'user.lifecycle.activate', 'Activate Okta user', [userActor(user)]);
      if (user.status === 'PROVISIONED') services.outbox?.issue(user, 'activate');
      return user;
    },
    transition(request: Request, response: Response, user: User, operation: ApiOperation): User {
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
        if (error instanceof DirectoryError && error.code === 'transition-forbidden')
          throw forbidden(operation, user, error);
        throw error;
      }
    },
    /** The link that follows from an operation. It is in the outbox; Okta mails it. */
    linkAfter(user: User, operation: ApiOperation): PasswordLink | undefined {
      const activated = operation === 'activate' || operation === 'reactivate';
      const purpose = operation === 'reset_password' ? 'reset-password' : activated ? 'activate' : undefined;
      const waits = purpose === 'reset-password' || ['PROVISIONED', 'RECOVERY'].includes(user.status);
      const link = purpose === undefined || !waits ? undefined : services.outbox?.issue(user, purpose);
      return purpose === undefined || link === undefined ? undefined : { purpose, url: link.url, token: link.token };
    },
    /** For good. */
    remove(request: Request, response: Response, user: User): void {
      assertNotOneself(response, user);
      directory.users.remove(user.id);
      audit(request, response, 'user.lifecycle.delete.completed', 'Delete Okta user', [userActor(user)]);
    },
  };
}
