import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { missingFrom } from './output.ts';
import type { Ports } from './ports.ts';

/** Containers may have to be built. */
const PATIENCE_MS = 300_000;
const LOOK_EVERY_MS = 50;

/** Commands that go on until Ctrl-C; every other one has to end. */
const goesOn = (command: string): boolean => /^(npm start|docker compose up)\b(?!.* (-d|--detach)\b)/.test(command);

export interface TerminalOptions {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly ports: Ports;
  readonly signal: AbortSignal;
}

interface Running {
  readonly child: ChildProcess;
  readonly command: string;
  readonly exit: Promise<unknown>;
  output: string;
}

/** A terminal in one folder, and a second one for what is typed while a command of the first goes on. */
export class Terminal {
  readonly #options: TerminalOptions;
  #running: Running | undefined;

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  /** Types a command and waits until it has printed what is expected and, where it ends by itself, has ended. */
  async type(command: string, expected: readonly string[], fails: boolean): Promise<void> {
    if (this.#running !== undefined && goesOn(command) && isBusy(this.#running)) {
      throw new Error(`${this.#running.command} still runs`);
    }
    const running = this.#spawn(command);
    if (goesOn(command)) this.#running = running;
    try {
      await this.#until(running, expected, fails);
    } finally {
      if (!goesOn(command)) await end(running);
    }
  }

  async #until(running: Running, expected: readonly string[], fails: boolean): Promise<void> {
    const { command } = running;
    const until = Date.now() + PATIENCE_MS;
    const wanted = expected.map((line) => this.#options.ports.here(line));
    for (;;) {
      this.#options.signal.throwIfAborted();
      const over = !isBusy(running);
      if (over) await running.exit;
      const missing = missingFrom(running.output, wanted);
      if (over) {
        if (missing !== undefined) {
          throw new Error(`${command} has ended and not printed:\n${missing}\nIt printed:\n${running.output}`);
        }
        const { exitCode } = running.child;
        if ((exitCode === 0) !== fails) return;
        throw new Error(`${command} ended with exit code ${exitCode}. It printed:\n${running.output}`);
      }
      if (missing === undefined && goesOn(command)) return;
      if (Date.now() > until) {
        throw new Error(`${command} has not printed:\n${missing}\nIt printed:\n${running.output}`);
      }
      await delay(LOOK_EVERY_MS);
    }
  }

  /** The last link with a code in it, as a person would copy it from the screen. */
  async printedLink(): Promise<string> {
    const until = Date.now() + PATIENCE_MS / 5;
    for (;;) {
      const link = stripVTControlCharacters(this.#running?.output ?? '')
        .match(/https?:\/\/\S+[?&]code=\w+/g)
        ?.at(-1);
      if (link !== undefined) return link;
      if (Date.now() > until || this.#running === undefined || !isBusy(this.#running)) {
        throw new Error(`no link was printed, but:\n${this.#running?.output}`);
      }
      this.#options.signal.throwIfAborted();
      await delay(LOOK_EVERY_MS);
    }
  }

  /** Ctrl-C: to the command and all that it has started, as a terminal does. */
  async interrupt(): Promise<void> {
    const running = this.#running;
    if (running === undefined || !isBusy(running)) throw new Error('nothing runs that Ctrl-C could stop');
    kill(running.child, 'SIGINT');
    await running.exit;
  }

  /** Leaves nothing behind, whatever state things are in. */
  async close(): Promise<void> {
    if (this.#running !== undefined) await end(this.#running);
  }

  #spawn(command: string): Running {
    const { folder, env } = this.#options;
    const child = spawn(command, { cwd: folder, env, shell: true, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const running: Running = { child, command, exit: once(child, 'close'), output: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        running.output += text;
      });
    }
    return running;
  }
}

const isBusy = ({ child }: Running): boolean => child.exitCode === null && child.signalCode === null;

async function end(running: Running): Promise<void> {
  if (!isBusy(running)) return;
  kill(running.child, 'SIGINT');
  const patience = setTimeout(() => kill(running.child, 'SIGKILL'), 20_000);
  await running.exit;
  clearTimeout(patience);
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    // the group of the shell: it was started as the first of one
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
