import type { Connection } from './connection.ts';
import { DirectoryError } from './directory-error.ts';

export interface ConnectionPool {
  /** @param ms how long to wait for a free one. @throws DirectoryError */
  borrow(ms: number): Promise<{ readonly connection: Connection; readonly reused: boolean }>;
  giveBack(connection: Connection, reusable: boolean): void;
  close(): void;
}

const IDLE_MS = 60_000;

/** Exclusive connections, opened when needed, kept for a minute. */
export function createConnectionPool(options: {
  readonly max: number;
  readonly open: () => Promise<Connection>;
}): ConnectionPool {
  const idle: { connection: Connection; timer: NodeJS.Timeout }[] = [];
  const waiting: (() => void)[] = [];
  let taken = 0;
  let closed = false;

  function release(): void {
    taken -= 1;
    waiting.shift()?.();
  }

  async function turn(ms: number): Promise<void> {
    const endsAt = Date.now() + ms;
    while (taken >= options.max) {
      let timer: NodeJS.Timeout | undefined;
      let wake: (() => void) | undefined;
      const free = new Promise<void>((resolve) => {
        wake = resolve;
        waiting.push(resolve);
        timer = setTimeout(resolve, Math.max(0, endsAt - Date.now()));
      });
      await free;
      clearTimeout(timer);
      const at = wake === undefined ? -1 : waiting.indexOf(wake);
      if (at >= 0) waiting.splice(at, 1);
      if (Date.now() >= endsAt && taken >= options.max) {
        throw new DirectoryError('timeout', 'every connection to the directory is busy');
      }
    }
    taken += 1;
  }

  return {
    async borrow(ms) {
      await turn(ms);
      for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
        clearTimeout(last.timer);
        if (last.connection.isOpen()) return { connection: last.connection, reused: true };
      }
      try {
        return { connection: await options.open(), reused: false };
      } catch (error) {
        release();
        throw error;
      }
    },
    giveBack(connection, reusable) {
      if (!reusable || closed || !connection.isOpen()) connection.close();
      else {
        const timer = setTimeout(() => {
          const at = idle.findIndex((one) => one.connection === connection);
          if (at >= 0) idle.splice(at, 1);
          connection.close();
        }, IDLE_MS);
        timer.unref();
        idle.push({ connection, timer });
      }
      release();
    },
    close() {
      closed = true;
      for (const { connection, timer } of idle.splice(0)) {
        clearTimeout(timer);
        connection.close();
      }
    },
  };
}
