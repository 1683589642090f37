import { randomBytes } from 'node:crypto';
import type { SearchEntry } from '../backend.ts';

/** A search that waits for the client to ask for its next page. */
export interface PausedSearch {
  readonly entries: AsyncIterator<SearchEntry> | Iterator<SearchEntry>;
  /** Read ahead to know whether there is a next page. */
  readonly next: SearchEntry;
  readonly sent: number;
  /** Ends the backend's work for good. */
  readonly stop: () => void;
}

/**
 * The paged searches of one connection (RFC 2696). A cookie is random, good once, and only for the query and the
 * identity it was made for.
 */
export function createPagedSearches(capacity: number): {
  readonly keep: (query: string, search: PausedSearch) => Buffer;
  readonly take: (query: string, cookie: Buffer) => PausedSearch | undefined;
  readonly clear: () => void;
} {
  const paused = new Map<string, { readonly query: string; readonly search: PausedSearch }>();
  return {
    keep: (query, search) => {
      for (const [oldest, { search: forgotten }] of paused) {
        if (paused.size < capacity) break;
        paused.delete(oldest);
        forgotten.stop();
      }
      const cookie = randomBytes(16);
      paused.set(cookie.toString('hex'), { query, search });
      return cookie;
    },
    take: (query, cookie) => {
      const key = cookie.toString('hex');
      const found = paused.get(key);
      if (found?.query !== query) return undefined;
      paused.delete(key);
      return found.search;
    },
    clear: () => {
      for (const { search } of paused.values()) search.stop();
      paused.clear();
    },
  };
}
