import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface RedisServer {
  readonly url: string;
  /** Stops answering without closing a connection, until `resume`. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
  /** Again at the same port, empty. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** Whether there is a Redis to test with. Continuous integration must have one. */
export const redisIsHere = process.env.CI !== undefined || spawnSync('redis-server', ['--version']).status === 0;

/** A real Redis (the `redis-server` on the PATH) at a free port, with nothing on disk. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'web-app-redis-'));
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const started = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    child = started;
    for await (const line of createInterface({ input: started.stdout })) {
      if (line.includes('Ready to accept connections')) {
        started.stdout.resume();
        return;
      }
    }
    throw new Error('redis-server did not start');
  }

  async function stop(): Promise<void> {
    const running = child;
    child = undefined;
    if (running !== undefined && running.exitCode === null) {
      running.kill('SIGKILL');
      await once(running, 'exit');
    }
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    stop,
    start,
    async remove() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo; // a TCP server that listens has one
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
