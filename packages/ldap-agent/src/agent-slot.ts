import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from './error-code.ts';

/** The place of one process among those that share a state directory. */
export interface AgentSlot {
  /** The lowest from 1 that no running process holds. */
  readonly number: number;
  release(): void;
}

/** Longer than any other process needs from finding a lock abandoned to replacing it. */
const SETTLE_MS = 100;

/**
 * Claims a slot. Its lock is a socket that this process listens on: other processes and containers on the same volume
 * find it answering, and the system ends it with the process, however that ends.
 *
 * @throws where the directory cannot be written, or its file system has no sockets
 */
export async function claimSlot(dir: string): Promise<AgentSlot> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  // Addresses of sockets are short (104 bytes on macOS): from here they are mostly shorter.
  const absolute = resolve(dir);
  const here = relative(process.cwd(), absolute);
  const folder = here.length < absolute.length ? here : absolute;
  const own = join(folder, `.${randomBytes(4).toString('hex')}`);
  const server = await listen(own);
  try {
    const inode = statSync(own).ino;
    const isOurs = (lock: string): boolean => statSync(lock, { throwIfNoEntry: false })?.ino === inode;
    for (let number = 1; ; number += 1) {
      const lock = join(folder, `agent-${number}.lock`);
      if (!(await hold(own, lock, isOurs))) continue;
      return {
        number,
        release() {
          if (isOurs(lock)) rmSync(lock, { force: true });
          server.close();
        },
      };
    }
  } catch (error) {
    server.close();
    throw error;
  } finally {
    // The lock is the same socket under its second name.
    rmSync(own, { force: true });
  }
}

async function listen(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(path, done);
  });
  return server.unref();
}

async function hold(own: string, lock: string, isOurs: (lock: string) => boolean): Promise<boolean> {
  for (;;) {
    try {
      linkSync(own, lock);
      return true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const holder = await lookAt(lock);
    if (holder === 'alive') return false;
    if (holder === 'gone') continue;
    const next = `${own}-`;
    linkSync(own, next);
    renameSync(next, lock);
    // Somebody who found it dead at the same moment may have replaced ours.
    await delay(SETTLE_MS);
    return isOurs(lock);
  }
}

/** `dead`: a process left it behind. `gone`: it was given back meanwhile. */
function lookAt(lock: string): Promise<'alive' | 'dead' | 'gone'> {
  return new Promise((answer) => {
    const socket = connect(lock, () => {
      socket.destroy();
      answer('alive');
    });
    socket.once('error', (error) => {
      const code = codeOf(error);
      answer(code === 'ECONNREFUSED' ? 'dead' : code === 'ENOENT' ? 'gone' : 'alive');
    });
  });
}
