import { keyOf } from '../directory/user.ts';
import type { Users } from '../directory/users.ts';
import type { Store } from '../store/store.ts';
import type { MatchKind } from './directory-records.ts';

export interface Match {
  readonly kind: MatchKind;
  /** The Okta user that is meant; for `none` there is none. */
  readonly userId: string | null;
}

/** Says who in Okta an imported person may be. */
export type Matcher = (profile: Readonly<Record<string, string>>) => Match;

const NOBODY: Match = { kind: 'none', userId: null };

/**
 * Exact: the same username, or the same e-mail address where that is one user. Partial: the same first and last name.
 * Okta users that belong to another entry of the directory are not considered.
 * Source: Okta help, "Match imported user attributes".
 */
export function createMatcher(store: Store, users: Users): Matcher {
  let byName: Map<string, string> | undefined;

  const isFree = (userId: string): boolean =>
    store.get('SELECT 1 FROM directory_users WHERE user_id = ?', [userId]) === undefined;

  /** Names of the users that no entry has yet: few, or all of them before the first import. */
  function names(): Map<string, string> {
    if (byName !== undefined) return byName;
    byName = new Map();
    const rows = store.all<{ id: string; first: string | null; last: string | null }>(
      `SELECT id, json_extract(profile, '$.firstName') AS first, json_extract(profile, '$.lastName') AS last FROM users
       WHERE id NOT IN (SELECT user_id FROM directory_users WHERE user_id IS NOT NULL)`,
    );
    for (const { id, first, last } of rows) if (first !== null && last !== null) byName.set(nameKey(first, last), id);
    return byName;
  }

  return (profile) => {
    const { login = '', email = '', firstName = '', lastName = '' } = profile;
    const sameLogin = users.findByLogin(login);
    if (sameLogin !== undefined && isFree(sameLogin.id)) return { kind: 'exact', userId: sameLogin.id };
    const [sameEmail, another] = users.findByEmail(email);
    if (sameEmail !== undefined && another === undefined && isFree(sameEmail.id)) {
      return { kind: 'exact', userId: sameEmail.id };
    }
    const sameName = names().get(nameKey(firstName, lastName));
    return sameName === undefined ? NOBODY : { kind: 'partial', userId: sameName };
  };
}

function nameKey(first: string, last: string): string {
  return `${keyOf(first)}\n${keyOf(last)}`;
}
