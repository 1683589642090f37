import { createConsoleRouter } from '../console-router.ts';
import type { CreateConsoleSection } from '../console-section.ts';

/** What Okta does not have. */
export const createLocalSection: CreateConsoleSection = () => {
  const { router } = createConsoleRouter();
  return { heading: 'Local', entries: [], router, local: true };
};
