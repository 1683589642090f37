import { type Clock, timestamp } from '../clock.ts';
import type { SqlValue, Store } from '../store/store.ts';
import type { ChangeFeed } from './changes.ts';
import { notFound } from './directory-error.ts';
import { createKnownUsers } from './known-users.ts';
import { keyOf, type Provider, type User, type UserStatus } from './user.ts';
import { selectUser, selectUsers } from './user-rows.ts';

export interface UserTableOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly changes: ChangeFeed;
}

/** The rows of `users`: how one is found, and changed so that everybody hears of it. */
export function createUserTable({ store, clock, changes }: UserTableOptions) {
  const known = createKnownUsers(store, changes);

  function readOne(column: 'id' | 'login_key', value: string): User | undefined {
    if (value.includes('\0')) return undefined;
    const user = selectUser(store, `WHERE ${column} = ?`, [value]);
    return user && known.keep(user);
  }

  const read = (id: string): User | undefined => known.get(id) ?? readOne('id', id);

  function findByLogin(login: string): User | undefined {
    const key = keyOf(login);
    return known.byLogin(key) ?? readOne('login_key', key);
  }

  function must(id: string): User {
    const user = read(id);
    if (user === undefined) throw notFound('User', id);
    return user;
  }

  function findBy(column: 'short_key' | 'email_key', name: string): readonly User[] {
    return name.includes('\0') ? [] : selectUsers(store, `users WHERE ${column} = ?`, [keyOf(name)]).items;
  }

  function write(id: string, set: Readonly<Record<string, SqlValue>>, touch = true): User {
    const columns = { ...set, ...(touch ? { last_updated: timestamp(clock) } : {}) };
    const names = Object.keys(columns);
    store.run(`UPDATE users SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`, [
      ...Object.values(columns),
      id,
    ]);
    changes.note({ kind: 'user', id, change: 'updated' });
    return must(id);
  }

  /** What a change of status sets. */
  function statusColumns(status: UserStatus, before: User): Record<string, SqlValue> {
    if (status === before.status) return {};
    const now = timestamp(clock);
    const activated = before.activated === null && (status === 'ACTIVE' || status === 'PROVISIONED');
    return { status, status_changed: now, ...(activated ? { activated: now } : {}) };
  }

  return { read, must, findByLogin, findBy, keep: known.keep, write, statusColumns };
}

export type UserTable = ReturnType<typeof createUserTable>;

export function providerColumns(provider: Provider): Record<'provider_type' | 'provider_name', string> {
  return { provider_type: provider.type, provider_name: provider.name };
}
