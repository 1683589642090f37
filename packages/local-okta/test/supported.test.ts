import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const here = new URL('.', import.meta.url);
/** Where rows may have their tests: here, and beside the agent. */
const SUITES = [here, new URL('../../ldap-agent/test/', import.meta.url)];

interface Row {
  readonly line: number;
  readonly behaviour: string;
  readonly state: string;
  readonly test: string;
}

function rowsOf(text: string): Row[] {
  return text.split('\n').flatMap((line, index) => {
    const cells = line.split('|').map((cell) => cell.trim());
    if (!line.startsWith('|') || /^\|[-|]+\|$/.test(line) || cells[1] === 'behaviour') return [];
    expect([line, cells.length]).toEqual([line, 5]);
    return [{ line: index + 1, behaviour: cells[1] ?? '', state: cells[2] ?? '', test: cells[3] ?? '' }];
  });
}

function titlesIn(folder: URL): string[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    return [];
  }
  return files
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => [
      ...readFileSync(new URL(file, folder), 'utf8').matchAll(/(?:\bit|[\])])\(\s*(['"`])(.+?)\1,/gs),
    ])
    .map(([, , title = '']) => title);
}

describe('SUPPORTED.md', () => {
  const rows = rowsOf(readFileSync(new URL('../SUPPORTED.md', here), 'utf8'));
  const titles = new Set(SUITES.flatMap(titlesIn));

  it('calls every behaviour real, simplified or absent', () => {
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter(({ state }) => !['real', 'simplified', 'absent'].includes(state))).toEqual([]);
  });

  it('names for every row a test that exists; only what is absent may have none', () => {
    const wrong = rows.filter(({ state, test }) => {
      if (test === '—') return state !== 'absent';
      const title = /^`(.+)`$/.exec(test)?.[1];
      return title === undefined || !titles.has(title);
    });
    expect(wrong).toEqual([]);
  });

  it('has no row twice', () => {
    const behaviours = rows.map(({ behaviour }) => behaviour);
    expect(behaviours.filter((behaviour, index) => behaviours.indexOf(behaviour) !== index)).toEqual([]);
  });
});
