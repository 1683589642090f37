import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { waitUntilReady } from './readiness.ts';
import { StackError } from './stack-error.ts';

export interface NodeProcess {
  /** Settles when the process has ended without having been asked to. */
  readonly ended: Promise<StackError>;
  /** Asks it to finish its open requests; one that has not after ten seconds is killed. */
  stop(): Promise<void>;
}

export interface NodeProcessOptions {
  /** As it reads at the start of a message: `The ldap app`. */
  readonly title: string;
  readonly main: string;
  /** Node's own, before `main`. */
  readonly nodeOptions?: readonly string[];
  readonly port: number;
  /** Answers 200 as soon as the process can be used. */
  readonly readyPath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
}

const STOP_MS = 10_000;
// by way of dist, as the tests run this file from src
const endWithParent = new URL('../dist/end-with-parent.js', import.meta.url).href;

/**
 * Runs `node <main>` on a port of loopback and waits until it says that it is ready.
 * @throws {StackError} `did-not-start`, with its last words
 */
export async function startNode(options: NodeProcessOptions): Promise<NodeProcess> {
  const { title, port, readyPath } = options;
  const child = spawnNode(options);
  const exit = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `with code ${code}` : `by ${signal}`));
  });
  let stopping = false;
  const ended = new Promise<StackError>((resolve) => {
    void exit.then((how) => {
      if (!stopping) resolve(new StackError('ended', `${title} ended ${how}: ${lastWords(options.logFile)}`));
    });
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exit;
    clearTimeout(patience);
  };

  const over = new AbortController();
  const outcome = await Promise.race([waitUntilReady(`http://127.0.0.1:${port}${readyPath}`, over.signal), ended]);
  over.abort();
  if (outcome === 'ready') return { ended, stop };
  await stop();
  if (outcome instanceof StackError) throw new StackError('did-not-start', outcome.message);
  throw new StackError('did-not-start', `${title} does not get ready: ${outcome.reason}`);
}

function spawnNode({ main, nodeOptions = [], env, port, logFile }: NodeProcessOptions): ChildProcess {
  const log = openSync(logFile, 'w');
  try {
    return spawn(process.execPath, [...nodeOptions, '--import', endWithParent, main], {
      // a group of its own: a terminal's Ctrl-C reaches the stack alone, which then ends the processes in order
      detached: process.platform !== 'win32',
      windowsHide: true,
      env: { ...env, HOST: '127.0.0.1', PORT: String(port) },
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    closeSync(log);
  }
}

/** The end of a log, as a person reads it: the message alone, where the line is one of pino's; a list with its heading. */
function lastWords(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  const heading = lines.findLastIndex((line) => !/^\s/.test(line));
  const words = lines.slice(Math.max(heading, 0));
  const [first = ''] = words;
  try {
    const { msg }: { msg?: unknown } = JSON.parse(first);
    return typeof msg === 'string' ? msg : first;
  } catch {
    if (first === '') return 'it said nothing';
    return words.map((line) => line.trim()).join(' ');
  }
}
