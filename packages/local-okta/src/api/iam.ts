import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import { PERMISSIONS, type ResourceKind, type ResourceSet, type Role } from '../directory/admin-roles.ts';
import { notFound } from '../directory/directory-error.ts';
import { callerOf } from '../http/api-auth.ts';
import { baseUrl } from '../http/base-url.ts';
import { OktaError } from '../http/okta-error.ts';
import { parseBody } from './body.ts';
import { type Endpoint, endpoint, pathParameter } from './endpoint.ts';
import { createIamActions } from './iam-actions.ts';
import { permissionView, resourceKindOf, resourceSetView, resourceView, roleView } from './iam-views.ts';
import type { ApiContext } from './users.ts';

const label = z.string().trim().min(1).max(100);
const description = z.string().max(1000).default('');
const permission = z.enum(PERMISSIONS, { error: `must be one of ${PERMISSIONS.join(', ')}` });
/** "All users" or "all groups", as an ORN or as the URL of the list. */
const resource = z.string().transform((text, context): ResourceKind => {
  const kind = resourceKindOf(text);
  if (kind !== undefined) return kind;
  context.addIssue({
    code: 'custom',
    message:
      'must be orn:okta:directory:{orgId}:users or :groups, or the URL of /api/v1/users or /api/v1/groups: Local Okta knows no smaller resources',
  });
  return z.NEVER;
});

const newRole = z.object({ label, description, permissions: z.array(permission).min(1).max(50) });
const changedRole = z.object({ label, description });
const newSet = z.object({ label, description, resources: z.array(resource).min(1).max(1000) });
const changedSet = z.object({ label, description });
const additions = z.object({ additions: z.array(resource).min(1).max(100) });

const unique = <Item>(items: readonly Item[]): Item[] => [...new Set(items)];

/** An endpoint for super administrators only. */
export function adminOnly(
  { directory }: Pick<ApiContext, 'directory'>,
  handle: (request: Request, response: Response) => void,
): Endpoint {
  return {
    permission: undefined,
    handle(request, response) {
      if (!directory.adminRoles.isSuperAdmin(callerOf(response).user.id)) throw new OktaError('E0000006');
      handle(request, response);
    },
  };
}

/** `/iam/roles` and `/iam/resource-sets`. Source: Okta API, "Roles" and "Resource Sets". */
export function addIamEndpoints(router: Router, context: ApiContext): void {
  addRoleEndpoints(router, context);
  addResourceSetEndpoints(router, context);
}

function byIdOrLabel<Item extends { readonly id: string; readonly label: string }>(
  items: readonly Item[],
  request: Request,
  kind: string,
): Item {
  const name = pathParameter(request, 'idOrLabel');
  const found = items.find(({ id }) => id === name) ?? items.find((item) => item.label === name);
  if (found === undefined) throw notFound(kind, name);
  return found;
}

function addRoleEndpoints(router: Router, context: ApiContext): void {
  const { directory } = context;
  const { adminRoles } = directory;
  const actions = createIamActions(context);
  const asAdmin = (handle: Endpoint['handle']) => adminOnly(context, handle);
  const roleOf = (request: Request): Role => byIdOrLabel(adminRoles.roles(), request, 'Role');

  endpoint(router, directory, '/iam/roles', {
    get: asAdmin((request, response) => {
      response.json({ roles: adminRoles.roles().map((role) => roleView(role, baseUrl(request))), _links: {} });
    }),
    post: asAdmin((request, response) => {
      const body = parseBody(request, newRole);
      const wanted = { ...body, permissions: unique(body.permissions) };
      const role = actions.createRole(request, response, wanted);
      response.json(roleView(role, baseUrl(request)));
    }),
  });
  endpoint(router, directory, '/iam/roles/:idOrLabel', {
    get: asAdmin((request, response) => {
      response.json(roleView(roleOf(request), baseUrl(request)));
    }),
    put: asAdmin((request, response) => {
      const role = actions.changeRole(request, response, roleOf(request), parseBody(request, changedRole));
      response.json(roleView(role, baseUrl(request)));
    }),
    delete: asAdmin((request, response) => {
      actions.removeRole(request, response, roleOf(request));
      response.status(204).end();
    }),
  });
  endpoint(router, directory, '/iam/roles/:idOrLabel/permissions', {
    get: asAdmin((request, response) => {
      const role = roleOf(request);
      response.json({ permissions: role.permissions.map((name) => permissionView(role, name, baseUrl(request))) });
    }),
  });
  const permissionOf = (request: Request) => {
    const parsed = permission.safeParse(pathParameter(request, 'permission'));
    if (!parsed.success) throw notFound('Permission', pathParameter(request, 'permission'));
    return parsed.data;
  };
  endpoint(router, directory, '/iam/roles/:idOrLabel/permissions/:permission', {
    get: asAdmin((request, response) => {
      const role = roleOf(request);
      const name = permissionOf(request);
      if (!role.permissions.includes(name)) throw notFound('Permission', name);
      response.json(permissionView(role, name, baseUrl(request)));
    }),
    post: asAdmin((request, response) => {
      const role = roleOf(request);
      actions.changeRole(request, response, role, {
        permissions: unique([...role.permissions, permissionOf(request)]),
      });
      response.status(204).end();
    }),
    delete: asAdmin((request, response) => {
      const role = roleOf(request);
      const name = permissionOf(request);
      actions.changeRole(request, response, role, { permissions: role.permissions.filter((held) => held !== name) });
      response.status(204).end();
    }),
  });
}

function addResourceSetEndpoints(router: Router, context: ApiContext): void {
  const { directory } = context;
  const { adminRoles } = directory;
  const actions = createIamActions(context);
  const asAdmin = (handle: Endpoint['handle']) => adminOnly(context, handle);
  const setOf = (request: Request): ResourceSet => byIdOrLabel(adminRoles.resourceSets(), request, 'ResourceSet');

  endpoint(router, directory, '/iam/resource-sets', {
    get: asAdmin((request, response) => {
      const sets = adminRoles.resourceSets().map((set) => resourceSetView(set, baseUrl(request)));
      response.json({ 'resource-sets': sets, _links: {} });
    }),
    post: asAdmin((request, response) => {
      const body = parseBody(request, newSet);
      const set = actions.createSet(request, response, { ...body, resources: unique(body.resources) });
      response.json(resourceSetView(set, baseUrl(request)));
    }),
  });
  endpoint(router, directory, '/iam/resource-sets/:idOrLabel', {
    get: asAdmin((request, response) => {
      response.json(resourceSetView(setOf(request), baseUrl(request)));
    }),
    put: asAdmin((request, response) => {
      const set = actions.changeSet(request, response, setOf(request), parseBody(request, changedSet));
      response.json(resourceSetView(set, baseUrl(request)));
    }),
    delete: asAdmin((request, response) => {
      actions.removeSet(request, response, setOf(request));
      response.status(204).end();
    }),
  });
  endpoint(router, directory, '/iam/resource-sets/:idOrLabel/resources', {
    get: asAdmin((request, response) => {
      const set = setOf(request);
      const resources = set.resources.map((kind) => resourceView(set, kind, baseUrl(request)));
      response.json({ resources, _links: resourceSetView(set, baseUrl(request))._links });
    }),
    patch: asAdmin((request, response) => {
      const set = setOf(request);
      const { additions: added } = parseBody(request, additions);
      const changed = actions.changeSet(request, response, set, { resources: unique([...set.resources, ...added]) });
      response.json(resourceSetView(changed, baseUrl(request)));
    }),
  });
  endpoint(router, directory, '/iam/resource-sets/:idOrLabel/resources/:resourceId', {
    delete: asAdmin((request, response) => {
      const set = setOf(request);
      const gone = pathParameter(request, 'resourceId');
      const left = set.resources.filter((kind) => resourceView(set, kind, baseUrl(request)).id !== gone);
      if (left.length === set.resources.length) throw notFound('Resource', gone);
      actions.changeSet(request, response, set, { resources: left });
      response.status(204).end();
    }),
  });
}
