import { createConsoleRouter } from '../console-router.ts';
import type { CreateConsoleSection } from '../console-section.ts';
import { addAddPersonPages } from './add-person.ts';
import { addGroupPages } from './group.ts';
import { addGroupsPages } from './groups.ts';
import { addPeoplePages } from './people.ts';
import { addPersonPages } from './person.ts';

/** Directory: People, Groups, Directory Integrations. */
export const createDirectorySection: CreateConsoleSection = (context) => {
  const pages = createConsoleRouter();
  addPeoplePages(pages, context);
  addAddPersonPages(pages, context);
  addPersonPages(pages, context);
  addGroupsPages(pages, context);
  addGroupPages(pages, context);
  return {
    heading: 'Directory',
    entries: [
      { label: 'People', path: '/admin/users', alsoAt: /^\/admin\/users?\// },
      { label: 'Groups', path: '/admin/groups', alsoAt: /^\/admin\/groups?\// },
    ],
    router: pages.router,
  };
};
