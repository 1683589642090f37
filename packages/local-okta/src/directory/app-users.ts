import { type Clock, timestamp } from '../clock.ts';
import { ID_PREFIX, newId } from '../ids.ts';
import type { Store } from '../store/store.ts';
import { notFound } from './directory-error.ts';
import { type Page, type PageRequest, pageOf } from './page.ts';

/**
 * What became of a record that an import brought: it waits for a person (`unconfirmed`), belongs to an Okta user
 * (`confirmed`), or was told to stay out (`ignored`). `none` where it was not imported.
 */
export type ImportState = 'unconfirmed' | 'confirmed' | 'ignored' | 'none';

/** A person as one app knows them. Without a `userId` while an imported record waits to be confirmed. */
export interface AppUser {
  readonly id: string;
  readonly appId: string;
  readonly userId: string | null;
  /** The app's own immutable id of the person: `entryUUID`. */
  readonly externalId: string | null;
  readonly scope: 'USER' | 'GROUP';
  readonly status: 'STAGED' | 'ACTIVE' | 'INACTIVE';
  readonly importState: ImportState;
  readonly created: string;
  readonly lastUpdated: string;
  readonly lastSync: string | null;
  readonly profile: Readonly<Record<string, unknown>>;
}

/** Found by `externalId`, else by `userId`; made when neither is there. What is left out stays as it is. */
export interface AppUserChange {
  readonly appId: string;
  readonly externalId?: string | undefined;
  readonly userId?: string | null | undefined;
  readonly status?: AppUser['status'] | undefined;
  readonly importState?: ImportState | undefined;
  readonly lastSync?: string | undefined;
  readonly profile?: Readonly<Record<string, unknown>> | undefined;
}

export interface AppUsers {
  save(change: AppUserChange): AppUser;
  /** As `save`, without reading back what was stored. Within a transaction. @returns its id */
  write(change: AppUserChange): string;
  get(appId: string, userId: string): AppUser | undefined;
  findByExternalId(appId: string, externalId: string): AppUser | undefined;
  /** The app users of one app; `importState` narrows it. */
  list(appId: string, page: PageRequest, importState?: ImportState): Page<AppUser>;
  /** Those that belong to a user. */
  listAssigned(appId: string, page: PageRequest): Page<AppUser>;
  ofUser(userId: string): readonly AppUser[];
  remove(id: string): void;
}

interface AppUserRow {
  seq: number;
  id: string;
  app_id: string;
  user_id: string | null;
  external_id: string | null;
  scope: string;
  status: string;
  import_state: string;
  created: string;
  last_updated: string;
  last_sync: string | null;
  profile: string;
}

function appUserOf(row: AppUserRow): AppUser {
  return {
    id: row.id,
    appId: row.app_id,
    userId: row.user_id,
    externalId: row.external_id,
    // Only this file writes these columns.
    scope: row.scope as AppUser['scope'],
    status: row.status as AppUser['status'],
    importState: row.import_state as ImportState,
    created: row.created,
    lastUpdated: row.last_updated,
    lastSync: row.last_sync,
    profile: JSON.parse(row.profile) as AppUser['profile'],
  };
}

export function createAppUsers({ store, clock }: { readonly store: Store; readonly clock: Clock }): AppUsers {
  function one(sql: string, parameters: readonly string[]): AppUser | undefined {
    if (parameters.some((value) => value.includes('\0'))) return undefined;
    const row = store.get<AppUserRow>(sql, parameters);
    return row === undefined ? undefined : appUserOf(row);
  }

  const findByExternalId = (appId: string, externalId: string): AppUser | undefined =>
    one('SELECT * FROM app_users WHERE app_id = ? AND external_id = ?', [appId, externalId]);
  const get = (appId: string, userId: string): AppUser | undefined =>
    one('SELECT * FROM app_users WHERE app_id = ? AND user_id = ?', [appId, userId]);

  function insert(change: AppUserChange, now: string): string {
    const id = newId(ID_PREFIX.appUser);
    const { appId, userId, externalId, status, importState, lastSync, profile } = change;
    store.run(
      `INSERT INTO app_users (id, app_id, user_id, external_id, scope, status, import_state, created, last_updated,
         last_sync, profile) VALUES (?, ?, ?, ?, 'USER', ?, ?, ?, ?, ?, ?)`,
      [
        id,
        appId,
        userId,
        externalId,
        status ?? (userId == null ? 'STAGED' : 'ACTIVE'),
        importState ?? 'none',
        now,
        now,
        lastSync,
        JSON.stringify(profile ?? {}),
      ],
    );
    return id;
  }

  function write(change: AppUserChange): string {
    const now = timestamp(clock);
    const present =
      (change.externalId === undefined ? undefined : findByExternalId(change.appId, change.externalId)) ??
      (change.userId == null ? undefined : get(change.appId, change.userId));
    if (present === undefined) return insert(change, now);
    store.run(
      `UPDATE app_users SET user_id = ?, external_id = ?, status = ?, import_state = ?, last_updated = ?,
         last_sync = ?, profile = ? WHERE id = ?`,
      [
        change.userId === undefined ? present.userId : change.userId,
        change.externalId ?? present.externalId,
        change.status ?? present.status,
        change.importState ?? present.importState,
        now,
        change.lastSync ?? present.lastSync,
        JSON.stringify(change.profile ?? present.profile),
        present.id,
      ],
    );
    return present.id;
  }

  function list(
    appId: string,
    { after = 0, limit }: PageRequest,
    condition = '',
    values: readonly string[] = [],
  ): Page<AppUser> {
    const rows = store.all<AppUserRow>(
      `SELECT * FROM app_users WHERE app_id = ? AND seq > ? ${condition} ORDER BY seq LIMIT ?`,
      [appId, after, ...values, limit + 1],
    );
    return pageOf(rows, limit, appUserOf);
  }

  return {
    save(change) {
      return store.transaction(() => {
        const id = write(change);
        const saved = one('SELECT * FROM app_users WHERE id = ?', [id]);
        if (saved === undefined) throw notFound('AppUser', id);
        return saved;
      });
    },
    write,
    get,
    findByExternalId,
    list: (appId, page, importState) =>
      importState === undefined ? list(appId, page) : list(appId, page, 'AND import_state = ?', [importState]),
    listAssigned: (appId, page) => list(appId, page, 'AND user_id IS NOT NULL'),
    ofUser: (userId) =>
      store.all<AppUserRow>('SELECT * FROM app_users WHERE user_id = ? ORDER BY seq', [userId]).map(appUserOf),
    remove(id) {
      store.run('DELETE FROM app_users WHERE id = ?', [id]);
    },
  };
}
