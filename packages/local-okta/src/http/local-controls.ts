import { Router } from 'express';
import type { PartDefinition } from '../context.ts';
import { requireApiToken, requireSuperAdmin } from './api-auth.ts';
import { OktaError } from './okta-error.ts';

/** Controls that Okta does not have, under a prefix that is plainly not Okta's. They want an administrator's token. */
export const localControls: PartDefinition = {
  name: 'local-controls',
  create({ directory, services }) {
    const router = Router();
    router.post(
      '/local/reset',
      requireApiToken(directory),
      requireSuperAdmin(directory),
      async (_request, response) => {
        if (services.reset === undefined) throw new OktaError('E0000060');
        await services.reset();
        response.status(204).end();
      },
    );
    return { router };
  },
};
