import { type Clock, timestamp } from '../clock.ts';
import { ID_PREFIX, newId } from '../ids.ts';
import { allOf } from '../store/sql-condition.ts';
import type { Store } from '../store/store.ts';
import type { ChangeFeed } from './changes.ts';
import { notFound } from './directory-error.ts';
import { type Page, type PageRequest, pageOf } from './page.ts';

/** An app instance: the LDAP integration (`name: 'ldap'`) or an OIDC client (`name: 'oidc_client'`). */
export interface App {
  readonly id: string;
  /** Which kind of app: its key in Okta's catalogue. */
  readonly name: string;
  readonly label: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly signOnMode: string;
  readonly created: string;
  readonly lastUpdated: string;
  /** The owner's own: what an API answer shows of it is the owner's business too. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export type NewApp = Pick<App, 'name' | 'label'> & Partial<Pick<App, 'id' | 'status' | 'signOnMode' | 'settings'>>;

export interface Apps {
  /** `id` may be given where a client must have a certain one. */
  create(app: NewApp): App;
  get(id: string): App | undefined;
  findByKind(name: string): readonly App[];
  list(page: PageRequest): Page<App>;
  update(id: string, change: Partial<Pick<App, 'label' | 'status' | 'settings'>>): App;
  /** Its app users and app groups go with it. */
  remove(id: string): void;
  /** Groups whose members are assigned. */
  assignGroup(appId: string, groupId: string): void;
  unassignGroup(appId: string, groupId: string): void;
  assignedGroupIds(appId: string): readonly string[];
  /** Whether the user is assigned: in person, by a group, or by Everyone. */
  isAssigned(appId: string, userId: string): boolean;
}

interface AppRow {
  seq: number;
  id: string;
  name: string;
  label: string;
  status: string;
  sign_on_mode: string;
  created: string;
  last_updated: string;
  settings: string;
}

function appOf(row: AppRow): App {
  return {
    id: row.id,
    name: row.name,
    label: row.label,
    status: row.status as App['status'], // only this file writes the column
    signOnMode: row.sign_on_mode,
    created: row.created,
    lastUpdated: row.last_updated,
    settings: JSON.parse(row.settings) as App['settings'], // written below
  };
}

export interface AppsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly changes: ChangeFeed;
  /** The id of the group Everyone, whose members have no rows. */
  readonly everyoneId: () => string;
}

export function createApps({ store, clock, changes, everyoneId }: AppsOptions): Apps {
  /** By kind: asked several times for every sign-in. */
  const byKind = new Map<string, readonly App[]>();
  const forget = (): void => byKind.clear();
  changes.subscribe((noted) => {
    if (noted.some(({ kind }) => kind === 'reset')) forget();
  });

  /** Who asks within the same transaction is told the new, and who asks after a rollback the old. */
  function noteApp(id: string): void {
    changes.note({ kind: 'app', id });
    forget();
    store.afterCommit(forget, forget);
  }

  function findByKind(name: string): readonly App[] {
    const known = byKind.get(name);
    if (known !== undefined) return known;
    const found = store.all<AppRow>('SELECT * FROM apps WHERE name = ? ORDER BY seq', [name]).map(appOf);
    byKind.set(name, found);
    return found;
  }

  function get(id: string): App | undefined {
    if (id.includes('\0')) return undefined;
    const row = store.get<AppRow>('SELECT * FROM apps WHERE id = ?', [id]);
    return row === undefined ? undefined : appOf(row);
  }

  function must(id: string): App {
    const app = get(id);
    if (app === undefined) throw notFound('AppInstance', id);
    return app;
  }

  const assignedGroupIds = (appId: string): string[] =>
    store.all<{ id: string }>('SELECT group_id AS id FROM app_groups WHERE app_id = ?', [appId]).map(({ id }) => id);

  return {
    create({ id = newId(ID_PREFIX.app), name, label, status = 'ACTIVE', signOnMode = 'AUTO_LOGIN', settings = {} }) {
      return store.transaction(() => {
        const now = timestamp(clock);
        store.run(
          `INSERT INTO apps (id, name, label, status, sign_on_mode, created, last_updated, settings)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          [id, name, label, status, signOnMode, now, now, JSON.stringify(settings)],
        );
        noteApp(id);
        return must(id);
      });
    },
    get,
    findByKind,
    list({ where = allOf([]), after = 0, limit }) {
      const rows = store.all<AppRow>(`SELECT * FROM apps WHERE seq > ? AND (${where.sql}) ORDER BY seq LIMIT ?`, [
        after,
        ...where.parameters,
        limit + 1,
      ]);
      return pageOf(rows, limit, appOf);
    },
    update(id, change) {
      return store.transaction(() => {
        const { label, status, settings } = { ...must(id), ...change };
        store.run('UPDATE apps SET label = ?, status = ?, settings = ?, last_updated = ? WHERE id = ?', [
          label,
          status,
          JSON.stringify(settings),
          timestamp(clock),
          id,
        ]);
        noteApp(id);
        return must(id);
      });
    },
    remove(id) {
      store.transaction(() => {
        must(id);
        const groups = store.all<{ id: string }>('SELECT id FROM groups WHERE app_id = ?', [id]);
        store.run('DELETE FROM apps WHERE id = ?', [id]);
        for (const group of groups) changes.note({ kind: 'group', id: group.id, change: 'deleted' });
        noteApp(id);
      });
    },
    assignGroup(appId, groupId) {
      store.run('INSERT OR IGNORE INTO app_groups (app_id, group_id) VALUES (?, ?)', [appId, groupId]);
    },
    unassignGroup(appId, groupId) {
      store.run('DELETE FROM app_groups WHERE app_id = ? AND group_id = ?', [appId, groupId]);
    },
    assignedGroupIds,
    isAssigned(appId, userId) {
      const inPerson = store.get("SELECT 1 FROM app_users WHERE app_id = ? AND user_id = ? AND status <> 'INACTIVE'", [
        appId,
        userId,
      ]);
      if (inPerson !== undefined) return true;
      const byGroup = store.get(
        `SELECT 1 FROM app_groups JOIN memberships ON memberships.group_id = app_groups.group_id
         WHERE app_groups.app_id = ? AND memberships.user_id = ? LIMIT 1`,
        [appId, userId],
      );
      return byGroup !== undefined || assignedGroupIds(appId).includes(everyoneId());
    },
  };
}
