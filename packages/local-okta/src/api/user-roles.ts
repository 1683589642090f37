import type { Request, Router } from 'express';
import { z } from 'zod';
import { type RoleAssignment, SUPER_ADMIN } from '../directory/admin-roles.ts';
import { notFound } from '../directory/directory-error.ts';
import type { User } from '../directory/user.ts';
import { baseUrl } from '../http/base-url.ts';
import { invalid, OktaError } from '../http/okta-error.ts';
import { parseBody } from './body.ts';
import { asAdmin, endpoint, pathParameter } from './endpoint.ts';
import { createIamActions } from './iam-actions.ts';
import { type ApiContext, userOfPath } from './users.ts';

const assignment = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal(SUPER_ADMIN) }),
    z.object({ type: z.literal('CUSTOM'), role: z.string().min(1), 'resource-set': z.string().min(1) }),
  ],
  { error: 'must be CUSTOM or SUPER_ADMIN: Local Okta has no other standard roles' },
);

/** `/users/{id}/roles`. Source: Okta API, "User Role Assignments". */
export function addUserRoleEndpoints(router: Router, context: ApiContext): void {
  const { directory } = context;
  const { adminRoles } = directory;
  const actions = createIamActions(context);

  function view(user: User, { id, role, resourceSetId, created }: RoleAssignment, base: string) {
    const self = `${base}/api/v1/users/${user.id}`;
    const common = { id, status: 'ACTIVE', created, lastUpdated: created, assignmentType: 'USER' };
    if (resourceSetId === null) {
      return { ...common, label: 'Super Administrator', type: role, _links: { assignee: { href: self } } };
    }
    const roleUrl = `${base}/api/v1/iam/roles/${role}`;
    return {
      ...common,
      label: adminRoles.roles().find((item) => item.id === role)?.label ?? role,
      type: 'CUSTOM',
      role,
      'resource-set': resourceSetId,
      _links: {
        assignee: { href: self },
        role: { href: roleUrl },
        permissions: { href: `${roleUrl}/permissions` },
        'resource-set': { href: `${base}/api/v1/iam/resource-sets/${resourceSetId}` },
      },
    };
  }

  /** Ids of the role and the set that a request names by id or label. */
  function named(body: { readonly role: string; readonly 'resource-set': string }) {
    const role = adminRoles.roles().find(({ id, label }) => id === body.role || label === body.role);
    if (role === undefined) throw invalid('role', `there is no custom role ${body.role}`);
    const wanted = body['resource-set'];
    const set = adminRoles.resourceSets().find(({ id, label }) => id === wanted || label === wanted);
    if (set === undefined) throw invalid('resource-set', `there is no resource set ${wanted}`);
    return { role: role.id, set: set.id };
  }

  function assignmentOf(request: Request, user: User): RoleAssignment {
    const id = pathParameter(request, 'assignmentId');
    const found = adminRoles.assignmentsOf(user.id).find((held) => held.id === id);
    if (found === undefined) throw notFound('RoleAssignment', id);
    return found;
  }

  endpoint(router, directory, '/users/:userId/roles', {
    get: asAdmin((request, response) => {
      const user = userOfPath(context, request, response);
      response.json(adminRoles.assignmentsOf(user.id).map((held) => view(user, held, baseUrl(request))));
    }),
    post: asAdmin((request, response) => {
      const user = userOfPath(context, request, response);
      const body = parseBody(request, assignment);
      const ids = body.type === 'CUSTOM' ? named(body) : { role: SUPER_ADMIN, set: undefined };
      const held = adminRoles.assignmentsOf(user.id);
      if (held.some(({ role, resourceSetId }) => role === ids.role && resourceSetId === (ids.set ?? null))) {
        throw new OktaError('E0000090');
      }
      const made = actions.grant(request, response, user, ids.role, ids.set);
      response.status(201).json(view(user, made, baseUrl(request)));
    }),
  });
  endpoint(router, directory, '/users/:userId/roles/:assignmentId', {
    get: asAdmin((request, response) => {
      const user = userOfPath(context, request, response);
      response.json(view(user, assignmentOf(request, user), baseUrl(request)));
    }),
    delete: asAdmin((request, response) => {
      const user = userOfPath(context, request, response);
      actions.revoke(request, response, user, assignmentOf(request, user));
      response.status(204).end();
    }),
  });
}
