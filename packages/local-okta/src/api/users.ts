import type { Request, Response, Router } from 'express';
import type { Context } from '../context.ts';
import { notFound } from '../directory/directory-error.ts';
import { userFilter, userSearch } from '../directory/search-dialects.ts';
import type { User } from '../directory/user.ts';
import type { Users } from '../directory/users.ts';
import { compileFilter } from '../filter/filter-sql.ts';
import { callerOf } from '../http/api-auth.ts';
import { baseUrl } from '../http/base-url.ts';
import { invalid, OktaError } from '../http/okta-error.ts';
import { allOf, type SqlCondition } from '../store/sql-condition.ts';
import { userActor } from '../system-log/log-event.ts';
import type { Audit } from './audit.ts';
import { changedUserSchema, newUserSchema, parseBody } from './body.ts';
import { endpoint, pathParameter } from './endpoint.ts';
import { assertImportAllowed, assertPasswordAllowed, requestedPassword, requestedProvider } from './passwords.ts';
import { queryCursor, queryFlag, queryLimit, queryText, refuseSorting, setLinks } from './query.ts';
import { createUserActions } from './user-actions.ts';
import { userView } from './user-view.ts';

export type ApiContext = Pick<Context, 'directory' | 'services'> & { readonly audit: Audit };

/** The user of the path, by id, login or short name; `me` is the caller. @throws DirectoryError `not-found` */
export function userOfPath({ directory }: Pick<Context, 'directory'>, request: Request, response: Response): User {
  const name = pathParameter(request, 'userId');
  const user = name === 'me' ? directory.users.get(callerOf(response).user.id) : directory.users.resolve(name);
  if (user === undefined) throw notFound('User', name);
  return user;
}

/**
 * The same, to be changed. Whoever manages people could otherwise set an administrator's password, and be one.
 * @throws OktaError where it is an administrator, and the caller is neither that one nor a super administrator
 */
export function userToChange(context: Pick<Context, 'directory'>, request: Request, response: Response): User {
  const { adminRoles } = context.directory;
  const user = userOfPath(context, request, response);
  const caller = callerOf(response).user.id;
  if (user.id !== caller && adminRoles.assignmentsOf(user.id).length > 0 && !adminRoles.isSuperAdmin(caller)) {
    throw new OktaError('E0000006');
  }
  return user;
}

export function addUserEndpoints(router: Router, context: ApiContext): void {
  const { directory, audit } = context;
  const actions = createUserActions(context);

  function list(request: Request, response: Response): void {
    refuseSorting(request);
    const where = listCondition(directory.users, request);
    const limit = queryLimit(request, queryText(request, 'q') === undefined ? 200 : 10, 200);
    const page = directory.users.list({ where, after: queryCursor(request), limit });
    setLinks(request, response, page.next);
    response.json(page.items.map((user) => userView(user, baseUrl(request))));
  }

  async function create(request: Request, response: Response): Promise<void> {
    const body = parseBody(request, newUserSchema);
    const activate = queryFlag(request, 'activate', true);
    const nextLogin = queryText(request, 'nextLogin');
    if (nextLogin !== undefined && nextLogin !== 'changePassword') throw invalid('nextLogin', 'must be changePassword');
    const options = { activate, mustChangePassword: nextLogin !== undefined };
    response.json(userView(await actions.create(request, response, body, options), baseUrl(request)));
  }

  async function update(request: Request, response: Response, whole: boolean): Promise<void> {
    const before = userToChange(context, request, response);
    // Okta shows deactivated users, and knows none where they would be changed.
    if (before.status === 'DEPROVISIONED') throw notFound('User', before.id);
    const body = parseBody(request, changedUserSchema);
    if (whole && body.profile === undefined) throw invalid('profile', 'The field cannot be left blank');
    const profile = whole ? body.profile : { ...before.profile, ...body.profile };
    const requested = requestedPassword(body.credentials);
    const { password, passwordToImport } = requested;
    const provider = requestedProvider(body.credentials, requested, before.provider);
    if (passwordToImport !== undefined) assertImportAllowed(passwordToImport, before);
    if (password !== undefined) assertPasswordAllowed(password, String(profile?.login), provider);
    if (body.profile !== undefined && context.services.profileSource?.(before) !== undefined) {
      throw new OktaError('E0000023');
    }
    let user = before;
    if (profile !== undefined && body.profile !== undefined) {
      user = directory.users.setProfile(user.id, profile);
      audit(request, response, 'user.account.update_profile', 'Update user profile', [userActor(user)]);
    }
    if (passwordToImport !== undefined) {
      user = directory.users.setPasswordToImport(user.id, passwordToImport);
      audit(request, response, 'user.account.update_password', 'User update password', [userActor(user)]);
    } else if (provider.type !== before.provider.type || provider.name !== before.provider.name) {
      user = directory.users.setProvider(user.id, provider);
    }
    if (password !== undefined) {
      user = await directory.users.setPassword(user.id, password);
      audit(request, response, 'user.account.update_password', 'User update password', [userActor(user)]);
    }
    response.json(userView(user, baseUrl(request)));
  }

  /** Okta deletes in two steps: the first call deactivates, the next one deletes for good. */
  function remove(request: Request, response: Response): void {
    const user = userToChange(context, request, response);
    if (user.status === 'DEPROVISIONED') actions.remove(request, response, user);
    else actions.transition(request, response, user, 'deactivate');
    response.status(204).end();
  }

  const read = 'okta.users.read';
  const manage = 'okta.users.manage';
  endpoint(router, directory, '/users', {
    get: { permission: read, handle: list },
    post: { permission: manage, handle: create },
  });
  endpoint(router, directory, '/users/:userId', {
    get: {
      permission: undefined,
      handle(request, response) {
        const user = userOfPath(context, request, response);
        const caller = callerOf(response).user.id;
        if (user.id !== caller && !directory.adminRoles.can(caller, read)) throw new OktaError('E0000006');
        response.json(userView(user, baseUrl(request)));
      },
    },
    post: { permission: manage, handle: (request, response) => update(request, response, false) },
    put: { permission: manage, handle: (request, response) => update(request, response, true) },
    delete: { permission: manage, handle: remove },
  });
}

function listCondition(users: Users, request: Request): SqlCondition {
  const search = queryText(request, 'search');
  const filter = queryText(request, 'filter');
  const q = queryText(request, 'q');
  if ([search, filter, q].filter((given) => given !== undefined).length > 1) {
    throw new OktaError('E0000033');
  }
  if (search !== undefined) return compileFilter(search, userSearch);
  if (filter !== undefined) return compileFilter(filter, userFilter);
  const present: SqlCondition = { sql: "status <> 'DEPROVISIONED'", parameters: [] };
  return q === undefined ? present : allOf([present, users.beginningWith(q)]);
}
