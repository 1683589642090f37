import { type ChildProcess, spawn } from 'node:child_process';
import { DirectoryError } from './directory-error.ts';
import { endWithParent } from './end-with-parent.ts';

export interface ServerProcess {
  /** What it said before it ended, or undefined while it runs. */
  ended(): string | undefined;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Asks it to end and waits; one that does not within ten seconds is killed. */
  stop(): Promise<void>;
}

/** Runs a server in a process group of its own that ends, and whose folder goes, with this process at the latest. */
export function startServer(
  command: string,
  parameters: readonly string[],
  env: NodeJS.ProcessEnv,
  folder: string,
): ServerProcess {
  const child = spawn(command, parameters, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const words: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => words.push(String(chunk)));
  const exit = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.once('error', (error) => words.push(error.message));
  if (child.pid === undefined) throw new DirectoryError('did-not-start', `${command} cannot be run`);
  const cleanUp = 'kill -KILL "-$1" 2>/dev/null; rm -rf "$2"';
  const watcher = endWithParent(cleanUp, [String(child.pid), folder], env.PATH);
  child.once('exit', () => watcher.release());

  return {
    ended: () => (hasExited(child) ? `the server ended while starting:\n${words.join('')}` : undefined),
    signal: (signal) => {
      child.kill(signal);
    },
    stop: async () => {
      if (!hasExited(child)) {
        child.kill('SIGTERM');
        // A frozen process acts on a signal only once it goes on.
        child.kill('SIGCONT');
      }
      const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exit;
      clearTimeout(patience);
    },
  };
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
