import type { Request, Response, Router } from 'express';
import type { App } from '../directory/apps.ts';
import { notFound } from '../directory/directory-error.ts';
import { appFilter, appsBeginningWith } from '../directory/search-dialects.ts';
import { compileFilter } from '../filter/filter-sql.ts';
import { callerOf } from '../http/api-auth.ts';
import { baseUrl } from '../http/base-url.ts';
import { OIDC_APP } from '../oidc/clients.ts';
import { changedOidcApp, newOidcApp, oidcAppSchema, oidcAppView } from '../oidc/oidc-apps.ts';
import { allOf, type SqlCondition } from '../store/sql-condition.ts';
import { createAppActions } from './app-actions.ts';
import { appView } from './app-views.ts';
import { parseBody } from './body.ts';
import { asAdmin, endpoint, pathParameter } from './endpoint.ts';
import { queryCursor, queryLimit, queryText, setLinks } from './query.ts';
import type { ApiContext } from './users.ts';

/** The app of the path. @throws DirectoryError `not-found` */
export function appOfPath({ directory }: Pick<ApiContext, 'directory'>, request: Request): App {
  const id = pathParameter(request, 'appId');
  const app = directory.apps.get(id);
  if (app === undefined) throw notFound('AppInstance', id);
  return app;
}

/** `/apps`. What changes them is the super administrators' matter: Okta's roles for apps are not here. */
export function addAppEndpoints(router: Router, context: ApiContext): void {
  const { directory } = context;
  const actions = createAppActions(context);

  function view(app: App, request: Request, response: Response) {
    const secrets = app.name === OIDC_APP && directory.adminRoles.isSuperAdmin(callerOf(response).user.id);
    return { ...appView(app, baseUrl(request)), ...(secrets ? oidcAppView(app) : {}) };
  }

  function create(request: Request, response: Response): void {
    const app = actions.create(request, response, newOidcApp(parseBody(request, oidcAppSchema)));
    response.json(view(app, request, response));
  }

  function setStatus(status: App['status']) {
    return (request: Request, response: Response): void => {
      actions.setStatus(request, response, appOfPath(context, request), status);
      response.json({});
    };
  }

  const read = 'okta.users.read';
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
    post: asAdmin(create),
  });
  endpoint(router, directory, '/apps/:appId', {
    get: {
      permission: read,
      handle: (request, response) => {
        response.json(view(appOfPath(context, request), request, response));
      },
    },
    put: asAdmin((request, response) => {
      const app = appOfPath(context, request);
      const wanted = changedOidcApp(app, parseBody(request, oidcAppSchema));
      const changed = actions.update(request, response, app, wanted);
      response.json(view(changed, request, response));
    }),
    delete: asAdmin((request, response) => {
      actions.remove(request, response, appOfPath(context, request));
      response.status(204).end();
    }),
  });
  endpoint(router, directory, '/apps/:appId/lifecycle/activate', {
    post: asAdmin(setStatus('ACTIVE')),
  });
  endpoint(router, directory, '/apps/:appId/lifecycle/deactivate', {
    post: asAdmin(setStatus('INACTIVE')),
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
