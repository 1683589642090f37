import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { migrate, type SchemaModule } from './migrations.ts';

/** What a column can hold. Booleans are stored as 0 and 1, undefined as NULL. */
export type SqlValue = string | number | boolean | null | undefined;

/** The embedded database: one file, synchronous, one writer (this process). */
export interface Store {
  /** Runs a statement that returns no rows; the number of rows it changed. */
  run(sql: string, parameters?: readonly SqlValue[]): number;
  /** The first row. The driver adds a `_metadata` field to it: read columns by name. */
  get<Row>(sql: string, parameters?: readonly SqlValue[]): Row | undefined;
  all<Row>(sql: string, parameters?: readonly SqlValue[]): Row[];
  /**
   * All or nothing; a transaction inside another joins it. `work` must be synchronous: nothing else may come between.
   * A kill at any moment leaves the state before or after, never between.
   */
  transaction<Result>(work: () => Result): Result;
  readonly inTransaction: boolean;
  /** Runs `work` when the open transaction has been committed, `undo` if it is rolled back; `work` at once outside of one. */
  afterCommit(work: () => void, undo?: () => void): void;
  /** Deletes every row of every table. The schema stays. */
  clear(): void;
  close(): void;
}

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: 'in-use' | 'unusable' | 'unbindable';

  constructor(code: StoreError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export interface StoreOptions {
  /** Where the database file lives; made when missing. Undefined keeps everything in memory. */
  readonly dataDir?: string | undefined;
  /** Who has tables here, in the order in which they may refer to each other. */
  readonly schemas: readonly SchemaModule[];
}

/**
 * Opens (and brings up to date) the database.
 * @throws StoreError `in-use` when another process holds it, `unusable` when it cannot be opened
 */
export function openStore({ dataDir, schemas }: StoreOptions): Store {
  const releaseLock = dataDir === undefined ? () => undefined : lockDataDir(dataDir);
  const database = openDatabase(dataDir);
  const statements = new Map<string, Database.Statement>();
  let depth = 0;
  let outcomes: { readonly work: () => void; readonly undo?: (() => void) | undefined }[] = [];

  function statement(sql: string): Database.Statement {
    let prepared = statements.get(sql);
    if (prepared === undefined) {
      prepared = database.prepare(sql);
      // Only statements with a fixed text recur; a bound keeps generated ones (search filters) from piling up.
      if (statements.size >= 500) statements.clear();
      statements.set(sql, prepared);
    }
    return prepared;
  }

  function settle(outcome: 'work' | 'undo'): void {
    const due = outcomes;
    outcomes = [];
    for (const entry of due) entry[outcome]?.();
  }

  const store: Store = {
    run: (sql, parameters = []) => statement(sql).run(bindable(parameters)).changes,
    // The row's shape is the query's: its caller states it.
    get: <Row>(sql: string, parameters: readonly SqlValue[] = []) =>
      statement(sql).get(bindable(parameters)) as Row | undefined,
    all: <Row>(sql: string, parameters: readonly SqlValue[] = []) => statement(sql).all(bindable(parameters)) as Row[],
    transaction(work) {
      if (depth > 0) return work();
      database.exec('BEGIN IMMEDIATE');
      depth = 1;
      let result: ReturnType<typeof work>;
      try {
        result = work();
        database.exec('COMMIT');
      } catch (error) {
        if (database.inTransaction) database.exec('ROLLBACK');
        settle('undo');
        throw error;
      } finally {
        depth = 0;
      }
      settle('work');
      return result;
    },
    get inTransaction() {
      return depth > 0;
    },
    afterCommit(work, undo) {
      if (depth > 0) outcomes.push({ work, undo });
      else work();
    },
    clear() {
      store.transaction(() => {
        database.exec('PRAGMA defer_foreign_keys = ON');
        const tables = store.all<{ name: string }>(
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_versions'",
        );
        for (const { name } of tables) database.exec(`DELETE FROM "${name}"`);
      });
    },
    close() {
      statements.clear();
      if (dataDir !== undefined) database.pragma('wal_checkpoint(TRUNCATE)');
      database.close();
      releaseLock();
    },
  };
  try {
    migrate(store, (sql) => database.exec(sql), schemas);
  } catch (error) {
    store.close();
    throw error;
  }
  return store;
}

function openDatabase(dataDir: string | undefined): Database.Database {
  if (dataDir === undefined) {
    const database = new Database(':memory:');
    database.exec('PRAGMA foreign_keys = ON');
    return database;
  }
  const file = join(dataDir, 'local-okta.db');
  try {
    const database = new Database(file);
    chmodSync(file, 0o600);
    database.pragma('journal_mode = WAL');
    // NORMAL in WAL mode loses nothing when the process dies; only a power cut can cost the last transactions.
    database.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
    // 32 MB of pages, and a log of at most some 40 MB before it is written back: an import would else do that at
    // every commit.
    database.exec('PRAGMA cache_size = -32768');
    database.pragma('wal_autocheckpoint = 10000');
    return database;
  } catch (cause) {
    throw new StoreError('unusable', `Cannot open the database ${file}.`, cause);
  }
}

/**
 * Two processes on one volume would each keep their own indexes and tell different stories. The lock is an open
 * transaction on a database of its own: the system takes it back when the process is killed, whatever its number, and
 * the driver, which keeps a closed file open until its statements are garbage, cannot hold on to it.
 */
function lockDataDir(dataDir: string): () => void {
  const file = join(dataDir, 'lock.db');
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const lock = new Database(file);
    chmodSync(file, 0o600);
    lock.exec('BEGIN EXCLUSIVE');
    return () => {
      lock.exec('ROLLBACK');
      lock.close();
    };
  } catch (cause) {
    if (isBusy(cause)) throw new StoreError('in-use', `Another process is using ${dataDir}: stop it first.`, cause);
    throw new StoreError('unusable', `Cannot use ${dataDir} for data.`, cause);
  }
}

function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');
}

/** The driver aborts the whole process on a boolean and cuts strings at NUL: neither may reach it. */
function bindable(parameters: readonly SqlValue[]): (string | number | null)[] {
  return parameters.map((value) => {
    if (typeof value === 'string') {
      if (value.includes('\0')) throw new StoreError('unbindable', 'A text with a NUL character cannot be stored.');
      return value;
    }
    if (typeof value === 'number') return value;
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (value === null || value === undefined) return null;
    throw new StoreError('unbindable', `A ${typeof value} cannot be stored.`);
  });
}
