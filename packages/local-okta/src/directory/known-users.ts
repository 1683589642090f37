import type { Store } from '../store/store.ts';
import type { ChangeFeed } from './changes.ts';
import { keyOf, type User } from './user.ts';

const MOST = 1_000;

/**
 * Who was looked up lately: the search, the bind and the groups of one sign-in ask five times for the same person. Whoever
 * is changed is forgotten before the change is committed, and within a transaction everybody is read from the database.
 */
export function createKnownUsers(store: Store, changes: ChangeFeed) {
  const byId = new Map<string, User>();
  const idByLogin = new Map<string, string>();
  changes.onNote((change) => {
    if (change.kind === 'user') byId.delete(change.id);
    else if (change.kind === 'reset') byId.clear();
  });
  const get = (id: string): User | undefined => (store.inTransaction ? undefined : byId.get(id));

  return {
    get,
    byLogin(key: string): User | undefined {
      const user = get(idByLogin.get(key) ?? '');
      return user !== undefined && keyOf(user.profile.login) === key ? user : undefined;
    },
    /** @returns the same */
    keep(user: User): User {
      if (store.inTransaction) return user;
      if (idByLogin.size >= MOST) {
        byId.clear();
        idByLogin.clear();
      }
      byId.set(user.id, user);
      idByLogin.set(keyOf(user.profile.login), user.id);
      return user;
    },
  };
}
