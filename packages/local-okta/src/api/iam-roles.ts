import type { Request, Router } from 'express';
import { z } from 'zod';
import { PERMISSIONS, type Role } from '../directory/admin-roles.ts';
import { notFound } from '../directory/directory-error.ts';
import { baseUrl } from '../http/base-url.ts';
import { parseBody } from './body.ts';
import { asAdmin, endpoint, pathParameter } from './endpoint.ts';
import { createIamActions } from './iam-actions.ts';
import { byIdOrLabel, description, label, unique } from './iam-common.ts';
import { permissionView, roleView } from './iam-views.ts';
import type { ApiContext } from './users.ts';

const permission = z.enum(PERMISSIONS, { error: `must be one of ${PERMISSIONS.join(', ')}` });
const newRole = z.object({ label, description, permissions: z.array(permission).min(1).max(50) });
const changedRole = z.object({ label, description });

/** `/iam/roles`. Source: Okta API, "Roles". */
export function addRoleEndpoints(router: Router, context: ApiContext): void {
  const { directory } = context;
  const { adminRoles } = directory;
  const actions = createIamActions(context);
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
