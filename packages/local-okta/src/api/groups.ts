import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { notFound } from '../directory/directory-error.ts';
import type { Group } from '../directory/groups.ts';
import { appFilter, groupFilter, groupSearch, groupsBeginningWith } from '../directory/search-dialects.ts';
import { compileFilter } from '../filter/filter-sql.ts';
import { baseUrl } from '../http/base-url.ts';
import { OktaError } from '../http/okta-error.ts';
import { allOf, type SqlCondition } from '../store/sql-condition.ts';
import { appView } from './app-views.ts';
import { parseBody } from './body.ts';
import { endpoint, pathParameter } from './endpoint.ts';
import { createGroupActions } from './group-actions.ts';
import { groupView } from './group-view.ts';
import { queryCursor, queryLimit, queryText, refuseSorting, setLinks } from './query.ts';
import { userView } from './user-view.ts';
import { type ApiContext, userOfPath } from './users.ts';

const groupSchema = z.object({
  profile: z.object({ name: z.string(), description: z.string().max(1024).nullable().optional() }),
});

const PAGE = 10_000;

/** The group of the path. @throws DirectoryError `not-found` */
export function groupOfPath({ directory }: Pick<ApiContext, 'directory'>, request: Request): Group {
  const id = pathParameter(request, 'groupId');
  const group = directory.groups.get(id);
  if (group === undefined) throw notFound('UserGroup', id);
  return group;
}

export function addGroupEndpoints(router: Router, context: ApiContext): void {
  const { directory } = context;
  const actions = createGroupActions(context);

  function list(request: Request, response: Response): void {
    refuseSorting(request);
    const where = listCondition(request);
    const page = directory.groups.list({ where, after: queryCursor(request), limit: queryLimit(request, PAGE, PAGE) });
    setLinks(request, response, page.next);
    response.json(page.items.map((group) => groupView(group, baseUrl(request))));
  }

  function create(request: Request, response: Response): void {
    const { profile } = parseBody(request, groupSchema);
    response.json(groupView(actions.create(request, response, profile), baseUrl(request)));
  }

  function update(request: Request, response: Response): void {
    const { profile } = parseBody(request, groupSchema);
    const group = actions.update(request, response, groupOfPath(context, request), profile);
    response.json(groupView(group, baseUrl(request)));
  }

  function remove(request: Request, response: Response): void {
    actions.remove(request, response, groupOfPath(context, request));
    response.status(204).end();
  }

  function members(request: Request, response: Response): void {
    const group = groupOfPath(context, request);
    const page = directory.groups.members(group.id, {
      after: queryCursor(request),
      limit: queryLimit(request, 1000, 1000),
    });
    setLinks(request, response, page.next);
    response.json(page.items.map((user) => userView(user, baseUrl(request))));
  }

  function changeMember(request: Request, response: Response, change: 'add' | 'remove'): void {
    actions.changeMember(
      request,
      response,
      groupOfPath(context, request),
      userOfPath(context, request, response),
      change,
    );
    response.status(204).end();
  }

  const read = 'okta.groups.read';
  const manage = 'okta.groups.manage';
  endpoint(router, directory, '/groups', {
    get: { permission: read, handle: list },
    post: { permission: manage, handle: create },
  });
  endpoint(router, directory, '/groups/:groupId', {
    get: {
      permission: read,
      handle: (request, response) => {
        response.json(groupView(groupOfPath(context, request), baseUrl(request)));
      },
    },
    put: { permission: manage, handle: update },
    delete: { permission: manage, handle: remove },
  });
  endpoint(router, directory, '/groups/:groupId/apps', {
    get: {
      permission: 'okta.users.read',
      handle(request, response) {
        const where = compileFilter(`group.id eq "${groupOfPath(context, request).id}"`, appFilter);
        const page = directory.apps.list({ where, after: queryCursor(request), limit: queryLimit(request, 20, 200) });
        setLinks(request, response, page.next);
        response.json(page.items.map((app) => appView(app, baseUrl(request))));
      },
    },
  });
  endpoint(router, directory, '/groups/:groupId/users', { get: { permission: read, handle: members } });
  endpoint(router, directory, '/groups/:groupId/users/:userId', {
    put: { permission: manage, handle: (request, response) => changeMember(request, response, 'add') },
    delete: { permission: manage, handle: (request, response) => changeMember(request, response, 'remove') },
  });
}

function listCondition(request: Request): SqlCondition {
  const search = queryText(request, 'search');
  const filter = queryText(request, 'filter');
  const q = queryText(request, 'q');
  if (search !== undefined && (filter !== undefined || q !== undefined)) {
    throw new OktaError('E0000033');
  }
  if (search !== undefined) return compileFilter(search, groupSearch);
  const conditions: SqlCondition[] = [];
  if (filter !== undefined) conditions.push(compileFilter(filter, groupFilter));
  if (q !== undefined) conditions.push(groupsBeginningWith(q));
  return allOf(conditions);
}
