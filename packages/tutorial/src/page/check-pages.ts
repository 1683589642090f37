import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tutorialPages } from '../walk/pages.ts';
import { textBeside } from '../walk/picture.ts';
import { PageError } from './action.ts';
import { staleDiffs } from './diffs.ts';
import { readPage } from './read-page.ts';

/** What can be found out about the tutorial's pages without walking them, one line for each problem. */
export function checkPages(root: string): readonly string[] {
  const pages = tutorialPages(root);
  const pictures = new Set<string>();
  const problems = pages.flatMap((page) => {
    try {
      for (const { action } of readPage(readFileSync(join(root, page), 'utf8'))) {
        if (action.kind === 'picture') pictures.add(join(dirname(page), action.file));
      }
      return staleDiffs(root, page);
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      return [`${page}:${error.line}: ${error.message}`];
    }
  });
  return [...problems, ...pictureProblems(root, pictures)];
}

function pictureProblems(root: string, pictures: ReadonlySet<string>): string[] {
  const wanted = new Set([...pictures].flatMap((picture) => [picture, textBeside(picture)]));
  const folders = new Set([...pictures].map((picture) => dirname(picture)));
  const present = [...folders].flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)));
  return [
    ...[...wanted]
      .filter((file) => !present.includes(file))
      .map((file) => `${file} is missing; npm run tutorial -- --screenshots`),
    ...present.filter((file) => !wanted.has(file)).map((file) => `${file} is on no page`),
  ];
}
