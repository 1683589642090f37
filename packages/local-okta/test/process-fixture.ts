import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RunningProcess {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves when standard output (or error) matches; rejects when the process ends before. */
  waitFor(pattern: RegExp, stream?: 'stdout' | 'stderr'): Promise<RegExpExecArray>;
  /** The exit code once it has ended; null when killed. */
  ended(): Promise<number | null>;
}

/** Runs a script of this package with Node; its path is relative to the package. */
export function run(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningProcess {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const exit = once(child, 'close');
  return {
    child,
    stdout: () => stdout,
    // On Node 20, oidc-provider calls the runtime unsupported; Local Okta knows, and its own words are what counts.
    stderr: () => stderr.replace(/^oidc-provider WARNING: Unsupported runtime.*\n/, ''),
    waitFor(pattern, stream = 'stdout') {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(stream === 'stdout' ? stdout : stderr);
          if (match === null) return;
          child[stream].off('data', look);
          resolve(match);
        };
        child[stream].on('data', look);
        exit.then(() => reject(new Error(`ended without ${pattern}: ${stdout}${stderr}`)), reject);
        look();
      });
    },
    async ended() {
      await exit;
      return child.exitCode;
    },
  };
}
