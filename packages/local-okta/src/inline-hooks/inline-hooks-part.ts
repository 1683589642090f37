import express, { type Request, type Response, Router } from 'express';
import { parseBody } from '../api/body.ts';
import { endpoint, pathParameter } from '../api/endpoint.ts';
import type { PartDefinition } from '../context.ts';
import { callerOf, requireApiToken } from '../http/api-auth.ts';
import { OktaError } from '../http/okta-error.ts';
import { createHookStore } from './hook-store.ts';
import { hookSchema, type InlineHook, PASSWORD_IMPORT } from './inline-hook.ts';
import { createPasswordImport } from './password-import.ts';
import { inlineHooksSchema } from './schema.ts';

/** `/api/v1/inlineHooks`, for the one kind that moves passwords. Source: Okta API, "Inline Hooks". */
export const inlineHooksPart: PartDefinition = {
  name: 'inline-hooks',
  schema: inlineHooksSchema,
  create(context) {
    const { directory, services } = context;
    const hooks = createHookStore(context);
    services.passwordImport = createPasswordImport(context, hooks);
    services.inlineHooks = hooks;

    const asAdmin =
      (work: (request: Request, response: Response) => void) =>
      (request: Request, response: Response): void => {
        if (!directory.adminRoles.isSuperAdmin(callerOf(response).user.id)) throw new OktaError('E0000006');
        work(request, response);
      };
    const id = (request: Request): string => pathParameter(request, 'hookId');
    const answer = (work: (request: Request) => InlineHook) => ({
      permission: undefined,
      handle: asAdmin((request, response) => {
        response.json(view(work(request)));
      }),
    });

    const api = Router();
    api.use(requireApiToken(directory), express.json({ limit: '64kb' }));
    endpoint(api, directory, '/', {
      get: {
        permission: undefined,
        handle: asAdmin((_request, response) => {
          response.json(hooks.list().map(view));
        }),
      },
      post: answer((request) => hooks.create(parseBody(request, hookSchema))),
    });
    endpoint(api, directory, '/:hookId', {
      get: answer((request) => hooks.must(id(request))),
      put: answer((request) => hooks.update(id(request), parseBody(request, hookSchema))),
      delete: {
        permission: undefined,
        handle: asAdmin((request, response) => {
          hooks.remove(id(request));
          response.status(204).end();
        }),
      },
    });
    endpoint(api, directory, '/:hookId/lifecycle/activate', {
      post: answer((request) => hooks.setStatus(id(request), 'ACTIVE')),
    });
    endpoint(api, directory, '/:hookId/lifecycle/deactivate', {
      post: answer((request) => hooks.setStatus(id(request), 'INACTIVE')),
    });

    const router = Router();
    router.use('/api/v1/inlineHooks', api);
    return { router };
  },
};

/** The secret of the auth scheme is written, never read back. */
function view({ id, name, status, created, lastUpdated, channel }: InlineHook) {
  const { authScheme, ...config } = channel.config;
  return {
    id,
    name,
    status,
    type: PASSWORD_IMPORT,
    version: '1.0.0',
    created,
    lastUpdated,
    channel: {
      ...channel,
      config: {
        ...config,
        ...(authScheme === undefined ? {} : { authScheme: { type: 'HEADER', key: authScheme.key } }),
      },
    },
  };
}
