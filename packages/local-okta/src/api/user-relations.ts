import type { Router } from 'express';
import type { App } from '../directory/apps.ts';
import type { Directory } from '../directory/directory.ts';
import { baseUrl } from '../http/base-url.ts';
import { endpoint } from './endpoint.ts';
import { groupView } from './group-view.ts';
import { setLinks } from './query.ts';
import { type ApiContext, userOfPath } from './users.ts';

/** The active apps that a user is assigned to, in person or by a group. */
export function appsOf({ apps }: Directory, userId: string): readonly App[] {
  return apps
    .list({ limit: 1000 })
    .items.filter(({ id, status }) => status === 'ACTIVE' && apps.isAssigned(id, userId));
}

/** What a user belongs to. */
export function addUserRelationEndpoints(router: Router, context: ApiContext): void {
  const { directory } = context;
  endpoint(router, directory, '/users/:userId/groups', {
    get: {
      permission: 'okta.users.read',
      handle(request, response) {
        const user = userOfPath(context, request, response);
        setLinks(request, response, undefined);
        response.json(directory.groups.ofUser(user.id).map((group) => groupView(group, baseUrl(request))));
      },
    },
  });
  endpoint(router, directory, '/users/:userId/appLinks', {
    get: {
      permission: 'okta.users.read',
      handle(request, response) {
        const user = userOfPath(context, request, response);
        const apps = appsOf(directory, user.id);
        response.json(
          apps.map((app, sortOrder) => ({
            id: `${app.id}-${user.id}`,
            label: app.label,
            linkUrl: `${baseUrl(request)}/home/${app.name}/${app.id}`,
            logoUrl: null,
            appName: app.name,
            appInstanceId: app.id,
            appAssignmentId: directory.appUsers.get(app.id, user.id)?.id ?? null,
            credentialsSetup: false,
            hidden: false,
            sortOrder,
          })),
        );
      },
    },
  });
}
