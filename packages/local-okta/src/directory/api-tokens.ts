import { createHash } from 'node:crypto';
import { type Clock, timestamp } from '../clock.ts';
import { ID_PREFIX, newId, randomBase62 } from '../ids.ts';
import type { Store } from '../store/store.ts';

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  /** Who made it: what it does is done in this user's name and with their rights. */
  readonly userId: string;
  readonly created: string;
}

export interface ApiTokens {
  /** Makes a token. `value` is told this once; only its hash is kept. A given value that is known stays as it is. */
  create(options: { readonly name: string; readonly userId: string; readonly value?: string | undefined }): {
    readonly token: ApiToken;
    readonly value: string;
  };
  /** The token with this value, or undefined. */
  find(value: string): ApiToken | undefined;
  list(): readonly ApiToken[];
  revoke(id: string): void;
}

interface TokenRow {
  id: string;
  name: string;
  user_id: string;
  created: string;
}

function tokenOf(row: TokenRow): ApiToken {
  return { id: row.id, name: row.name, userId: row.user_id, created: row.created };
}

/** A token has 240 random bits: a plain hash is enough, and its lookup tells nothing about other tokens. */
function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

export function createApiTokens({ store, clock }: { readonly store: Store; readonly clock: Clock }): ApiTokens {
  function find(value: string): ApiToken | undefined {
    const row = store.get<TokenRow>('SELECT id, name, user_id, created FROM api_tokens WHERE hash = ?', [
      hashOf(value),
    ]);
    return row === undefined ? undefined : tokenOf(row);
  }

  return {
    create({ name, userId, value = `00${randomBase62(40)}` }) {
      const known = find(value);
      if (known !== undefined) return { token: known, value };
      const token: ApiToken = { id: newId(ID_PREFIX.apiToken), name, userId, created: timestamp(clock) };
      store.run('INSERT INTO api_tokens (id, name, hash, user_id, created) VALUES (?, ?, ?, ?, ?)', [
        token.id,
        name,
        hashOf(value),
        userId,
        token.created,
      ]);
      return { token, value };
    },
    find,
    list: () => store.all<TokenRow>('SELECT id, name, user_id, created FROM api_tokens ORDER BY created').map(tokenOf),
    revoke(id) {
      store.run('DELETE FROM api_tokens WHERE id = ?', [id]);
    },
  };
}
