import { createConsoleRouter } from '../console-router.ts';
import type { CreateConsoleSection } from '../console-section.ts';
import { addAddPersonPages } from './add-person.ts';
import { addDirectoryIntegrationsPages, DIRECTORIES_PATH } from './directory-integrations.ts';
import { addGroupPages } from './group.ts';
import { addGroupsPages } from './groups.ts';
import { addAssignmentsPage } from './ldap/assignments.ts';
import { addImportPages } from './ldap/import-results.ts';
import { addImportRunPages } from './ldap/import-run.ts';
import { addIntegrationPages } from './ldap/integration-form.ts';
import { addToOktaPages } from './ldap/to-okta.ts';
import { addLdapInterfacePages } from './ldap-interface.ts';
import { addPeoplePages } from './people.ts';
import { addPersonPages } from './person.ts';

/** Directory: People, Groups, Directory Integrations. */
export const createDirectorySection: CreateConsoleSection = (context) => {
  const pages = createConsoleRouter();
  for (const add of [
    ...[addPeoplePages, addAddPersonPages, addPersonPages, addGroupsPages, addGroupPages],
    ...[addDirectoryIntegrationsPages, addLdapInterfacePages],
    ...[addIntegrationPages, addToOktaPages, addImportPages, addImportRunPages, addAssignmentsPage],
  ]) {
    add(pages, context);
  }
  return {
    heading: 'Directory',
    entries: [
      { label: 'People', path: '/admin/users', alsoAt: /^\/admin\/users?\// },
      { label: 'Groups', path: '/admin/groups', alsoAt: /^\/admin\/groups?\// },
      {
        label: 'Directory Integrations',
        path: DIRECTORIES_PATH,
        alsoAt: /^\/admin\/(?:people\/directories|app\/ldap_sun_one)\//,
      },
    ],
    router: pages.router,
  };
};
