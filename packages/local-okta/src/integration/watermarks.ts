import type { Store } from '../store/store.ts';

/**
 * Up to where the directory has been read, by its own `modifyTimestamp`. Kept in the transaction that completes an
 * import: an import that did not complete moves nothing.
 */
export interface Watermarks {
  /** From which `modifyTimestamp` on an incremental import must ask; undefined: for everything. */
  from(what: 'users' | 'groups'): string | undefined;
  save(what: 'users' | 'groups', latest: string | undefined, startedAt: number, skewSeconds: number): void;
  clear(): void;
}

export function createWatermarks(store: Store): Watermarks {
  return {
    from: (what) => store.get<{ value: string }>('SELECT value FROM import_marks WHERE name = ?', [what])?.value,
    save(what, latest, startedAt, skewSeconds) {
      const next = latest === undefined ? undefined : nextFrom(latest, startedAt, skewSeconds);
      if (next === undefined) return;
      // An incremental import may see nothing newer than the allowance that it looked at again.
      if (next <= (this.from(what) ?? '')) return;
      store.run('INSERT OR REPLACE INTO import_marks (name, value) VALUES (?, ?)', [what, next]);
    },
    clear() {
      store.run('DELETE FROM import_marks');
    },
  };
}

/**
 * `latest` is the newest timestamp that was seen, in whole seconds. While its second may not have been over on every
 * server of the directory when the import began, it is looked at again, with the allowance; else the next one is the
 * first that can bring anything new. What was changed while the import ran may have been read before the change: all
 * since the beginning is looked at again, whatever was seen of it.
 */
export function nextFrom(latest: string, startedAt: number, skewSeconds: number): string | undefined {
  const at = parseGeneralizedTime(latest);
  if (at === undefined) return undefined;
  const over = startedAt - at > (skewSeconds + 1) * 1000;
  return formatGeneralizedTime(over ? at + 1000 : Math.min(at, startedAt) - skewSeconds * 1000);
}

/** `20261123214500Z`, fractions allowed: RFC 4517 section 3.3.13, in the forms that directories write. */
export function parseGeneralizedTime(text: string): number | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:[.,]\d+)?Z$/.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

export function formatGeneralizedTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
}
