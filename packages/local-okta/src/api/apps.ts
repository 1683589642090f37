import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import type { App } from '../directory/apps.ts';
import { notFound } from '../directory/directory-error.ts';
import type { Group } from '../directory/groups.ts';
import { appFilter, appsBeginningWith } from '../directory/search-dialects.ts';
import { compileFilter } from '../filter/filter-sql.ts';
import { callerOf } from '../http/api-auth.ts';
import { baseUrl } from '../http/base-url.ts';
import { OktaError } from '../http/okta-error.ts';
import { OIDC_APP } from '../oidc/clients.ts';
import { changedOidcApp, newOidcApp, oidcAppSchema, oidcAppView } from '../oidc/oidc-apps.ts';
import { allOf, type SqlCondition } from '../store/sql-condition.ts';
import { createAppActions } from './app-actions.ts';
import { appGroupView, appUserView, appView } from './app-views.ts';
import { parseBody, profileSchema } from './body.ts';
import { endpoint, pathParameter } from './endpoint.ts';
import { queryCursor, queryLimit, queryText, setLinks } from './query.ts';
import { type ApiContext, userOfPath } from './users.ts';

const assignmentSchema = z.object({ id: z.string().min(1).max(100), profile: profileSchema.optional() });

export function addAppEndpoints(router: Router, context: ApiContext): void {
  const { directory } = context;
  const actions = createAppActions(context);

  function appOfPath(request: Request): App {
    const id = pathParameter(request, 'appId');
    const app = directory.apps.get(id);
    if (app === undefined) throw notFound('AppInstance', id);
    return app;
  }

  function assign(request: Request, response: Response): void {
    const app = appOfPath(request);
    const { id, profile } = parseBody(request, assignmentSchema);
    const user = directory.users.resolve(id);
    if (user === undefined) throw notFound('User', id);
    response.json(appUserView(actions.assignUser(request, response, app, user, profile), baseUrl(request)));
  }

  function unassign(request: Request, response: Response): void {
    actions.unassignUser(request, response, appOfPath(request), userOfPath(context, request, response));
    response.status(204).end();
  }

  function groupOfPath(request: Request): Group {
    const id = pathParameter(request, 'groupId');
    const group = directory.groups.get(id);
    if (group === undefined) throw notFound('UserGroup', id);
    return group;
  }

  /** Apps are the super administrators' matter: Okta's roles for apps are not here. */
  function requireSuperAdmin(response: Response): void {
    if (!directory.adminRoles.isSuperAdmin(callerOf(response).user.id)) throw new OktaError('E0000006');
  }

  function view(app: App, request: Request, response: Response) {
    const secrets = app.name === OIDC_APP && directory.adminRoles.isSuperAdmin(callerOf(response).user.id);
    return { ...appView(app, baseUrl(request)), ...(secrets ? oidcAppView(app) : {}) };
  }

  function create(request: Request, response: Response): void {
    requireSuperAdmin(response);
    const app = actions.create(request, response, newOidcApp(parseBody(request, oidcAppSchema)));
    response.json(view(app, request, response));
  }

  function setStatus(status: App['status']) {
    return (request: Request, response: Response): void => {
      requireSuperAdmin(response);
      actions.setStatus(request, response, appOfPath(request), status);
      response.json({});
    };
  }

  const read = 'okta.users.read';
  const manage = 'okta.users.manage';
  endpoint(router, directory, '/apps', {
    get: {
      permission: read,
      handle(request, response) {
        const page = directory.apps.list({
          where: listCondition(request),
          after: queryCursor(request),
          limit: queryLimit(request, 200, 200),
        });
        setLinks(request, response, page.next);
        response.json(page.items.map((app) => view(app, request, response)));
      },
    },
    post: { permission: undefined, handle: create },
  });
  endpoint(router, directory, '/apps/:appId', {
    get: {
      permission: read,
      handle: (request, response) => {
        response.json(view(appOfPath(request), request, response));
      },
    },
    put: {
      permission: undefined,
      handle(request, response) {
        requireSuperAdmin(response);
        const app = appOfPath(request);
        const wanted = changedOidcApp(app, parseBody(request, oidcAppSchema));
        const changed = actions.update(request, response, app, wanted);
        response.json(view(changed, request, response));
      },
    },
    delete: {
      permission: undefined,
      handle(request, response) {
        requireSuperAdmin(response);
        actions.remove(request, response, appOfPath(request));
        response.status(204).end();
      },
    },
  });
  endpoint(router, directory, '/apps/:appId/lifecycle/activate', {
    post: { permission: undefined, handle: setStatus('ACTIVE') },
  });
  endpoint(router, directory, '/apps/:appId/lifecycle/deactivate', {
    post: { permission: undefined, handle: setStatus('INACTIVE') },
  });
  endpoint(router, directory, '/apps/:appId/groups', {
    get: {
      permission: read,
      handle(request, response) {
        setLinks(request, response, undefined);
        response.json(directory.apps.assignedGroupIds(appOfPath(request).id).map(appGroupView));
      },
    },
  });
  endpoint(router, directory, '/apps/:appId/groups/:groupId', {
    get: {
      permission: read,
      handle(request, response) {
        const id = pathParameter(request, 'groupId');
        if (!directory.apps.assignedGroupIds(appOfPath(request).id).includes(id)) {
          throw notFound('ApplicationGroupAssignment', id);
        }
        response.json(appGroupView(id));
      },
    },
    put: {
      permission: undefined,
      handle(request, response) {
        requireSuperAdmin(response);
        const group = groupOfPath(request);
        actions.assignGroup(request, response, appOfPath(request), group);
        response.json(appGroupView(group.id));
      },
    },
    delete: {
      permission: undefined,
      handle(request, response) {
        requireSuperAdmin(response);
        actions.unassignGroup(request, response, appOfPath(request), groupOfPath(request));
        response.status(204).end();
      },
    },
  });
  endpoint(router, directory, '/apps/:appId/users', {
    get: {
      permission: read,
      handle(request, response) {
        const app = appOfPath(request);
        const limit = queryLimit(request, 50, 500);
        const page = directory.appUsers.listAssigned(app.id, { after: queryCursor(request), limit });
        setLinks(request, response, page.next);
        response.json(page.items.map((appUser) => appUserView(appUser, baseUrl(request))));
      },
    },
    post: { permission: manage, handle: assign },
  });
  endpoint(router, directory, '/apps/:appId/users/:userId', {
    get: {
      permission: read,
      handle(request, response) {
        const app = appOfPath(request);
        const user = userOfPath(context, request, response);
        const appUser = directory.appUsers.get(app.id, user.id);
        if (appUser === undefined) throw notFound('AppUser', user.id);
        response.json(appUserView(appUser, baseUrl(request)));
      },
    },
    delete: { permission: manage, handle: unassign },
  });
}

function listCondition(request: Request): SqlCondition {
  const conditions: SqlCondition[] = [];
  const filter = queryText(request, 'filter');
  if (filter !== undefined) conditions.push(compileFilter(filter, appFilter));
  const q = queryText(request, 'q');
  if (q !== undefined) conditions.push(appsBeginningWith(q));
  return allOf(conditions);
}
