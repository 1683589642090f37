import type { SqlValue, Store } from '../store/store.ts';
import type { Page } from './page.ts';
import { type StoredUser, USER_JSON, type User, userOf } from './user.ts';

/** @param where `WHERE …` that one user at most fulfils */
export function selectUser(store: Store, where: string, parameters: readonly SqlValue[]): User | undefined {
  const row = store.get<{ user: string }>(`SELECT ${USER_JSON} AS user FROM users ${where}`, parameters);
  // As selected above; only this package writes the columns.
  return row === undefined ? undefined : userOf(JSON.parse(row.user) as StoredUser);
}

/**
 * Users in the order in which they were made. In one row: row by row, the driver takes longer than the database.
 * @param from `users …` or a join with it, without ORDER and LIMIT
 */
export function selectUsers(
  store: Store,
  from: string,
  parameters: readonly SqlValue[] = [],
  limit = Number.MAX_SAFE_INTEGER,
): Page<User> {
  const row = store.get<{ list: string }>(
    `SELECT json_group_array(json_array(users.seq, ${USER_JSON})) AS list
     FROM (SELECT users.* FROM ${from} ORDER BY users.seq LIMIT ?) AS users`,
    [...parameters, limit + 1],
  );
  const list = JSON.parse(row?.list ?? '[]') as [number, StoredUser][]; // as above
  return {
    items: list.slice(0, limit).map(([, stored]) => userOf(stored)),
    next: list.length > limit ? list[limit - 1]?.[0] : undefined,
  };
}
