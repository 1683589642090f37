import type { SchemaModule } from '../store/migrations.ts';

/** Tokens and device codes are kept as hashes: whoever reads the file can pose as no agent. */
export const agentsSchema: SchemaModule = {
  name: 'agents',
  migrations: [
    `
    CREATE TABLE ldap_agents (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      version TEXT NOT NULL,
      root TEXT NOT NULL,
      token_hash TEXT NOT NULL UNIQUE,
      approved_by TEXT NOT NULL,
      registered TEXT NOT NULL,
      last_seen INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE ldap_agent_codes (
      device_hash TEXT PRIMARY KEY,
      user_code TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      version TEXT NOT NULL,
      root TEXT NOT NULL,
      expires INTEGER NOT NULL,
      state TEXT NOT NULL,
      decided_by TEXT
    );
    `,
  ],
};
