import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** Okta's limit of binds per second for one user. Source: Okta help, "LDAP Interface limitations". */
const BINDS_PER_SECOND = 4;
const WINDOW_MS = 1000;
const MAX_NAMES = 10_000;

export interface BindRate {
  /** Counts a bind; false when it is one too many. */
  allows(name: string): boolean;
  clear(): void;
}

export interface BindRateOptions {
  readonly clock: Clock;
  readonly enabled: boolean;
  /** The id of the one user of that name. */
  readonly userNamed: (name: string) => string | undefined;
}

/** A sliding window per user, under whatever name, and per name of nobody. */
export function createBindRate({ clock, enabled, userNamed }: BindRateOptions): BindRate {
  const recent = new Map<string, number[]>();
  return {
    allows(name) {
      if (!enabled) return true;
      const now = clock.now();
      // What is no login may be as long as a message.
      const key = userNamed(name) ?? createHash('sha256').update(name).digest('base64');
      const times = (recent.get(key) ?? []).filter((time) => time > now - WINDOW_MS);
      if (times.length >= BINDS_PER_SECOND) return false;
      // Moved to the end: the first of the map is then the one that has been silent for longest.
      recent.delete(key);
      const [oldest] = recent.keys();
      if (recent.size >= MAX_NAMES && oldest !== undefined) recent.delete(oldest);
      recent.set(key, [...times, now]);
      return true;
    },
    clear: () => recent.clear(),
  };
}
