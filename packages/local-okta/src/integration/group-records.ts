import type { Groups } from '../directory/groups.ts';
import type { Store } from '../store/store.ts';
import type { MappedGroup } from './mapping.ts';

export interface GroupRecord {
  readonly externalId: string;
  readonly groupId: string;
  readonly hash: string;
  readonly seenRun: number;
}

/** The directory's groups and their members as read; memberships in Okta follow from them. */
export interface GroupRecords {
  find(externalId: string): GroupRecord | undefined;
  save(group: MappedGroup, groupId: string, run: number): void;
  touch(externalId: string, run: number): void;
  unseen(run: number): readonly GroupRecord[];
  remove(externalId: string): void;
  /** Groups, and groups around them, whose members have these keys must be worked out again. */
  markDirtyByMembers(memberKeys: readonly string[]): void;
  /** The same for groups that name these entries by `uid`. */
  markDirtyByUids(externalIds: readonly string[]): void;
  /** Brings the memberships of all dirty groups up to date, step by step: whoever waits between two loses nothing. */
  sync(): Iterable<void>;
  /** Members of a group that are neither a known user nor a known group: some, and how many there are beside them. */
  strangers(externalId: string, limit: number): { readonly named: readonly string[]; readonly more: number };
}

export function createGroupRecords(store: Store, groups: Groups): GroupRecords {
  interface Row {
    external_id: string;
    group_id: string;
    hash: string;
    seen_run: number;
  }
  /** Of the last work on a group, which is `dirty` by this number until it is done. 1 is: nobody works on it. */
  let round = 1;
  const recordOf = (row: Row): GroupRecord => ({
    externalId: row.external_id,
    groupId: row.group_id,
    hash: row.hash,
    seenRun: row.seen_run,
  });

  function markDirtyByMembers(memberKeys: readonly string[]): void {
    if (memberKeys.length === 0) return;
    store.run(
      `WITH RECURSIVE hit (id) AS (
         SELECT group_external_id FROM directory_members WHERE member_key IN (SELECT value FROM json_each(?))
         UNION
         SELECT outer_member.group_external_id FROM hit
           JOIN directory_groups AS inner_group ON inner_group.external_id = hit.id
           JOIN directory_members AS outer_member ON outer_member.member_key = inner_group.dn_key
       )
       UPDATE directory_groups SET dirty = 1 WHERE external_id IN (SELECT id FROM hit)`,
      [JSON.stringify(memberKeys)],
    );
  }

  /** The confirmed users of a group and of the groups in it; UNION ends cycles. */
  function userIds(externalId: string): string[] {
    return store
      .all<{ id: string }>(
        `WITH RECURSIVE inside (id) AS (
           SELECT ?
           UNION
           SELECT inner_group.external_id FROM inside
             JOIN directory_members ON directory_members.group_external_id = inside.id
             JOIN directory_groups AS inner_group ON inner_group.dn_key = directory_members.member_key
         )
         SELECT directory_users.user_id AS id FROM inside
           JOIN directory_members ON directory_members.group_external_id = inside.id
           JOIN directory_users ON directory_users.dn_key = directory_members.member_key
           WHERE directory_users.user_id IS NOT NULL AND directory_users.removed = 0
         UNION
         SELECT max(directory_users.user_id) AS id FROM inside
           JOIN directory_members ON directory_members.group_external_id = inside.id
           JOIN directory_users ON directory_users.uid_key = directory_members.member_key
           WHERE directory_users.removed = 0
           GROUP BY directory_members.member_key HAVING count(DISTINCT directory_users.external_id) = 1`,
        [externalId],
      )
      .flatMap(({ id }) => id ?? []);
  }

  return {
    find(externalId) {
      const row = store.get<Row>('SELECT * FROM directory_groups WHERE external_id = ?', [externalId]);
      return row === undefined ? undefined : recordOf(row);
    },
    save(group, groupId, run) {
      store.run(
        `INSERT INTO directory_groups (external_id, dn, dn_key, hash, group_id, dirty, seen_run)
         VALUES (?, ?, ?, ?, ?, 1, ?)
         ON CONFLICT (external_id) DO UPDATE SET dn = excluded.dn, dn_key = excluded.dn_key, hash = excluded.hash,
           group_id = excluded.group_id, dirty = 1, seen_run = excluded.seen_run`,
        [group.externalId, group.dn, group.dnKey, group.hash, groupId, run],
      );
      store.run('DELETE FROM directory_members WHERE group_external_id = ?', [group.externalId]);
      store.run(
        'INSERT OR IGNORE INTO directory_members (group_external_id, member_key) SELECT ?, value FROM json_each(?)',
        [group.externalId, JSON.stringify([...group.members.keys()])],
      );
      markDirtyByMembers([group.dnKey]);
    },
    touch(externalId, run) {
      store.run('UPDATE directory_groups SET seen_run = ? WHERE external_id = ?', [run, externalId]);
    },
    unseen: (run) => store.all<Row>('SELECT * FROM directory_groups WHERE seen_run <> ?', [run]).map(recordOf),
    remove(externalId) {
      const row = store.get<{ dn_key: string }>('SELECT dn_key FROM directory_groups WHERE external_id = ?', [
        externalId,
      ]);
      if (row !== undefined) markDirtyByMembers([row.dn_key]);
      store.run('DELETE FROM directory_groups WHERE external_id = ?', [externalId]);
    },
    markDirtyByMembers,
    markDirtyByUids(externalIds) {
      const keys = store.all<{ uid_key: string }>(
        'SELECT uid_key FROM directory_users WHERE external_id IN (SELECT value FROM json_each(?))',
        [JSON.stringify(externalIds)],
      );
      markDirtyByMembers(keys.map(({ uid_key }) => uid_key));
    },
    *sync() {
      for (;;) {
        const row = store.get<Row>('SELECT * FROM directory_groups WHERE dirty <> 0 LIMIT 1');
        if (row === undefined) return;
        round += 1;
        const mine = [row.external_id, round];
        store.run('UPDATE directory_groups SET dirty = ?2 WHERE external_id = ?1', mine);
        const steps =
          groups.get(row.group_id) === undefined ? [] : groups.setMembers(row.group_id, userIds(row.external_id));
        for (const _ of steps) {
          yield;
          // Something has changed meanwhile, or somebody else works on it with what is true now.
          if (store.get('SELECT 1 FROM directory_groups WHERE external_id = ?1 AND dirty = ?2', mine) === undefined)
            break;
        }
        store.run('UPDATE directory_groups SET dirty = 0 WHERE external_id = ?1 AND dirty = ?2', mine);
        yield;
      }
    },
    strangers(externalId, limit) {
      const unknown = `FROM directory_members WHERE group_external_id = ?1
        AND NOT EXISTS (SELECT 1 FROM directory_users WHERE dn_key = member_key AND removed = 0)
        AND NOT EXISTS (SELECT 1 FROM directory_users WHERE uid_key = member_key AND removed = 0)
        AND NOT EXISTS (SELECT 1 FROM directory_groups WHERE dn_key = member_key)`;
      const named = store
        .all<{ member_key: string }>(`SELECT member_key ${unknown} ORDER BY member_key LIMIT ?2`, [externalId, limit])
        .map(({ member_key }) => member_key);
      if (named.length < limit) return { named, more: 0 };
      const all = store.get<{ n: number }>(`SELECT count(*) AS n ${unknown}`, [externalId])?.n ?? 0;
      return { named, more: all - named.length };
    },
  };
}
