import { keyOf } from '../directory/user.ts';
import type { Store } from '../store/store.ts';
import type { MatchKind } from './directory-records.ts';

export interface Match {
  readonly kind: MatchKind;
  /** The Okta user that is meant; for `none` there is none. */
  readonly userId: string | null;
}

/** Says who in Okta imported people may be, in their order. */
export type Matcher = (profiles: readonly Readonly<Record<string, string>>[]) => readonly Match[];

const FEW = 100;

const NOBODY: Match = { kind: 'none', userId: null };

/**
 * Exact: the same username, or the same e-mail address where that is one user. Partial: the same first and last name.
 * Okta users that belong to another entry of the directory are not considered, unless it is gone: who was deleted there and
 * made again has another id, and is the same person.
 * Source: Okta help, "Match imported user attributes".
 */
export function createMatcher(store: Store): Matcher {
  let byName: Map<string, string> | undefined;

  /** Whether reading all users is less work than looking for each one of a page: so before the first import. */
  function areFew(): boolean {
    const found = store.get<{ n: number }>('SELECT count(*) AS n FROM (SELECT 1 FROM users LIMIT ?)', [FEW + 1]);
    return (found?.n ?? 0) <= FEW;
  }

  /** Free users by username or e-mail address, those with these `keys` at least; null where several have it. */
  function free(
    column: 'login_key' | 'email_key',
    keys: readonly string[] | 'all',
  ): ReadonlyMap<string, string | null> {
    const [which, parameters] =
      keys === 'all' ? ['TRUE', []] : [`${column} IN (SELECT value FROM json_each(?))`, [JSON.stringify(keys)]];
    const rows = store.all<{ key: string; id: string }>(
      `SELECT ${column} AS key, id FROM users WHERE ${which}
         AND NOT EXISTS (SELECT 1 FROM directory_users WHERE directory_users.user_id = users.id AND removed = 0)`,
      parameters,
    );
    const found = new Map<string, string | null>();
    for (const { key, id } of rows) found.set(key, found.has(key) ? null : id);
    return found;
  }

  /** Names of the users that no entry has yet: few, or all of them before the first import. */
  function names(): Map<string, string> {
    if (byName !== undefined) return byName;
    byName = new Map();
    const rows = store.all<{ id: string; first: string | null; last: string | null }>(
      `SELECT id, json_extract(profile, '$.firstName') AS first, json_extract(profile, '$.lastName') AS last FROM users
       WHERE id NOT IN (SELECT user_id FROM directory_users WHERE user_id IS NOT NULL AND removed = 0)`,
    );
    for (const { id, first, last } of rows) if (first !== null && last !== null) byName.set(nameKey(first, last), id);
    return byName;
  }

  return (profiles) => {
    if (profiles.length === 0) return [];
    const few = areFew();
    const byLogin = free('login_key', few ? 'all' : profiles.map(({ login = '' }) => keyOf(login)));
    const byEmail = free('email_key', few ? 'all' : profiles.map(({ email = '' }) => keyOf(email)));
    return profiles.map(({ login = '', email = '', firstName = '', lastName = '' }) => {
      const exact = byLogin.get(keyOf(login)) ?? byEmail.get(keyOf(email));
      if (exact != null) return { kind: 'exact', userId: exact };
      const sameName = names().get(nameKey(firstName, lastName));
      return sameName === undefined ? NOBODY : { kind: 'partial', userId: sameName };
    });
  };
}

function nameKey(first: string, last: string): string {
  return `${keyOf(first)}\n${keyOf(last)}`;
}
