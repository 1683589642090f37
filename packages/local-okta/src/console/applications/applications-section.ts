import { createConsoleRouter } from '../console-router.ts';
import type { CreateConsoleSection } from '../console-section.ts';
import { addAppListPage } from './app-list.ts';
import { addAssignmentPages } from './assignments.ts';
import { addCreateAppPages } from './create-app.ts';
import { addOidcAppPages } from './oidc-app.ts';

/** Applications: the apps of this org, and who may use them. */
export const createApplicationsSection: CreateConsoleSection = (context) => {
  const router = createConsoleRouter();
  addAppListPage(router, context);
  addCreateAppPages(router, context);
  addOidcAppPages(router, context);
  addAssignmentPages(router, context);
  return {
    heading: 'Applications',
    entries: [{ label: 'Applications', path: '/admin/apps/active', alsoAt: /^\/admin\/(?:apps|app\/oidc_client)\// }],
    router: router.router,
  };
};
