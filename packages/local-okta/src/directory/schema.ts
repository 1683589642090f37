import type { SchemaModule } from '../store/migrations.ts';

/**
 * `seq` is the order of creation: pages of a list continue after one. `*_key` columns are the lower-cased forms by
 * which names are unique and found.
 */
export const directorySchema: SchemaModule = {
  name: 'directory',
  migrations: [
    `
    CREATE TABLE org_settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);

    CREATE TABLE users (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      login_key TEXT NOT NULL UNIQUE,
      short_key TEXT NOT NULL,
      email_key TEXT NOT NULL,
      status TEXT NOT NULL,
      created TEXT NOT NULL,
      activated TEXT,
      status_changed TEXT,
      last_login TEXT,
      last_updated TEXT NOT NULL,
      password_changed TEXT,
      provider_type TEXT NOT NULL,
      provider_name TEXT NOT NULL,
      password TEXT,
      failed_sign_ins INTEGER NOT NULL DEFAULT 0,
      profile TEXT NOT NULL
    );
    CREATE INDEX users_short ON users (short_key);
    CREATE INDEX users_email ON users (email_key);
    CREATE INDEX users_status ON users (status);
    CREATE INDEX users_updated ON users (last_updated);

    CREATE TABLE apps (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      label TEXT NOT NULL,
      status TEXT NOT NULL,
      sign_on_mode TEXT NOT NULL,
      created TEXT NOT NULL,
      last_updated TEXT NOT NULL,
      settings TEXT NOT NULL
    );

    CREATE TABLE groups (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      type TEXT NOT NULL,
      name TEXT NOT NULL,
      name_key TEXT NOT NULL,
      app_id TEXT REFERENCES apps (id) ON DELETE CASCADE,
      external_id TEXT,
      created TEXT NOT NULL,
      last_updated TEXT NOT NULL,
      last_membership_updated TEXT NOT NULL,
      profile TEXT NOT NULL
    );
    CREATE UNIQUE INDEX groups_okta_name ON groups (name_key) WHERE app_id IS NULL;
    CREATE UNIQUE INDEX groups_external ON groups (app_id, external_id) WHERE app_id IS NOT NULL;
    CREATE INDEX groups_name ON groups (name_key);

    CREATE TABLE memberships (
      group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
      user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      PRIMARY KEY (group_id, user_id)
    ) WITHOUT ROWID;
    CREATE INDEX memberships_user ON memberships (user_id);

    CREATE TABLE app_users (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
      user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
      external_id TEXT,
      scope TEXT NOT NULL,
      status TEXT NOT NULL,
      import_state TEXT NOT NULL,
      created TEXT NOT NULL,
      last_updated TEXT NOT NULL,
      last_sync TEXT,
      profile TEXT NOT NULL
    );
    CREATE UNIQUE INDEX app_users_external ON app_users (app_id, external_id) WHERE external_id IS NOT NULL;
    CREATE UNIQUE INDEX app_users_user ON app_users (user_id, app_id) WHERE user_id IS NOT NULL;

    CREATE TABLE app_groups (
      app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
      group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
      PRIMARY KEY (app_id, group_id)
    ) WITHOUT ROWID;

    CREATE TABLE roles (id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
      permissions TEXT NOT NULL, created TEXT NOT NULL);
    CREATE TABLE resource_sets (id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
      resources TEXT NOT NULL, created TEXT NOT NULL);
    CREATE TABLE role_assignments (
      id TEXT PRIMARY KEY,
      user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      role TEXT NOT NULL,
      resource_set_id TEXT REFERENCES resource_sets (id) ON DELETE CASCADE
    );
    CREATE UNIQUE INDEX role_assignments_once ON role_assignments (user_id, role, IFNULL(resource_set_id, ''));

    CREATE TABLE api_tokens (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      hash TEXT NOT NULL UNIQUE,
      user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      created TEXT NOT NULL
    );
    `,
    `ALTER TABLE role_assignments ADD COLUMN created TEXT NOT NULL DEFAULT '1970-01-01T00:00:00.000Z';`,
    // As `search-dialects.ts` and `users-beginning-with.ts` write them: an index on an expression is found by its text.
    `CREATE INDEX users_first_name ON users (lower(json_extract(profile, '$.firstName')));
     CREATE INDEX users_last_name ON users (lower(json_extract(profile, '$.lastName')));`,
  ],
};
