import { type Clock, timestamp } from '../clock.ts';
import type { Store } from '../store/store.ts';
import type { ChangeFeed } from './changes.ts';
import { notFound } from './directory-error.ts';
import { type Group, type GroupRow, groupOf } from './group.ts';
import type { Page, PageRequest } from './page.ts';
import type { User } from './user.ts';
import { selectUsers } from './user-rows.ts';

/** Who is in which group. Everyone's members are all users, always: it has no rows of its own that could be out of step. */
export interface Memberships {
  /** @returns false when nothing changed. @throws DirectoryError `not-found`, `built-in-group` */
  addMember(groupId: string, userId: string): boolean;
  removeMember(groupId: string, userId: string): boolean;
  /**
   * Makes `userIds` the members, changing only what differs; ids without a user are left out. Each step is a transaction:
   * a hundred thousand members at once would keep everybody else waiting.
   */
  setMembers(groupId: string, userIds: Iterable<string>): Iterable<void>;
  /** Members in the order in which the users were made; of Everyone: all users. */
  members(groupId: string, page: PageRequest): Page<User>;
  countMembers(groupId: string): number;
  /** Usernames of all members, some thousand at a time, as an index has them; `seq` is the order in which users were made. */
  memberLogins(groupId: string): Generator<readonly { readonly seq: number; readonly login: string }[]>;
  /** Ids of all members at once: an index needs no more. */
  memberIds(groupId: string): readonly string[];
  /** False for who or what does not exist. */
  hasMember(groupId: string, userId: string): boolean;
  /** The user's groups, Everyone first. */
  ofUser(userId: string): readonly Group[];
}

const MEMBERS_AT_ONCE = 500;
const LOGINS_AT_ONCE = 2_000;

export interface MembershipsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly changes: ChangeFeed;
  readonly groups: {
    get(id: string): Group | undefined;
    must(id: string): Group;
    /** @throws DirectoryError `built-in-group` for Everyone */
    mustHaveRows(id: string): Group;
    everyone(): Group;
  };
}

export function createMemberships({ store, clock, changes, groups }: MembershipsOptions): Memberships {
  function touchMembership(groupId: string): void {
    store.run('UPDATE groups SET last_membership_updated = ? WHERE id = ?', [timestamp(clock), groupId]);
  }

  function add(groupId: string, userId: string): boolean {
    const added = store.run('INSERT OR IGNORE INTO memberships (group_id, user_id) VALUES (?, ?)', [groupId, userId]);
    if (added > 0) changes.note({ kind: 'membership', groupId, userId, change: 'added' });
    return added > 0;
  }

  function drop(groupId: string, userId: string): boolean {
    const removed = store.run('DELETE FROM memberships WHERE group_id = ? AND user_id = ?', [groupId, userId]);
    if (removed > 0) changes.note({ kind: 'membership', groupId, userId, change: 'removed' });
    return removed > 0;
  }

  function memberIds(groupId: string): readonly string[] {
    const all = groups.must(groupId).type === 'BUILT_IN';
    const rows = all
      ? store.all<{ id: string }>('SELECT id FROM users ORDER BY seq')
      : store.all<{ id: string }>('SELECT user_id AS id FROM memberships WHERE group_id = ?', [groupId]);
    return rows.map(({ id }) => id);
  }

  return {
    addMember(groupId, userId) {
      return store.transaction(() => {
        groups.mustHaveRows(groupId);
        if (store.get('SELECT 1 FROM users WHERE id = ?', [userId]) === undefined) throw notFound('User', userId);
        const added = add(groupId, userId);
        if (added) touchMembership(groupId);
        return added;
      });
    },
    removeMember(groupId, userId) {
      return store.transaction(() => {
        groups.mustHaveRows(groupId);
        const removed = drop(groupId, userId);
        if (removed) touchMembership(groupId);
        return removed;
      });
    },
    *setMembers(groupId, userIds) {
      groups.mustHaveRows(groupId);
      const wanted = new Set(userIds);
      const present = new Set(memberIds(groupId));
      const different = [
        ...[...wanted].filter((id) => !present.has(id)),
        ...[...present].filter((id) => !wanted.has(id)),
      ];
      for (let at = 0; at < different.length; at += MEMBERS_AT_ONCE) {
        store.transaction(() => {
          // Another request may have deleted it meanwhile.
          if (groups.get(groupId) === undefined) return;
          const changed = different.slice(at, at + MEMBERS_AT_ONCE).filter((id) => {
            if (!wanted.has(id)) return drop(groupId, id);
            return store.get('SELECT 1 FROM users WHERE id = ?', [id]) !== undefined && add(groupId, id);
          });
          if (changed.length > 0) touchMembership(groupId);
        });
        yield;
      }
    },
    members(groupId, { after = 0, limit }) {
      const all = groups.must(groupId).type === 'BUILT_IN';
      return all
        ? selectUsers(store, 'users WHERE users.seq > ?', [after], limit)
        : selectUsers(
            store,
            `memberships JOIN users ON users.id = memberships.user_id
             WHERE memberships.group_id = ? AND users.seq > ?`,
            [groupId, after],
            limit,
          );
    },
    countMembers(groupId) {
      const row =
        groups.must(groupId).type === 'BUILT_IN'
          ? store.get<{ n: number }>('SELECT count(*) AS n FROM users')
          : store.get<{ n: number }>('SELECT count(*) AS n FROM memberships WHERE group_id = ?', [groupId]);
      return row?.n ?? 0;
    },
    *memberLogins(groupId) {
      // Not in the order in which they were made: that would look at all of them for each page.
      const [from, key] =
        groups.must(groupId).type === 'BUILT_IN'
          ? ['users WHERE users.seq > ?2', 'users.seq']
          : [
              'memberships JOIN users ON users.id = memberships.user_id WHERE group_id = ?1 AND user_id > ?2',
              'memberships.user_id',
            ];
      for (let after: string | number = key === 'users.seq' ? 0 : ''; ; ) {
        const row = store.get<{ list: string }>(
          `SELECT json_group_array(json_array(key, seq, login)) AS list FROM (
             SELECT ${key} AS key, users.seq, json_extract(profile, '$.login') AS login FROM ${from} ORDER BY ${key} LIMIT ?3)`,
          [groupId, after, LOGINS_AT_ONCE],
        );
        const list = JSON.parse(row?.list ?? '[]') as [string | number, number, string][]; // as selected above
        const last = list.at(-1);
        if (last === undefined) return;
        yield list.map(([, seq, login]) => ({ seq, login }));
        after = last[0];
      }
    },
    memberIds,
    hasMember(groupId, userId) {
      const member = store.get('SELECT 1 FROM memberships WHERE group_id = ? AND user_id = ?', [groupId, userId]);
      if (member !== undefined) return true;
      return (
        groups.get(groupId)?.type === 'BUILT_IN' &&
        store.get('SELECT 1 FROM users WHERE id = ?', [userId]) !== undefined
      );
    },
    ofUser(userId) {
      const rows = store.all<GroupRow>(
        `SELECT groups.* FROM memberships JOIN groups ON groups.id = memberships.group_id
         WHERE memberships.user_id = ? ORDER BY groups.seq`,
        [userId],
      );
      return [groups.everyone(), ...rows.map(groupOf)];
    },
  };
}
