import { randomUUID } from 'node:crypto';
import { type Clock, timestamp } from '../clock.ts';
import { randomBase62 } from '../ids.ts';
import type { SchemaModule } from '../store/migrations.ts';
import { allOf, type SqlCondition } from '../store/sql-condition.ts';
import type { SqlValue, Store } from '../store/store.ts';
import { type LogEvent, type NewLogEvent, SYSTEM_ACTOR } from './log-event.ts';

export const systemLogSchema: SchemaModule = {
  name: 'system-log',
  migrations: [
    `
    CREATE TABLE system_log (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      published TEXT NOT NULL,
      event_type TEXT NOT NULL,
      event TEXT NOT NULL
    );
    CREATE INDEX system_log_published ON system_log (published);
    CREATE INDEX system_log_type ON system_log (event_type, seq);
    `,
  ],
};

export interface LogQuery {
  /** ISO times: from `since` on, before `until`. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Words that must all occur somewhere in the event. */
  readonly words?: readonly string[] | undefined;
  /** A condition in SQL over `event`, made by the filter language. */
  readonly where?: SqlCondition | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
  readonly descending?: boolean | undefined;
}

export interface LogPage {
  readonly events: readonly LogEvent[];
  /** Where the next page begins. It is told for the last page too: whoever follows the log polls with it. */
  readonly next: number | undefined;
  readonly more: boolean;
  /** The place of the first event of this page: with `descending`, what is newer comes after it. */
  readonly first: number | undefined;
}

export interface SystemLog {
  /** Is stored when this returns, within a transaction once that has been committed. */
  append(event: NewLogEvent): void;
  /**
   * Is stored a moment later, with all that happens until then: a sign-in has four events, and the person would wait
   * for each. A kill in between loses them.
   */
  appendSoon(event: NewLogEvent): void;
  /** Stores what waits to be stored. */
  flush(): void;
  query(query: LogQuery): LogPage;
  /** Hears of each event when it has been stored. @returns how to stop */
  subscribe(listener: (event: LogEvent) => void): () => void;
}

export interface SystemLogOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** How many events are kept; the oldest go. */
  readonly keep?: number | undefined;
}

const KEPT = 100_000;
/** Shorter than anybody who looks would notice; who asks for the log gets all of it in any case. */
const SOON_MS = 20;

export function createSystemLog({ store, clock, keep = KEPT }: SystemLogOptions): SystemLog {
  const listeners = new Set<(event: LogEvent) => void>();
  let pending: { readonly given: NewLogEvent; readonly published: string }[] = [];
  let scheduled: NodeJS.Timeout | undefined;
  let sinceTrim = 0;

  function trim(stored: number): void {
    sinceTrim += stored;
    // In steps: counting and deleting at every event would double its cost.
    if (sinceTrim < Math.min(1000, keep)) return;
    sinceTrim = 0;
    store.run('DELETE FROM system_log WHERE seq <= (SELECT max(seq) FROM system_log) - ?', [keep]);
  }

  function flush(): void {
    clearTimeout(scheduled);
    scheduled = undefined;
    const events = pending.map(({ given, published }) => complete(given, published));
    pending = [];
    if (events.length === 0) return;
    // One statement for all: by events, the driver takes longer than the database.
    store.run(
      `INSERT INTO system_log (published, event_type, event)
       SELECT value ->> 'published', value ->> 'eventType', value FROM json_each(?) ORDER BY key`,
      [JSON.stringify(events)],
    );
    trim(events.length);
    for (const event of events) for (const listener of listeners) listener(event);
  }

  function appendSoon(given: NewLogEvent): void {
    // The rest of the event is made when it is stored: nobody waits for it now.
    const published = timestamp(clock);
    store.afterCommit(() => {
      pending.push({ given, published });
      scheduled ??= setTimeout(flush, SOON_MS);
    });
  }

  return {
    append(given) {
      appendSoon(given);
      store.afterCommit(flush);
    },
    appendSoon,
    flush,
    query({ since, until, words = [], where, after, limit, descending = false }) {
      flush();
      const conditions: SqlCondition[] = [];
      const add = (sql: string, ...parameters: readonly SqlValue[]): void => {
        conditions.push({ sql, parameters });
      };
      if (since !== undefined) add('published >= ?', since);
      if (until !== undefined) add('published < ?', until);
      for (const word of words) add("event LIKE ? ESCAPE '\\'", `%${word.replace(/[\\%_]/g, '\\$&')}%`);
      if (where !== undefined) conditions.push(where);
      if (after !== undefined) add(descending ? 'seq < ?' : 'seq > ?', after);
      const all = allOf(conditions);
      const rows = store.all<{ seq: number; event: string }>(
        `SELECT seq, event FROM system_log WHERE ${all.sql} ORDER BY seq ${descending ? 'DESC' : 'ASC'} LIMIT ?`,
        [...all.parameters, limit + 1],
      );
      const page = rows.slice(0, limit);
      return {
        events: page.map(({ event }) => JSON.parse(event) as LogEvent), // append wrote it
        next: page.at(-1)?.seq ?? after,
        first: page[0]?.seq,
        more: rows.length > limit,
      };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function complete(given: NewLogEvent, published: string): LogEvent {
  const result = given.outcome?.result ?? 'SUCCESS';
  const good = result === 'SUCCESS' || result === 'ALLOW' || result === 'SKIPPED';
  const agent = given.client?.userAgent;
  return {
    uuid: randomUUID(),
    published,
    eventType: given.eventType,
    version: '0',
    severity: given.severity ?? (good ? 'INFO' : 'WARN'),
    legacyEventType: null,
    displayMessage: given.displayMessage,
    actor: given.actor ?? SYSTEM_ACTOR,
    client: {
      ipAddress: given.client?.ipAddress ?? null,
      userAgent: agent === undefined ? null : { rawUserAgent: agent.slice(0, 500) },
    },
    outcome: { result, reason: given.outcome?.reason ?? null },
    target: given.target ?? [],
    transaction: {
      type: given.transactionType ?? 'WEB',
      id: given.transactionId ?? randomBase62(20),
      detail: {},
    },
    debugContext: { debugData: given.debugData ?? {} },
    authenticationContext: {
      authenticationStep: 0,
      externalSessionId: given.externalSessionId ?? null,
      credentialType: given.credentialType ?? null,
    },
  };
}
