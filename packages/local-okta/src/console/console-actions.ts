import { createAppActions } from '../api/app-actions.ts';
import { createAudit } from '../api/audit.ts';
import { createGroupActions } from '../api/group-actions.ts';
import { createIamActions } from '../api/iam-actions.ts';
import { createUserActions } from '../api/user-actions.ts';
import type { ApiContext } from '../api/users.ts';
import type { Context } from '../context.ts';

/** The context of the API's own actions: what the console changes is judged and told as if the API had done it. */
export function apiContextOf({ directory, services, systemLog }: Context): ApiContext {
  return { directory, services, audit: createAudit(systemLog) };
}

export const userActionsOf = (context: Context) => createUserActions(apiContextOf(context));
export const groupActionsOf = (context: Context) => createGroupActions(apiContextOf(context));
export const appActionsOf = (context: Context) => createAppActions(apiContextOf(context));
export const iamActionsOf = (context: Context) => createIamActions(apiContextOf(context));
