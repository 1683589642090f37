import type { SchemaModule } from '../store/migrations.ts';

export const inlineHooksSchema: SchemaModule = {
  name: 'inline-hooks',
  migrations: [
    `
    CREATE TABLE inline_hooks (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      status TEXT NOT NULL,
      created TEXT NOT NULL,
      last_updated TEXT NOT NULL,
      channel TEXT NOT NULL
    );
    `,
  ],
};
