import { readFileSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import type { Browser } from 'playwright-core';
import { PageError, type Step, type Way } from '../page/action.ts';
import { readPage } from '../page/read-page.ts';
import { type Desk, doStep } from './do-step.ts';
import type { Ports } from './ports.ts';
import { Terminal } from './terminal.ts';
import { Visitor } from './visitor.ts';

export interface WalkOptions {
  /** Markdown files, in their order; state is carried from one to the next. */
  readonly pages: readonly string[];
  readonly way: Way;
  /** Where commands are typed and `.env` is. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly ports: Ports;
  readonly pictures: Desk['pictures'];
  readonly browser: Browser;
  readonly signal: AbortSignal;
  /** Typed before the first page: how somebody gets there who has not walked the pages before it. */
  readonly first?: readonly { readonly command: string; readonly output: readonly string[] }[] | undefined;
  /** How long something may take to appear on a page of the browser. */
  readonly patienceMs?: number;
  readonly say: (line: string) => void;
}

export interface WalkResult {
  readonly passed: number;
  /** `page:line: what was written`, and what was seen instead. */
  readonly failure?: string;
  /** Steps that were not reached. */
  readonly left: number;
}

/** Walks pages until the first step that does not go as it is written. Leaves no process behind. */
export async function walk(options: WalkOptions): Promise<WalkResult> {
  const { pages, way, folder, env, ports, signal, browser, first = [], say } = options;
  const terminal = new Terminal({ folder, env, ports, signal });
  const visitor = new Visitor(browser, options.patienceMs);
  let passed = 0;
  let left = 0;
  try {
    const read = pages.map((page) => ({ page, steps: stepsFor(page, options) }));
    left = read.reduce((sum, { steps }) => sum + steps.length, 0);
    for (const { command, output } of first) await terminal.type(command, output, false);
    for (const { page, steps } of read) {
      say(`\n${basename(page)}, with ${way === 'node' ? 'Node' : 'Docker'}`);
      const desk: Desk = { folder, terminal, visitor, ports, pictures: options.pictures, pageFolder: dirname(page) };
      for (const step of steps) {
        signal.throwIfAborted();
        const begin = performance.now();
        await doStep(step.action, desk).catch((error: unknown) => {
          throw new Error(`${relative(folder, page)}:${step.line}: ${step.text}\n${messageOf(error)}`, {
            cause: error,
          });
        });
        say(`  ok  ${String(step.line).padStart(3)}  ${step.text}${slowness(begin)}`);
        passed += 1;
        left -= 1;
      }
    }
    return { passed, left };
  } catch (error) {
    if (signal.aborted) throw error;
    return { passed, left: Math.max(left - 1, 0), failure: messageOf(error) };
  } finally {
    await visitor.close();
    await terminal.close();
  }
}

function stepsFor(page: string, { way, folder }: Pick<WalkOptions, 'way' | 'folder'>): readonly Step[] {
  try {
    return readPage(readFileSync(page, 'utf8')).filter((step) => step.way === undefined || step.way === way);
  } catch (error) {
    if (!(error instanceof PageError)) throw error;
    throw new Error(`${relative(folder, page)}:${error.line}: ${error.message}`, { cause: error });
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function slowness(begin: number): string {
  const seconds = (performance.now() - begin) / 1000;
  return seconds < 1 ? '' : `  (${seconds.toFixed(0)} s)`;
}
