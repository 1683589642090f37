import { spawn } from 'node:child_process';

/**
 * Sees to it that something does not outlive this process, however this process ends: a shell of its own session reads
 * a pipe that closes when we are gone, and then runs `cleanUp` with `parameters` as `$1`, `$2` ….
 * `release()` is for the orderly end: nothing is run any more.
 */
export function endWithParent(cleanUp: string, parameters: readonly string[], path = ''): { release(): void } {
  const watcher = spawn('/bin/sh', ['-c', `trap "" INT TERM HUP; read -r _ && exit; ${cleanUp}`, 'sh', ...parameters], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: path },
  });
  // A watcher that could not start or has gone leaves only its service out; it must not take the test down.
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  if ('unref' in watcher.stdin && typeof watcher.stdin.unref === 'function') watcher.stdin.unref();
  return { release: () => watcher.stdin.end('released\n') };
}
