import { createConsoleRouter } from '../console-router.ts';
import type { CreateConsoleSection } from '../console-section.ts';

export const createSecuritySection: CreateConsoleSection = () => {
  const { router } = createConsoleRouter();
  return { heading: 'Security', entries: [], router };
};
