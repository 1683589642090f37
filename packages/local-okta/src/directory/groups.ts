import { type Clock, timestamp } from '../clock.ts';
import { ID_PREFIX, newId } from '../ids.ts';
import { allOf, type SqlCondition } from '../store/sql-condition.ts';
import type { Store } from '../store/store.ts';
import type { ChangeFeed } from './changes.ts';
import { DirectoryError, nameTaken, notFound } from './directory-error.ts';
import { type Group, type GroupRow, type GroupType, groupOf, type StoredProfile } from './group.ts';
import { createMemberships, type Memberships } from './memberships.ts';
import { type Page, type PageRequest, pageOf } from './page.ts';
import { textProblem } from './profile.ts';
import { keyOf } from './user.ts';

export type { Group, GroupType } from './group.ts';

export interface NewGroup {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly source?: { readonly appId: string; readonly externalId: string } | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

const EVERYONE = 'Everyone';

export interface Groups extends Memberships {
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
}

function checkName(name: string): void {
  const problem = name === '' ? 'The field cannot be left blank' : textProblem(name, 255);
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

  function mustHaveRows(groupId: string): Group {
    const group = must(groupId);
    if (group.type === 'BUILT_IN') throw new DirectoryError('built-in-group', 'Everyone cannot be changed.');
    return group;
  }

  function assertNameFree(name: string, id?: string): void {
    const other = findByName(name);
    if (other !== undefined && other.id !== id) throw nameTaken('name');
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

  return {
    ...createMemberships({ store, clock, changes, groups: { get, must, mustHaveRows, everyone } }),
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
  };
}
