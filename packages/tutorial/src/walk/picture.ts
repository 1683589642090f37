import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import type { Page } from 'playwright-core';
import type { Ports } from './ports.ts';

/**
 * A picture lies beside a text that says what it shows: the page's structure as a screen reader has it. That is what is
 * compared, as fonts differ from computer to computer.
 */
export const textBeside = (picture: string): string => picture.replace(/\.png$/, '.txt');

export interface PictureOptions {
  readonly picture: string;
  /** Its page is not the same each time: then the headings count. */
  readonly variable: boolean;
  readonly ports: Ports;
}

/** Of a picture, in pixels: the rest of a long page is left out of it, and not out of the text beside it. */
const HIGHEST = 900;

/** @throws Error when the page does not look any more as the picture says */
export async function comparePicture(page: Page, options: PictureOptions): Promise<void> {
  const { picture } = options;
  const file = textBeside(picture);
  const remedy = 'npm run tutorial -- --screenshots makes pictures anew';
  if (!existsSync(picture) || !existsSync(file)) throw new Error(`${picture} is missing; ${remedy}`);
  const kept = readFileSync(file, 'utf8');
  const seen = await structureOf(page, options);
  if (kept === seen) return;
  const patch = createTwoFilesPatch('in the picture', 'on the page', kept, seen, '', '', { context: 1 });
  throw new Error(`${picture} is stale; ${remedy}.\n${patch}`);
}

export async function takePicture(page: Page, options: PictureOptions): Promise<void> {
  const { picture } = options;
  mkdirSync(dirname(picture), { recursive: true });
  const { width = 0, height: window = 0 } = page.viewportSize() ?? {};
  const height = Math.min(
    Math.max(window, await page.evaluate<number>('document.documentElement.scrollHeight')),
    HIGHEST,
  );
  await page.screenshot({
    path: picture,
    clip: { x: 0, y: 0, width, height },
    fullPage: true,
    animations: 'disabled',
    caret: 'hide',
  });
  writeFileSync(textBeside(picture), await structureOf(page, options));
}

async function structureOf(page: Page, { ports, variable }: PictureOptions): Promise<string> {
  const structure = withoutChance(ports.onPage(await page.locator('body').ariaSnapshot()));
  return `${variable ? headingsOf(structure) : structure}\n`;
}

/** Each heading once, whatever their order. */
const headingsOf = (structure: string): string => [...new Set(structure.match(/- heading .*/g))].sort().join('\n');

/** What is another at each walk: ids, times, secrets. */
export function withoutChance(text: string): string {
  return text
    .replace(/\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b/g, '<uuid>')
    .replace(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?UTC|Z)?/g, '<time>')
    .replace(/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? \d?\d \w{3} \d{4}( \d\d:\d\d(:\d\d)?)?( GMT| UTC)?/g, '<time>')
    .replace(
      /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w* \d?\d, \d{4}(,? \d?\d:\d\d(:\d\d)?( [AP]M)?)?/g,
      '<time>',
    )
    .replace(/\b\d?\d:\d\d:\d\d(\.\d+)?( ?UTC)?/g, '<time>')
    .replace(/\b\d+(\.\d+)? ?(ms|s|seconds?|minutes?)\b/g, '<duration>')
    .replace(/code=\w+/g, 'code=<code>')
    .replace(/(code is\s+- strong: )\S+/g, '$1<code>')
    .replace(/\b1\d{9}\b/g, '<time>')
    .replace(/(?<![\w-])[\w-]{20,}(?![\w-])/g, (word) => (word !== FIXED_ID && isMadeUp(word) ? '<id>' : word));
}

/** Letters and digits, or both cases of letters: no word of a page is written so. */
const isMadeUp = (word: string): boolean => [/\d/, /[a-z]/, /[A-Z]/].filter((kind) => kind.test(word)).length > 1;

/** The one id that .env.example and the pages name. */
const FIXED_ID = '0oa6qvmxznVl4KFXe5d7';
