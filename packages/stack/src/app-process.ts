import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { waitUntilReady } from './readiness.ts';
import { StackError } from './stack-error.ts';

export interface AppProcess {
  readonly url: string;
  /** Settles when the process has ended without having been asked to. */
  readonly ended: Promise<StackError>;
  /** Asks it to finish its open requests; one that has not after ten seconds is killed. */
  stop(): Promise<void>;
}

export interface AppProcessOptions {
  /** `ldap`: names the app in messages. */
  readonly name: string;
  readonly main: string;
  readonly port: number;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
}

const STOP_MS = 10_000;
// by way of dist, as the tests run this file from src
const endWithParent = new URL('../dist/end-with-parent.js', import.meta.url).href;

/**
 * Runs an app as anybody would, `node dist/main.js`, and waits until it says that it is ready.
 * @throws {StackError} `did-not-start`, with the app's last words
 */
export async function startApp(options: AppProcessOptions): Promise<AppProcess> {
  const { name, port } = options;
  const child = spawnApp(options);
  const exit = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `with code ${code}` : `by ${signal}`));
  });
  let stopping = false;
  const ended = new Promise<StackError>((resolve) => {
    void exit.then((how) => {
      if (!stopping) resolve(new StackError('ended', `The ${name} app ended ${how}: ${lastWords(options.logFile)}`));
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

  const local = `http://127.0.0.1:${port}`;
  const outcome = await Promise.race([waitUntilReady(`${local}/readyz`), ended]);
  if (outcome === 'ready') return { url: `http://localhost:${port}`, ended, stop };
  await stop();
  if (outcome instanceof StackError) throw new StackError('did-not-start', outcome.message);
  throw new StackError('did-not-start', `The ${name} app does not get ready: ${outcome.reason}`);
}

function spawnApp({ main, env, port, logFile }: AppProcessOptions): ChildProcess {
  const log = openSync(logFile, 'w');
  try {
    return spawn(process.execPath, ['--import', endWithParent, main], {
      // a group of its own: a terminal's Ctrl-C reaches the stack alone, which then ends the apps in order
      detached: process.platform !== 'win32',
      windowsHide: true,
      env: { ...env, HOST: '127.0.0.1', PORT: String(port) },
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    closeSync(log);
  }
}

/** The last line of a log, as a person reads it: the message alone, where the line is one of pino's. */
function lastWords(logFile: string): string {
  const last = readFileSync(logFile, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  try {
    const { msg }: { msg?: unknown } = JSON.parse(last);
    return typeof msg === 'string' ? msg : last;
  } catch {
    return last === '' ? 'it said nothing' : last;
  }
}

/** Where the entry point of an app is, built. */
export const appMain = (name: string): string =>
  fileURLToPath(new URL(`../../../apps/${name}/dist/main.js`, import.meta.url));
