import type { Clock } from '../clock.ts';

/** Slows down guessing from one address: after a few failures it must wait. */
export interface FailureThrottle {
  blocked(address: string): boolean;
  failed(address: string): void;
  succeeded(address: string): void;
  clear(): void;
}

const FREE = 5;
const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 5_000;

export function createFailureThrottle(clock: Clock): FailureThrottle {
  const failures = new Map<string, { count: number; until: number }>();
  const current = (address: string) => {
    const entry = failures.get(address);
    return entry !== undefined && entry.until > clock.now() ? entry : undefined;
  };
  return {
    blocked: (address) => (current(address)?.count ?? 0) >= FREE,
    failed(address) {
      const count = (current(address)?.count ?? 0) + 1;
      failures.delete(address);
      const [oldest] = failures.keys();
      if (failures.size >= MAX_ADDRESSES && oldest !== undefined) failures.delete(oldest);
      failures.set(address, { count, until: clock.now() + WINDOW_MS });
    },
    succeeded: (address) => failures.delete(address),
    clear: () => failures.clear(),
  };
}
