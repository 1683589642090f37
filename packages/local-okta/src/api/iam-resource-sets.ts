import type { Request, Router } from 'express';
import { z } from 'zod';
import type { ResourceKind, ResourceSet } from '../directory/admin-roles.ts';
import { notFound } from '../directory/directory-error.ts';
import { baseUrl } from '../http/base-url.ts';
import { parseBody } from './body.ts';
import { asAdmin, endpoint, pathParameter } from './endpoint.ts';
import { createIamActions } from './iam-actions.ts';
import { byIdOrLabel, description, label, unique } from './iam-common.ts';
import { resourceKindOf, resourceSetView, resourceView } from './iam-views.ts';
import type { ApiContext } from './users.ts';

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

const newSet = z.object({ label, description, resources: z.array(resource).min(1).max(1000) });
const changedSet = z.object({ label, description });
const additions = z.object({ additions: z.array(resource).min(1).max(100) });

/** `/iam/resource-sets`. Source: Okta API, "Resource Sets". */
export function addResourceSetEndpoints(router: Router, context: ApiContext): void {
  const { directory } = context;
  const { adminRoles } = directory;
  const actions = createIamActions(context);
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
