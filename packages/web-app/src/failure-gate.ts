import type { FailureCounter } from './app-state.ts';

/** Lets attempts in while a key has failures left. */
export interface FailureGate {
  /** Waits for a place. Every attempt that is let in has to `leave`. */
  enter(key: string): Promise<Entry>;
  leave(key: string, outcome: 'failed' | 'not-failed'): Promise<void>;
  forget(key: string): Promise<void>;
}

export type Entry =
  | { readonly ok: true; readonly failures: number }
  | { readonly ok: false; readonly retryAfterSeconds: number };

interface Line {
  inFlight: number;
  finished: number;
  readonly waiting: (() => void)[];
}

const MAX_WAITING = 500;

/**
 * Counting a failure when it is known lets a thousand guesses made at once all pass; counting each attempt when it
 * begins refuses people who sign in at the same time. So at most as many attempts of one key are under way as it has
 * failures left, and the rest wait for one of those to end.
 */
export function createFailureGate(counter: FailureCounter, limit: number): FailureGate {
  const lines = new Map<string, Line>();

  function lineOf(key: string): Line {
    const line = lines.get(key) ?? { inFlight: 0, finished: 0, waiting: [] };
    lines.set(key, line);
    return line;
  }

  function tidy(key: string, line: Line): void {
    if (line.inFlight === 0 && line.waiting.length === 0) {
      lines.delete(key);
    }
  }

  return {
    async enter(key) {
      for (;;) {
        const { finished } = lineOf(key);
        const { count: failures, secondsLeft } = await counter.get(key).catch((error: unknown) => {
          tidy(key, lineOf(key));
          throw error;
        });
        const line = lineOf(key);
        if (line.finished !== finished) {
          continue; // the count is older than an attempt that ended meanwhile
        }
        if (failures >= limit) {
          line.waiting.shift()?.();
          tidy(key, line);
          return { ok: false, retryAfterSeconds: Math.max(1, secondsLeft) };
        }
        if (failures + line.inFlight < limit) {
          line.inFlight += 1;
          return { ok: true, failures };
        }
        if (line.waiting.length >= MAX_WAITING) {
          return { ok: false, retryAfterSeconds: 1 };
        }
        await new Promise<void>((resolve) => line.waiting.push(resolve));
      }
    },
    async leave(key, outcome) {
      try {
        if (outcome === 'failed') {
          await counter.add(key);
        }
      } finally {
        const line = lineOf(key);
        line.inFlight -= 1;
        line.finished += 1;
        line.waiting.shift()?.();
        tidy(key, line);
      }
    },
    async forget(key) {
      await counter.forget(key);
    },
  };
}
