import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Of the repository; the numbered pages, in their order, and the index. */
export const TUTORIAL = join('docs', 'tutorial');

export const tutorialPages = (root: string): readonly string[] =>
  readdirSync(join(root, TUTORIAL))
    .filter((name) => /^\d-.*\.md$/.test(name))
    .sort()
    .map((name) => join(TUTORIAL, name));
