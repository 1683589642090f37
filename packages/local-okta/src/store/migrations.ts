import type { Store } from './store.ts';

/** The tables of one part. Each part brings its own, so that none has to edit another's. */
export interface SchemaModule {
  /** Who owns the tables: `directory`, `agents`, `oidc`. Tables carry it as a prefix where names could clash. */
  readonly name: string;
  /** SQL scripts in order. A published one is never edited: append the next. */
  readonly migrations: readonly string[];
}

/** Brings every module's tables up to date; each step is a transaction of its own with its version. */
export function migrate(store: Store, exec: (sql: string) => void, schemas: readonly SchemaModule[]): void {
  exec('CREATE TABLE IF NOT EXISTS schema_versions (module TEXT PRIMARY KEY, version INTEGER NOT NULL)');
  for (const { name, migrations } of schemas) {
    const row = store.get<{ version: number }>('SELECT version FROM schema_versions WHERE module = ?', [name]);
    const done = row?.version ?? 0;
    if (done > migrations.length) {
      throw new Error(`The data is of a newer version than this program (${name}: ${done} > ${migrations.length}).`);
    }
    for (const [index, sql] of migrations.entries()) {
      if (index < done) continue;
      store.transaction(() => {
        exec(sql);
        store.run('INSERT OR REPLACE INTO schema_versions (module, version) VALUES (?, ?)', [name, index + 1]);
      });
    }
  }
}
