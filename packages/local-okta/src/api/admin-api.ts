import { Router } from 'express';
import type { PartDefinition } from '../context.ts';
import { requireApiToken } from '../http/api-auth.ts';

/** Okta's management API, as far as a migration touches it. */
export const adminApi: PartDefinition = {
  name: 'admin-api',
  create({ directory }) {
    const router = Router();
    router.use('/api/v1', requireApiToken(directory));
    return { router };
  },
};
