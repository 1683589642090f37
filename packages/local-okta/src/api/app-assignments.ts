import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { notFound } from '../directory/directory-error.ts';
import { baseUrl } from '../http/base-url.ts';
import { createAppActions } from './app-actions.ts';
import { appGroupView, appUserView } from './app-views.ts';
import { appOfPath } from './apps.ts';
import { parseBody, profileSchema } from './body.ts';
import { asAdmin, endpoint, pathParameter } from './endpoint.ts';
import { groupOfPath } from './groups.ts';
import { queryCursor, queryLimit, setLinks } from './query.ts';
import { type ApiContext, userOfPath } from './users.ts';

const assignmentSchema = z.object({ id: z.string().min(1).max(100), profile: profileSchema.optional() });

/** The people and groups of an app. */
export function addAppAssignmentEndpoints(router: Router, context: ApiContext): void {
  const { directory } = context;
  const actions = createAppActions(context);
  const read = 'okta.users.read';
  const manage = 'okta.users.manage';

  function assign(request: Request, response: Response): void {
    const app = appOfPath(context, request);
    const { id, profile } = parseBody(request, assignmentSchema);
    const user = directory.users.resolve(id);
    if (user === undefined) throw notFound('User', id);
    response.json(appUserView(actions.assignUser(request, response, app, user, profile), baseUrl(request)));
  }

  function unassign(request: Request, response: Response): void {
    actions.unassignUser(request, response, appOfPath(context, request), userOfPath(context, request, response));
    response.status(204).end();
  }

  endpoint(router, directory, '/apps/:appId/groups', {
    get: {
      permission: read,
      handle(request, response) {
        setLinks(request, response, undefined);
        response.json(directory.apps.assignedGroupIds(appOfPath(context, request).id).map(appGroupView));
      },
    },
  });
  endpoint(router, directory, '/apps/:appId/groups/:groupId', {
    get: {
      permission: read,
      handle(request, response) {
        const id = pathParameter(request, 'groupId');
        if (!directory.apps.assignedGroupIds(appOfPath(context, request).id).includes(id)) {
          throw notFound('ApplicationGroupAssignment', id);
        }
        response.json(appGroupView(id));
      },
    },
    put: asAdmin((request, response) => {
      const group = groupOfPath(context, request);
      actions.assignGroup(request, response, appOfPath(context, request), group);
      response.json(appGroupView(group.id));
    }),
    delete: asAdmin((request, response) => {
      actions.unassignGroup(request, response, appOfPath(context, request), groupOfPath(context, request));
      response.status(204).end();
    }),
  });
  endpoint(router, directory, '/apps/:appId/users', {
    get: {
      permission: read,
      handle(request, response) {
        const app = appOfPath(context, request);
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
        const app = appOfPath(context, request);
        const user = userOfPath(context, request, response);
        const appUser = directory.appUsers.get(app.id, user.id);
        if (appUser === undefined) throw notFound('AppUser', user.id);
        response.json(appUserView(appUser, baseUrl(request)));
      },
    },
    delete: { permission: manage, handle: unassign },
  });
}
