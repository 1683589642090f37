import type { RequestHandler, Response } from 'express';
import type { Directory } from '../directory/directory.ts';
import type { User, UserStatus } from '../directory/user.ts';
import { OktaError } from './okta-error.ts';

/** Who calls: the user in whose name the token was made, or who has signed in at the Admin Console. */
export interface Caller {
  readonly user: User;
}

/** Okta takes tokens away with their user; a user who is locked out or has to change a password keeps them. */
const NO_RIGHTS: readonly UserStatus[] = ['STAGED', 'SUSPENDED', 'DEPROVISIONED'];

/**
 * Wants `Authorization: SSWS <token>`, and nothing that a browser sends by itself: a page elsewhere can post to
 * localhost, but it does not know the token.
 */
export function requireApiToken(directory: Directory, onRefused?: (response: Response) => void): RequestHandler {
  return (request, response, next) => {
    const [, value] = /^SSWS ([\w-]{1,200})$/i.exec(request.headers.authorization ?? '') ?? [];
    const token = value === undefined ? undefined : directory.apiTokens.find(value);
    const user = token === undefined ? undefined : directory.users.get(token.userId);
    if (token === undefined || user === undefined || NO_RIGHTS.includes(user.status)) {
      onRefused?.(response);
      throw new OktaError('E0000011');
    }
    response.locals.caller = { user } satisfies Caller;
    next();
  };
}

/** Administrators only. Comes after {@link requireApiToken}. */
export function requireSuperAdmin(directory: Directory): RequestHandler {
  return (_request, response, next) => {
    if (!directory.adminRoles.isSuperAdmin(callerOf(response).user.id)) throw new OktaError('E0000006');
    next();
  };
}

export function callerOf(response: Response): Caller {
  return response.locals.caller as Caller; // requireApiToken or the Admin Console set it
}
