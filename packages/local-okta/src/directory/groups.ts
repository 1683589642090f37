import { type Clock, timestamp } from '../clock.ts';
import { ID_PREFIX, newId } from '../ids.ts';
import { allOf, type SqlCondition } from '../store/sql-condition.ts';
import type { Store } from '../store/store.ts';
import type { ChangeFeed } from './changes.ts';
import { DirectoryError, nameTaken, notFound } from './directory-error.ts';
import { type Page, type PageRequest, pageOf } from './page.ts';
import { keyOf, type User } from './user.ts';
import { selectUsers } from './user-rows.ts';

/** OKTA_GROUP: made here. APP_GROUP: brought by an app (the LDAP integration), read-only. BUILT_IN: Everyone. */
export type GroupType = 'OKTA_GROUP' | 'APP_GROUP' | 'BUILT_IN';

export interface Group {
  readonly id: string;
  readonly type: GroupType;
  readonly name: string;
  readonly description: string | null;
  /** The app that brought it: set for an APP_GROUP. */
  readonly appId: string | null;
  /** Its unique id in that app: `entryUUID` of the LDAP group. */
  readonly externalId: string | null;
  readonly created: string;
  readonly lastUpdated: string;
  readonly lastMembershipUpdated: string;
  /** Further attributes, such as an app group's `dn`. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface NewGroup {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly source?: { readonly appId: string; readonly externalId: string } | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

export const EVERYONE = 'Everyone';

export interface Groups {
  /** An OKTA_GROUP, or with `source` an APP_GROUP. @throws DirectoryError `invalid`, `name-taken` */
  create(group: NewGroup): Group;
  get(id: string): Group | undefined;
  /** Okta's own groups (not app groups) by name, whatever its case. */
  findByName(name: string): Group | undefined;
  findByExternalId(appId: string, externalId: string): Group | undefined;
  everyone(): Group;
  list(page: PageRequest): Page<Group>;
  count(where?: SqlCondition): number;
  update(id: string, change: Pick<NewGroup, 'name' | 'description' | 'attributes'>): Group;
  /** @throws DirectoryError `built-in-group` */
  remove(id: string): void;
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
  /** Ids of all members at once: an index or an LDAP entry needs no more. */
  memberIds(groupId: string): readonly string[];
  /** False for who or what does not exist. */
  hasMember(groupId: string, userId: string): boolean;
  /** The user's groups, Everyone first. */
  ofUser(userId: string): readonly Group[];
}

const MEMBERS_AT_ONCE = 500;

interface GroupRow {
  seq: number;
  id: string;
  type: string;
  name: string;
  app_id: string | null;
  external_id: string | null;
  created: string;
  last_updated: string;
  last_membership_updated: string;
  profile: string;
}

interface StoredProfile {
  readonly description: string | null;
  readonly attributes: Readonly<Record<string, string>>;
}

function groupOf(row: GroupRow): Group {
  const profile = JSON.parse(row.profile) as StoredProfile; // written below
  return {
    id: row.id,
    type: row.type as GroupType, // only this file writes the column
    name: row.name,
    description: profile.description,
    appId: row.app_id,
    externalId: row.external_id,
    created: row.created,
    lastUpdated: row.last_updated,
    lastMembershipUpdated: row.last_membership_updated,
    attributes: profile.attributes,
  };
}

function checkName(name: string): void {
  const problem =
    name === ''
      ? 'The field cannot be left blank'
      : [...name].length > 255
        ? 'String cannot be longer than 255 characters'
        : /[\p{Cc}\p{Cs}]/u.test(name)
          ? 'The value has characters that are not allowed'
          : undefined;
  if (problem !== undefined) throw new DirectoryError('invalid', 'Invalid group name.', [{ field: 'name', problem }]);
}

export interface GroupsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly changes: ChangeFeed;
}

export function createGroups({ store, clock, changes }: GroupsOptions): Groups {
  function one(sql: string, parameters: readonly string[]): Group | undefined {
    if (parameters.some((value) => value.includes('\0'))) return undefined;
    const row = store.get<GroupRow>(sql, parameters);
    return row === undefined ? undefined : groupOf(row);
  }

  const get = (id: string): Group | undefined => one('SELECT * FROM groups WHERE id = ?', [id]);
  const findByName = (name: string): Group | undefined =>
    one('SELECT * FROM groups WHERE name_key = ? AND app_id IS NULL', [keyOf(name)]);

  function must(id: string): Group {
    const group = get(id);
    if (group === undefined) throw notFound('UserGroup', id);
    return group;
  }

  /** Everyone's members are all users, always: it has no rows of its own that could be out of step. */
  function mustHaveRows(groupId: string): Group {
    const group = must(groupId);
    if (group.type === 'BUILT_IN') throw new DirectoryError('built-in-group', 'Everyone cannot be changed.');
    return group;
  }

  function assertNameFree(name: string, id?: string): void {
    const other = findByName(name);
    if (other !== undefined && other.id !== id) throw nameTaken('name');
  }

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

  function insert(type: GroupType, { name, description = null, source, attributes = {} }: NewGroup): Group {
    checkName(name);
    return store.transaction(() => {
      if (source === undefined) assertNameFree(name);
      else if (one('SELECT * FROM groups WHERE app_id = ? AND external_id = ?', [source.appId, source.externalId])) {
        throw nameTaken('externalId');
      }
      const id = newId(ID_PREFIX.group);
      const now = timestamp(clock);
      store.run(
        `INSERT INTO groups (id, type, name, name_key, app_id, external_id, created, last_updated,
           last_membership_updated, profile) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          id,
          type,
          name,
          keyOf(name),
          source?.appId,
          source?.externalId,
          now,
          now,
          now,
          JSON.stringify({ description, attributes } satisfies StoredProfile),
        ],
      );
      changes.note({ kind: 'group', id, change: 'created' });
      return must(id);
    });
  }

  /** Nobody can change it: read once. */
  let everybody: Group | undefined;
  changes.subscribe((noted) => {
    if (noted.some(({ kind }) => kind === 'reset')) everybody = undefined;
  });

  function everyone(): Group {
    everybody ??= findByName(EVERYONE);
    return everybody ?? insert('BUILT_IN', { name: EVERYONE, description: 'All users in your organization' });
  }

  function memberIds(groupId: string): readonly string[] {
    const all = must(groupId).type === 'BUILT_IN';
    const rows = all
      ? store.all<{ id: string }>('SELECT id FROM users ORDER BY seq')
      : store.all<{ id: string }>('SELECT user_id AS id FROM memberships WHERE group_id = ?', [groupId]);
    return rows.map(({ id }) => id);
  }

  return {
    create: (group) => insert(group.source === undefined ? 'OKTA_GROUP' : 'APP_GROUP', group),
    get,
    findByName,
    findByExternalId: (appId, externalId) =>
      one('SELECT * FROM groups WHERE app_id = ? AND external_id = ?', [appId, externalId]),
    everyone,
    list({ where = allOf([]), after = 0, limit }) {
      const rows = store.all<GroupRow>(`SELECT * FROM groups WHERE seq > ? AND (${where.sql}) ORDER BY seq LIMIT ?`, [
        after,
        ...where.parameters,
        limit + 1,
      ]);
      return pageOf(rows, limit, groupOf);
    },
    count: (where = allOf([])) =>
      store.get<{ n: number }>(`SELECT count(*) AS n FROM groups WHERE ${where.sql}`, where.parameters)?.n ?? 0,
    update(id, { name, description = null, attributes = {} }) {
      checkName(name);
      return store.transaction(() => {
        const group = mustHaveRows(id);
        if (group.type === 'OKTA_GROUP') assertNameFree(name, id);
        store.run('UPDATE groups SET name = ?, name_key = ?, profile = ?, last_updated = ? WHERE id = ?', [
          name,
          keyOf(name),
          JSON.stringify({ description, attributes } satisfies StoredProfile),
          timestamp(clock),
          id,
        ]);
        changes.note({ kind: 'group', id, change: 'updated' });
        return must(id);
      });
    },
    remove(id) {
      store.transaction(() => {
        mustHaveRows(id);
        store.run('DELETE FROM groups WHERE id = ?', [id]);
        changes.note({ kind: 'group', id, change: 'deleted' });
      });
    },
    addMember(groupId, userId) {
      return store.transaction(() => {
        mustHaveRows(groupId);
        if (store.get('SELECT 1 FROM users WHERE id = ?', [userId]) === undefined) throw notFound('User', userId);
        const added = add(groupId, userId);
        if (added) touchMembership(groupId);
        return added;
      });
    },
    removeMember(groupId, userId) {
      return store.transaction(() => {
        mustHaveRows(groupId);
        const removed = drop(groupId, userId);
        if (removed) touchMembership(groupId);
        return removed;
      });
    },
    *setMembers(groupId, userIds) {
      mustHaveRows(groupId);
      const wanted = new Set(userIds);
      const present = new Set(memberIds(groupId));
      const different = [
        ...[...wanted].filter((id) => !present.has(id)),
        ...[...present].filter((id) => !wanted.has(id)),
      ];
      for (let at = 0; at < different.length; at += MEMBERS_AT_ONCE) {
        store.transaction(() => {
          // Another request may have deleted it meanwhile.
          if (get(groupId) === undefined) return;
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
      const all = must(groupId).type === 'BUILT_IN';
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
        must(groupId).type === 'BUILT_IN'
          ? store.get<{ n: number }>('SELECT count(*) AS n FROM users')
          : store.get<{ n: number }>('SELECT count(*) AS n FROM memberships WHERE group_id = ?', [groupId]);
      return row?.n ?? 0;
    },
    memberIds,
    hasMember(groupId, userId) {
      const member = store.get('SELECT 1 FROM memberships WHERE group_id = ? AND user_id = ?', [groupId, userId]);
      if (member !== undefined) return true;
      return get(groupId)?.type === 'BUILT_IN' && store.get('SELECT 1 FROM users WHERE id = ?', [userId]) !== undefined;
    },
    ofUser(userId) {
      const rows = store.all<GroupRow>(
        `SELECT groups.* FROM memberships JOIN groups ON groups.id = memberships.group_id
         WHERE memberships.user_id = ? ORDER BY groups.seq`,
        [userId],
      );
      return [everyone(), ...rows.map(groupOf)];
    },
  };
}
