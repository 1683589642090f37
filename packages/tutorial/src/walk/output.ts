import { stripVTControlCharacters } from 'node:util';

/**
 * Whether something printed what a page shows. Blanks and empty lines do not matter. `…` stands for any text within a line;
 * on a line of its own it parts blocks that may come in any order with anything between them.
 */
export function missingFrom(printed: string, expected: readonly string[]): string | undefined {
  const lines = linesOf(printed);
  return blocksOf(expected)
    .find((block) => !lines.some((_, at) => block.every((line, down) => fits(line, lines[at + down]))))
    ?.join('\n');
}

const tidy = (line: string): string => line.trim().replace(/\s+/g, ' ');

const linesOf = (text: string): string[] =>
  stripVTControlCharacters(text)
    .split(/\r\n|\r|\n/)
    .map(tidy)
    .filter((line) => line !== '');

function blocksOf(expected: readonly string[]): string[][] {
  const blocks: string[][] = [[]];
  for (const line of expected.map(tidy)) {
    if (line === '…') blocks.push([]);
    else if (line !== '') blocks.at(-1)?.push(line);
  }
  return blocks.filter((block) => block.length > 0);
}

function fits(expected: string, line: string | undefined): boolean {
  const parts = expected.split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return line !== undefined && new RegExp(`^${parts.join('.*')}$`).test(line);
}
