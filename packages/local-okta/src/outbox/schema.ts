import type { SchemaModule } from '../store/migrations.ts';

/** The mail that Okta would send. A link is here in clear, as it would be in a mailbox, until it is used or over. */
export const outboxSchema: SchemaModule = {
  name: 'outbox',
  migrations: [
    `
    CREATE TABLE outbox (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      kind TEXT NOT NULL,
      recipient TEXT NOT NULL,
      token TEXT UNIQUE,
      created TEXT NOT NULL,
      expires TEXT NOT NULL,
      used TEXT
    );
    CREATE INDEX outbox_user ON outbox (user_id);
    `,
  ],
};
