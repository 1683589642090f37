import { adminApi } from './api/admin-api.ts';
import type { PartDefinition } from './context.ts';
import { localControls } from './http/local-controls.ts';

/** Everything Local Okta is made of, in the order in which it is seeded and started. One line each. */
export const parts: readonly PartDefinition[] = [adminApi, localControls];
