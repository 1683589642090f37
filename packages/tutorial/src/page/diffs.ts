import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';

interface DiffFence {
  /** Of what is between the fence's first and last line. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly wanted: string;
}

/**
 * A fence ```` ```diff one-file another-file ```` holds the difference between two files of the repository.
 * @returns where a page holds another one
 */
export function staleDiffs(root: string, page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return diffFences(root, text)
    .filter(({ start, end, wanted }) => text.slice(start, end) !== wanted)
    .map(({ line }) => `${page}:${line}: the diff is not that of the sources any more; npm run tutorial -- --diffs`);
}

export function writeDiffs(root: string, page: string): void {
  const file = join(root, page);
  let text = readFileSync(file, 'utf8');
  // from the last to the first, so that offsets stay
  for (const { start, end, wanted } of [...diffFences(root, text)].reverse()) {
    text = text.slice(0, start) + wanted + text.slice(end);
  }
  writeFileSync(file, text);
}

function diffFences(root: string, text: string): readonly DiffFence[] {
  const fences: DiffFence[] = [];
  const visit = (node: Nodes): void => {
    if (node.type === 'code' && node.lang === 'diff' && node.position !== undefined) {
      const [one, other] = (node.meta ?? '').split(' ');
      if (one === undefined || other === undefined) return;
      const { start, end } = node.position;
      fences.push({
        start: text.indexOf('\n', start.offset) + 1,
        end: text.lastIndexOf('\n', (end.offset ?? 0) - 1) + 1,
        line: start.line,
        wanted: diffOf(root, one, other),
      });
    }
    if ('children' in node) for (const child of node.children) visit(child);
  };
  visit(fromMarkdown(text));
  return fences;
}

function diffOf(root: string, one: string, other: string): string {
  const read = (name: string): string => readFileSync(join(root, name), 'utf8');
  return createTwoFilesPatch(one, other, read(one), read(other), undefined, undefined, { context: 2 }).replace(
    /^=+\n/,
    '',
  );
}
