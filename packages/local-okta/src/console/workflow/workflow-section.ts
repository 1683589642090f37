import { createConsoleRouter } from '../console-router.ts';
import type { CreateConsoleSection } from '../console-section.ts';
import { addInlineHookPages, INLINE_HOOKS } from './inline-hooks.ts';

/** Workflow: what calls other services. */
export const createWorkflowSection: CreateConsoleSection = (context) => {
  const router = createConsoleRouter();
  addInlineHookPages(router, context);
  return {
    heading: 'Workflow',
    entries: [{ label: 'Inline Hooks', path: INLINE_HOOKS, alsoAt: /^\/admin\/workflow\/inline-hooks\// }],
    router: router.router,
  };
};
