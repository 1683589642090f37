import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { staleDiffs, writeDiffs } from '../src/page/diffs.ts';

let root: string;
const write = (name: string, text: string): void => writeFileSync(join(root, name), text);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'diffs-'));
  write('one.ts', 'a\nb\nc\n');
  write('two.ts', 'a\nB\nc\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('writes the difference of two files into a page, and tells when it is another', () => {
  write('page.md', '# One\n\n```diff one.ts two.ts\n```\n\n```diff two.ts one.ts\nold\n```\n\n```diff\n-mine\n```\n');
  expect(staleDiffs(root, 'page.md')).toEqual([
    expect.stringContaining('page.md:3:'),
    expect.stringContaining('page.md:6:'),
  ]);
  writeDiffs(root, 'page.md');
  expect(staleDiffs(root, 'page.md')).toEqual([]);
  const text = readFileSync(join(root, 'page.md'), 'utf8');
  expect(text).toContain('```diff one.ts two.ts\n--- one.ts\n+++ two.ts\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n```\n');
  expect(text).toContain('```diff\n-mine\n```\n');
  write('two.ts', 'a\nB\nC\n');
  expect(staleDiffs(root, 'page.md')).toHaveLength(2);
});
