import { spawn } from 'node:child_process';

/**
 * Sees to it that a process group and its folder do not outlive this process, however this process ends: a shell of its
 * own session reads a pipe that closes when we are gone. `release()` is for the orderly end.
 */
export function endWithParent(groupId: number, folder: string): { release(): void } {
  const script = 'trap "" INT TERM HUP; read -r _ && exit; kill -KILL "-$1" 2>/dev/null; rm -rf "$2"';
  const watcher = spawn('/bin/sh', ['-c', script, 'sh', String(groupId), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  // A watcher that could not start or has gone leaves only its service out; it must not take the test down.
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  if ('unref' in watcher.stdin && typeof watcher.stdin.unref === 'function') watcher.stdin.unref();
  return { release: () => watcher.stdin.end('released\n') };
}
