/** Waits between attempts: doubling from half a second to half a minute, each with full jitter over its upper half. */
export function createBackoff(options: { firstMs?: number; maxMs?: number } = {}): {
  nextMs(): number;
  reset(): void;
} {
  const { firstMs = 500, maxMs = 30_000 } = options;
  let current = firstMs;
  return {
    nextMs() {
      const wait = current / 2 + (Math.random() * current) / 2;
      current = Math.min(current * 2, maxMs);
      return Math.round(wait);
    },
    reset() {
      current = firstMs;
    },
  };
}

/** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
