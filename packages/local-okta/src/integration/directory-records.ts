import { keyOf } from '../directory/user.ts';
import type { SqlValue, Store } from '../store/store.ts';
import { type MappedUser, uidKey } from './mapping.ts';

/** Whether an Okta user is the same person: by username or e-mail, by first and last name, or nobody is. */
export type MatchKind = 'exact' | 'partial' | 'none';

/** One person of the directory, as last read. */
export interface UserRecord {
  readonly externalId: string;
  readonly dn: string;
  readonly dnKey: string;
  readonly profile: Readonly<Record<string, string>>;
  /** `pending` waits for a person to confirm it. */
  readonly state: 'pending' | 'confirmed' | 'ignored';
  readonly match: MatchKind;
  readonly matchUserId: string | null;
  readonly userId: string | null;
  /** Why it could not be confirmed. */
  readonly problem: string | null;
  readonly disabled: boolean;
  readonly removed: boolean;
  readonly seenRun: number;
}

/** A new person with whom they may be in Okta. */
export interface StagedUser {
  readonly user: MappedUser;
  readonly match: MatchKind;
  readonly matchUserId: string | null;
}

/** As much of a record as tells whether an entry has changed. */
export interface LastRead {
  readonly dn: string;
  readonly uidKey: string;
  readonly profileText: string;
  readonly disabled: boolean;
  readonly removed: boolean;
  /** The Okta user could not be brought up to date: it is tried again. */
  readonly refused: boolean;
  readonly seenRun: number;
}

export interface DirectoryRecords {
  /** How those that are known were last time. */
  lastRead(externalIds: readonly string[]): ReadonlyMap<string, LastRead>;
  find(externalIds: readonly string[]): ReadonlyMap<string, UserRecord>;
  /** Who holds these Okta usernames already, by username in lower case. */
  holdersOfLogins(logins: readonly string[]): ReadonlyMap<string, { readonly externalId: string; readonly dn: string }>;
  ofUser(userId: string): UserRecord | undefined;
  dnOfUser(userId: string): string | undefined;
  pending(after: string, limit: number): readonly UserRecord[];
  countPending(): number;
  /** Entries that are not gone. */
  countPresent(): number;
  insert(staged: readonly StagedUser[], run: number): void;
  update(user: MappedUser, run: number): void;
  /** They are still there. */
  touch(externalIds: readonly string[], run: number): void;
  confirm(externalId: string, userId: string): void;
  /** Whose Okta user was deleted waits for a decision again. Without an id: all of them. */
  release(userId?: string): void;
  setProblem(externalId: string, problem: string): void;
  setState(externalId: string, state: UserRecord['state']): void;
  /** Entries that a full import has not seen. */
  unseen(run: number, after: string, limit: number): readonly UserRecord[];
  countUnseen(run: number): number;
  setRemoved(externalId: string, removed: boolean): void;
  remove(externalId: string): void;
}

interface Row {
  external_id: string;
  dn: string;
  dn_key: string;
  profile: string;
  state: string;
  match: string;
  match_user_id: string | null;
  user_id: string | null;
  problem: string | null;
  disabled: number;
  removed: number;
  seen_run: number;
}

function recordOf(row: Row): UserRecord {
  return {
    externalId: row.external_id,
    dn: row.dn,
    dnKey: row.dn_key,
    // Only this file writes these columns.
    // Parsed when somebody looks: an import compares texts, a hundred thousand times.
    get profile() {
      return JSON.parse(row.profile) as UserRecord['profile'];
    },
    state: row.state as UserRecord['state'],
    match: row.match as MatchKind,
    matchUserId: row.match_user_id,
    userId: row.user_id,
    problem: row.problem,
    disabled: row.disabled !== 0,
    removed: row.removed !== 0,
    seenRun: row.seen_run,
  };
}

const ROWS_AT_ONCE = 100;
const INSERT_ALL_AT_ONCE = insertSql(ROWS_AT_ONCE);

function insertSql(rows: number): string {
  const row = "(?1, ?, ?, ?, ?, ?, ?, 'pending', 'none')";
  return `INSERT INTO directory_users (seen_run, external_id, dn, dn_key, uid_key, login_key, profile, state, match)
    VALUES ${Array.from({ length: rows }, () => row).join(', ')}`;
}

export function createDirectoryRecords(store: Store): DirectoryRecords {
  const one = (where: string, parameters: readonly (string | number)[]): UserRecord | undefined => {
    const row = store.get<Row>(`SELECT * FROM directory_users WHERE ${where}`, parameters);
    return row === undefined ? undefined : recordOf(row);
  };
  const many = (where: string, parameters: readonly (string | number)[]): UserRecord[] =>
    store.all<Row>(`SELECT * FROM directory_users WHERE ${where}`, parameters).map(recordOf);
  const count = (where: string, parameters: readonly number[] = []): number =>
    store.get<{ n: number }>(`SELECT count(*) AS n FROM directory_users WHERE ${where}`, parameters)?.n ?? 0;

  return {
    lastRead(externalIds) {
      // One row with everything: row by row, the driver takes longer than the database.
      const row = store.get<{ list: string }>(
        `SELECT json_group_array(json_array(external_id, dn, uid_key, profile, disabled, removed,
           problem IS NOT NULL AND user_id IS NOT NULL, seen_run)) AS list FROM json_each(?) CROSS JOIN directory_users ON external_id = value`,
        [JSON.stringify(externalIds)],
      );
      type Listed = readonly [string, string, string, string, number, number, number, number];
      const list = JSON.parse(row?.list ?? '[]') as Listed[]; // as selected above
      return new Map(
        list.map(([id, dn, key, profileText, disabled, removed, refused, seenRun]) => [
          id,
          {
            dn,
            uidKey: key,
            profileText,
            disabled: disabled !== 0,
            removed: removed !== 0,
            refused: refused !== 0,
            seenRun,
          },
        ]),
      );
    },
    find: (externalIds) =>
      new Map(
        many('external_id IN (SELECT value FROM json_each(?))', [JSON.stringify(externalIds)]).map((record) => [
          record.externalId,
          record,
        ]),
      ),
    holdersOfLogins: (logins) =>
      new Map(
        store
          .all<{ login_key: string; external_id: string; dn: string }>(
            `SELECT login_key, external_id, dn FROM directory_users
             WHERE login_key IN (SELECT value FROM json_each(?)) AND removed = 0`,
            [JSON.stringify(logins.map(keyOf))],
          )
          .map(({ login_key, external_id, dn }) => [login_key, { externalId: external_id, dn }]),
      ),
    ofUser: (userId) => one('user_id = ? LIMIT 1', [userId]),
    dnOfUser: (userId) =>
      store.get<{ dn: string }>('SELECT dn FROM directory_users WHERE user_id = ? LIMIT 1', [userId])?.dn,
    pending: (after, limit) =>
      many("state = 'pending' AND removed = 0 AND external_id > ? ORDER BY external_id LIMIT ?", [after, limit]),
    countPending: () => count("state = 'pending' AND removed = 0"),
    countPresent: () => count('removed = 0'),
    insert(staged, run) {
      if (staged.length === 0) return;
      // Many rows in one statement: a hundred thousand single ones take the driver longer than the database.
      for (let at = 0; at < staged.length; at += ROWS_AT_ONCE) {
        const rows = staged.slice(at, at + ROWS_AT_ONCE);
        // The driver takes as long for each value as the database: the run is one for all, and most match nobody.
        const values: SqlValue[] = [run];
        for (const { user } of rows) {
          const { externalId, dn, dnKey, uid, profile, profileText } = user;
          values.push(externalId, dn, dnKey, uidKey(uid), keyOf(profile.login ?? ''), profileText);
        }
        store.run(rows.length === ROWS_AT_ONCE ? INSERT_ALL_AT_ONCE : insertSql(rows.length), values);
      }
      for (const { user, match, matchUserId } of staged) {
        if (match === 'none') continue;
        store.run('UPDATE directory_users SET match = ?, match_user_id = ? WHERE external_id = ?', [
          match,
          matchUserId,
          user.externalId,
        ]);
      }
    },
    update(user, run) {
      store.run(
        `UPDATE directory_users SET dn = ?, dn_key = ?, uid_key = ?, login_key = ?, profile = ?,
           disabled = ?, removed = 0, problem = NULL, seen_run = ? WHERE external_id = ?`,
        [
          user.dn,
          user.dnKey,
          uidKey(user.uid),
          keyOf(user.profile.login ?? ''),
          user.profileText,
          user.disabled,
          run,
          user.externalId,
        ],
      );
    },
    touch(externalIds, run) {
      if (externalIds.length === 0) return;
      store.run('UPDATE directory_users SET seen_run = ? WHERE external_id IN (SELECT value FROM json_each(?))', [
        run,
        JSON.stringify(externalIds),
      ]);
    },
    confirm(externalId, userId) {
      store.run("UPDATE directory_users SET state = 'confirmed', user_id = ?, problem = NULL WHERE external_id = ?", [
        userId,
        externalId,
      ]);
    },
    release(userId) {
      const whose =
        userId === undefined
          ? 'user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE users.id = user_id)'
          : 'user_id = ?';
      const parameters = userId === undefined ? [] : [userId];
      store.run(`DELETE FROM directory_users WHERE removed = 1 AND ${whose}`, parameters);
      store.run(
        `UPDATE directory_users SET state = 'pending', match = 'none', match_user_id = NULL, user_id = NULL WHERE ${whose}`,
        parameters,
      );
    },
    setProblem(externalId, problem) {
      store.run('UPDATE directory_users SET problem = ? WHERE external_id = ?', [problem, externalId]);
    },
    setState(externalId, state) {
      store.run('UPDATE directory_users SET state = ? WHERE external_id = ?', [state, externalId]);
    },
    unseen: (run, after, limit) =>
      many('seen_run <> ? AND removed = 0 AND external_id > ? ORDER BY external_id LIMIT ?', [run, after, limit]),
    countUnseen: (run) => count('seen_run <> ? AND removed = 0', [run]),
    setRemoved(externalId, removed) {
      store.run('UPDATE directory_users SET removed = ? WHERE external_id = ?', [removed, externalId]);
    },
    remove(externalId) {
      store.run('DELETE FROM directory_users WHERE external_id = ?', [externalId]);
    },
  };
}
