import { createConsoleRouter } from '../console-router.ts';
import type { CreateConsoleSection } from '../console-section.ts';
import { addFaultPages, FAULTS_PATH } from './faults.ts';
import { addOutboxPage, OUTBOX } from './outbox.ts';
import { addSetUpPages, SET_UP } from './set-up.ts';

/** What Okta does not have. */
export const createLocalSection: CreateConsoleSection = (context) => {
  const router = createConsoleRouter();
  addSetUpPages(router, context);
  addFaultPages(router, context);
  addOutboxPage(router, context);
  return {
    heading: 'Local',
    entries: [
      { label: 'Set-up', path: SET_UP, alsoAt: /^\/admin\/local\/reset$/ },
      { label: 'Faults', path: FAULTS_PATH },
      { label: 'Outbox', path: OUTBOX },
    ],
    router: router.router,
    local: true,
  };
};
