import { createApplicationsSection } from './applications/applications-section.ts';
import type { CreateConsoleSection } from './console-section.ts';
import { createDashboardSection } from './dashboard/dashboard-section.ts';
import { createDirectorySection } from './directory/directory-section.ts';
import { createLocalSection } from './local/local-section.ts';
import { createReportsSection } from './reports/reports-section.ts';
import { createSecuritySection } from './security/security-section.ts';
import { createWorkflowSection } from './workflow/workflow-section.ts';

/** The side navigation, from top to bottom. */
export const sections: readonly CreateConsoleSection[] = [
  createDashboardSection,
  createDirectorySection,
  createApplicationsSection,
  createSecuritySection,
  createWorkflowSection,
  createReportsSection,
  createLocalSection,
];
