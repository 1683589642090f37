import { createConsoleRouter } from '../console-router.ts';
import type { CreateConsoleSection } from '../console-section.ts';

export const createApplicationsSection: CreateConsoleSection = () => {
  const { router } = createConsoleRouter();
  return { heading: 'Applications', entries: [], router };
};
