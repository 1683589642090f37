import express, { type RequestHandler, Router } from 'express';
import type { PartDefinition } from '../context.ts';
import { requireApiToken } from '../http/api-auth.ts';
import { OktaError } from '../http/okta-error.ts';
import { addAgentPoolEndpoint } from './agent-pools.ts';
import { addAppAssignmentEndpoints } from './app-assignments.ts';
import { addAppEndpoints } from './apps.ts';
import { createAudit } from './audit.ts';
import { addGroupEndpoints } from './groups.ts';
import { addResourceSetEndpoints } from './iam-resource-sets.ts';
import { addRoleEndpoints } from './iam-roles.ts';
import { addLogEndpoint } from './logs.ts';
import { createRateLimiter } from './rate-limit.ts';
import { addUserLifecycleEndpoints } from './user-lifecycle.ts';
import { addUserRelationEndpoints } from './user-relations.ts';
import { addUserRoleEndpoints } from './user-roles.ts';
import { addUserEndpoints } from './users.ts';

/** Okta's management API, as far as a migration touches it. Source: Okta API reference, "Okta Management". */
export const adminApi: PartDefinition = {
  name: 'admin-api',
  create(context) {
    const { directory, systemLog, clock, config, services } = context;
    const limiter = createRateLimiter({ clock, enabled: config.rateLimits });
    const api = Router();
    api.use(requireApiToken(directory, limiter.countRefused), limiter.perEndpoint);
    api.use(jsonOnly, express.json({ limit: '256kb' }), objectsOnly);
    const apiContext = { directory, services, audit: createAudit(systemLog) };
    addUserEndpoints(api, apiContext);
    addUserLifecycleEndpoints(api, apiContext);
    addUserRelationEndpoints(api, apiContext);
    addUserRoleEndpoints(api, apiContext);
    addRoleEndpoints(api, apiContext);
    addResourceSetEndpoints(api, apiContext);
    addGroupEndpoints(api, apiContext);
    addAppEndpoints(api, apiContext);
    addAppAssignmentEndpoints(api, apiContext);
    addAgentPoolEndpoint(api, apiContext);
    addLogEndpoint(api, context);
    const router = Router();
    router.use('/api/v1', api);
    return { router, reset: limiter.reset };
  },
};

/** A body of another type would be passed over in silence, and the request answered as if it had none. */
const jsonOnly: RequestHandler = (request, _response, next) => {
  // `is` is null where there is no body; one of no length is none either.
  const empty = request.headers['content-length'] === '0';
  if (!empty && request.is('application/json') === false) throw new OktaError('E0000021');
  next();
};

const objectsOnly: RequestHandler = (request, _response, next) => {
  if (Array.isArray(request.body)) throw new OktaError('E0000003');
  next();
};
