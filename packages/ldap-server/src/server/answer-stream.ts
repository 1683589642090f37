import type { Duplex } from 'node:stream';

/**
 * Writes answers to a client no faster than it reads them: `send` waits while too much is unread, and a client that
 * reads nothing for `writeMs` is cut off, so that it cannot hold memory for ever.
 */
export function createAnswerStream(writeMs: number): {
  readonly use: (stream: Duplex) => void;
  readonly send: (bytes: Buffer) => Promise<void> | undefined;
  readonly closed: () => void;
} {
  let stream: Duplex | undefined;
  let waiting: Promise<void> | undefined;
  let release: (() => void) | undefined;

  const untilDrained = (current: Duplex): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => current.destroy(), writeMs);
      timer.unref();
      release = () => {
        clearTimeout(timer);
        waiting = undefined;
        release = undefined;
        resolve();
      };
      current.once('drain', () => release?.());
    });

  /** Answers that follow each other at once, as an entry and the end of its search do, leave in one piece. */
  const gather = (current: Duplex): void => {
    if (current.writableCorked > 0) return;
    current.cork();
    process.nextTick(() => current.uncork());
  };

  return {
    use: (next) => {
      stream = next;
    },
    send: (bytes) => {
      if (stream === undefined || stream.destroyed || stream.writableEnded) return undefined;
      gather(stream);
      if (stream.write(bytes)) return undefined;
      waiting ??= untilDrained(stream);
      return waiting;
    },
    closed: () => release?.(),
  };
}
