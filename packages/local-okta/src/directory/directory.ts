import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { type AdminRoles, createAdminRoles } from './admin-roles.ts';
import { type ApiTokens, createApiTokens } from './api-tokens.ts';
import { type AppUsers, createAppUsers } from './app-users.ts';
import { type Apps, createApps } from './apps.ts';
import { type Change, type ChangeListener, createChangeFeed } from './changes.ts';
import { createGroups, type Groups } from './groups.ts';
import { createImportUsers, type ImportUsers } from './import-users.ts';
import { createUsers, type Users } from './users.ts';

/** Universal Directory: people, groups, apps, who may do what. Every call is one transaction. */
export interface Directory {
  readonly users: Users;
  readonly groups: Groups;
  readonly apps: Apps;
  readonly appUsers: AppUsers;
  readonly adminRoles: AdminRoles;
  readonly apiTokens: ApiTokens;
  readonly importUsers: ImportUsers;
  /** Hears of every committed change, one call per transaction. @returns how to stop */
  onChange(listener: ChangeListener): () => void;
  /** Tells the listeners of a change made by other means than this interface. */
  noteChange(change: Change): void;
}

export interface DirectoryOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly onListenerError: (error: unknown) => void;
}

export function createDirectory({ store, clock, onListenerError }: DirectoryOptions): Directory {
  const changes = createChangeFeed(store, onListenerError);
  const groups = createGroups({ store, clock, changes });
  const appUsers = createAppUsers({ store, clock });
  return {
    users: createUsers({ store, clock, changes }),
    groups,
    apps: createApps({ store, clock, changes, everyoneId: () => groups.everyone().id }),
    appUsers,
    adminRoles: createAdminRoles({ store, clock, changes }),
    apiTokens: createApiTokens({ store, clock }),
    importUsers: createImportUsers({ store, clock, changes, appUsers }),
    onChange: changes.subscribe,
    noteChange: changes.note,
  };
}
