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

/** A sliding window per user name, whether there is such a user or not. */
export function createBindRate({ clock, enabled }: { readonly clock: Clock; readonly enabled: boolean }): BindRate {
  const recent = new Map<string, number[]>();
  return {
    allows(name) {
      if (!enabled) return true;
      const now = clock.now();
      const times = (recent.get(name) ?? []).filter((time) => time > now - WINDOW_MS);
      if (times.length >= BINDS_PER_SECOND) return false;
      // Moved to the end: the first of the map is then the one that has been silent for longest.
      recent.delete(name);
      const [oldest] = recent.keys();
      if (recent.size >= MAX_NAMES && oldest !== undefined) recent.delete(oldest);
      recent.set(name, [...times, now]);
      return true;
    },
    clear: () => recent.clear(),
  };
}
