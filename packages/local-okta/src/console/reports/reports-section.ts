import { createConsoleRouter } from '../console-router.ts';
import type { CreateConsoleSection } from '../console-section.ts';
import { addSystemLogPage, SYSTEM_LOG } from './system-log.ts';

/** Reports: what has happened. */
export const createReportsSection: CreateConsoleSection = (context) => {
  const router = createConsoleRouter();
  addSystemLogPage(router, context);
  return { heading: 'Reports', entries: [{ label: 'System Log', path: SYSTEM_LOG }], router: router.router };
};
