import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface AppProcess {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves when a line of the log or of stderr contains `text`. */
  saw(text: string): Promise<void>;
  /** The exit code, or the signal that ended it. */
  readonly exit: Promise<number | string | null>;
}

/** The shell as a process of its own, as an app runs it. Only what `env` says is in its environment. */
export function startProcess(env: Record<string, string>): AppProcess {
  const main = fileURLToPath(new URL('./main.mjs', import.meta.url));
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) {
      listener();
    }
  };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
    tell();
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
    tell();
  });
  const exit = new Promise<number | string | null>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  return {
    child,
    exit,
    stdout: () => out,
    stderr: () => err,
    saw: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (`${out}${err}`.includes(text)) {
            listeners.delete(look);
            resolve();
          }
        };
        listeners.add(look);
        void exit.then(() => reject(new Error(`ended without "${text}":\n${out}\n${err}`)));
        look();
      }),
  };
}
