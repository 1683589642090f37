import type { SchemaModule } from '../store/migrations.ts';

/** What oidc-provider keeps between two requests, the access tokens that are good, and the signing keys. */
export const oidcSchema: SchemaModule = {
  name: 'oidc',
  migrations: [
    `
    CREATE TABLE oidc_artifacts (
      server TEXT NOT NULL,
      model TEXT NOT NULL,
      id TEXT NOT NULL,
      payload TEXT NOT NULL,
      grant_id TEXT,
      uid TEXT,
      user_code TEXT,
      consumed INTEGER,
      expires INTEGER,
      PRIMARY KEY (server, model, id)
    ) WITHOUT ROWID;
    CREATE INDEX oidc_artifacts_grant ON oidc_artifacts (grant_id) WHERE grant_id IS NOT NULL;
    CREATE INDEX oidc_artifacts_uid ON oidc_artifacts (uid) WHERE uid IS NOT NULL;
    CREATE INDEX oidc_artifacts_user_code ON oidc_artifacts (user_code) WHERE user_code IS NOT NULL;
    CREATE INDEX oidc_artifacts_expires ON oidc_artifacts (expires) WHERE expires IS NOT NULL;

    CREATE TABLE oidc_keys (kid TEXT PRIMARY KEY, jwk TEXT NOT NULL, created TEXT NOT NULL, position INTEGER NOT NULL);
    CREATE TABLE oidc_cookie_keys (value TEXT PRIMARY KEY);
    CREATE TABLE oidc_revoked (jti TEXT PRIMARY KEY, expires INTEGER NOT NULL);
    `,
    'DROP TABLE oidc_revoked;',
  ],
};
