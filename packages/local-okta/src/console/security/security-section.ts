import { createConsoleRouter } from '../console-router.ts';
import type { CreateConsoleSection } from '../console-section.ts';
import { ADMINS, addAdminPages } from './admins.ts';
import { API_TOKENS, addApiTokenPages } from './api-tokens.ts';
import { addDelegatedAuthenticationPages, DELEGATED_AUTHENTICATION } from './delegated-authentication.ts';
import { addResourceSetPages } from './resource-sets.ts';
import { addRolePages } from './roles.ts';

/** Security: administrators, delegated authentication, API tokens. */
export const createSecuritySection: CreateConsoleSection = (context) => {
  const router = createConsoleRouter();
  addAdminPages(router, context);
  addRolePages(router, context);
  addResourceSetPages(router, context);
  addDelegatedAuthenticationPages(router, context);
  addApiTokenPages(router, context);
  return {
    heading: 'Security',
    entries: [
      { label: 'Administrators', path: ADMINS, alsoAt: /^\/admin\/access\/(?:admins|roles|resource-sets)\b/ },
      { label: 'Delegated Authentication', path: DELEGATED_AUTHENTICATION },
      { label: 'API', path: API_TOKENS, alsoAt: /^\/admin\/access\/api\// },
    ],
    router: router.router,
  };
};
