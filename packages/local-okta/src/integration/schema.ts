import type { SchemaModule } from '../store/migrations.ts';

/**
 * `directory_users` are the directory's people as last read; `user_id` is set once they are confirmed. `seen_run` is
 * the import that saw an entry last: what a full import has not seen is gone.
 */
export const integrationSchema: SchemaModule = {
  name: 'integration',
  migrations: [
    `
    CREATE TABLE directory_users (
      external_id TEXT PRIMARY KEY,
      dn TEXT NOT NULL,
      dn_key TEXT NOT NULL,
      uid_key TEXT NOT NULL,
      login_key TEXT NOT NULL,
      hash TEXT NOT NULL,
      profile TEXT NOT NULL,
      state TEXT NOT NULL,
      match TEXT NOT NULL,
      match_user_id TEXT,
      user_id TEXT,
      problem TEXT,
      disabled INTEGER NOT NULL DEFAULT 0,
      removed INTEGER NOT NULL DEFAULT 0,
      seen_run INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX directory_users_dn ON directory_users (dn_key);
    CREATE INDEX directory_users_uid ON directory_users (uid_key);
    CREATE INDEX directory_users_login ON directory_users (login_key);
    CREATE INDEX directory_users_user ON directory_users (user_id) WHERE user_id IS NOT NULL;

    CREATE TABLE directory_groups (
      external_id TEXT PRIMARY KEY,
      dn TEXT NOT NULL,
      dn_key TEXT NOT NULL,
      hash TEXT NOT NULL,
      group_id TEXT NOT NULL,
      dirty INTEGER NOT NULL DEFAULT 1,
      seen_run INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX directory_groups_dn ON directory_groups (dn_key);

    CREATE TABLE directory_members (
      group_external_id TEXT NOT NULL REFERENCES directory_groups (external_id) ON DELETE CASCADE,
      member_key TEXT NOT NULL,
      PRIMARY KEY (group_external_id, member_key)
    ) WITHOUT ROWID;
    CREATE INDEX directory_members_key ON directory_members (member_key);

    CREATE TABLE import_runs (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL,
      state TEXT NOT NULL,
      phase TEXT NOT NULL,
      started TEXT NOT NULL,
      ended TEXT,
      counts TEXT NOT NULL,
      message TEXT,
      problem_count INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE import_problems (
      run_seq INTEGER NOT NULL REFERENCES import_runs (seq) ON DELETE CASCADE,
      seq INTEGER NOT NULL,
      dn TEXT NOT NULL,
      code TEXT NOT NULL,
      message TEXT NOT NULL,
      PRIMARY KEY (run_seq, seq)
    ) WITHOUT ROWID;

    CREATE TABLE import_marks (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    `,
    // What was read is compared as it is.
    'ALTER TABLE directory_users DROP COLUMN hash',
  ],
};
