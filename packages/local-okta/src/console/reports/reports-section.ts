import { createConsoleRouter } from '../console-router.ts';
import type { CreateConsoleSection } from '../console-section.ts';

export const createReportsSection: CreateConsoleSection = () => {
  const { router } = createConsoleRouter();
  return { heading: 'Reports', entries: [], router };
};
