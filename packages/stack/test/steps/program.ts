import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A program in a terminal of its own. */
export interface Program {
  /** What it has printed, on both streams. */
  output(): string;
  /** Waits until it has printed something that matches, after `from` characters. */
  prints(pattern: RegExp, from?: number): Promise<RegExpExecArray>;
  /** Its exit code as soon as it has ended; null when it was killed. */
  ended(): Promise<number | null>;
  end(signal?: NodeJS.Signals): Promise<number | null>;
  /** Sends a signal that does not end it. */
  tell(signal: NodeJS.Signals): void;
}

export const mainOf = (place: string): string =>
  fileURLToPath(new URL(`../../../../${place}/dist/main.js`, import.meta.url));

/** Runs `node <place>/dist/main.js` in `folder`, with nothing in its environment but what is given. */
export function run(
  place: string,
  { folder, env, nodeOptions = [] }: { folder: string; env: NodeJS.ProcessEnv; nodeOptions?: readonly string[] },
): Program {
  const child: ChildProcess = spawn(process.execPath, [...nodeOptions, mainOf(place)], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => {
      output += text;
    });
  }
  let over = false;
  const exit = once(child, 'close').then(() => {
    over = true;
    return child.exitCode;
  });
  return {
    output: () => output,
    async prints(pattern, from = 0) {
      for (;;) {
        const match = pattern.exec(output.slice(from));
        if (match !== null) return match;
        if (over) throw new Error(`${place} ended with ${child.exitCode} and has not printed ${pattern}:\n${output}`);
        await delay(10);
      }
    },
    ended: () => exit,
    tell: (signal) => void child.kill(signal),
    end(signal = 'SIGTERM') {
      if (!over) child.kill(signal);
      return exit;
    },
  };
}

/** Asks again, every few milliseconds, until there is an answer. The test's own time limit is the limit. */
export async function until<Found>(probe: () => Promise<Found | undefined>): Promise<Found> {
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    await delay(20);
  }
}
