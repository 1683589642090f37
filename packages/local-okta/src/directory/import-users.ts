import { type Clock, timestamp } from '../clock.ts';
import { ID_PREFIX, newId } from '../ids.ts';
import type { Store } from '../store/store.ts';
import type { AppUsers, ImportState } from './app-users.ts';
import type { ChangeFeed } from './changes.ts';
import { DirectoryError, type FieldProblem } from './directory-error.ts';
import { checkProfile } from './profile.ts';
import { keyOf, OKTA_PROVIDER, type Provider, shortNameOf, type UserStatus } from './user.ts';

/** One user that an import brings. */
export interface ImportedUser {
  /** The Okta user it belongs to. Undefined makes one. */
  readonly userId?: string | undefined;
  readonly profile: Readonly<Record<string, unknown>>;
  /** Undefined leaves it as it is; for one that is made it is OKTA then. */
  readonly provider?: Provider | undefined;
  /** The profile of one who is here is Okta's, and stays. */
  readonly keepProfile?: boolean | undefined;
  /** For one that is made. Default ACTIVE. */
  readonly status?: UserStatus | undefined;
  /** The record in the app that it comes from. */
  readonly appUser?:
    | {
        readonly appId: string;
        readonly externalId: string;
        readonly profile: Readonly<Record<string, unknown>>;
        readonly importState?: ImportState | undefined;
      }
    | undefined;
}

/** What became of one, in the order of the batch. `refused` ones are reported and change nothing; the rest goes on. */
export type ImportedUserResult =
  | { readonly outcome: 'created' | 'updated' | 'unchanged'; readonly userId: string }
  | { readonly outcome: 'refused'; readonly problems: readonly FieldProblem[] };

/** Takes a batch in one transaction: all of it is there, or (the process was killed) none. A thousand at a time is good. */
export type ImportUsers = (batch: readonly ImportedUser[]) => readonly ImportedUserResult[];

interface ImportUsersOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly changes: ChangeFeed;
  readonly appUsers: AppUsers;
}

export function createImportUsers({ store, clock, changes, appUsers }: ImportUsersOptions): ImportUsers {
  function write(imported: ImportedUser, now: string): ImportedUserResult {
    const profile = checkProfile(imported.profile);
    const json = JSON.stringify(profile);
    const loginKey = keyOf(profile.login);
    const { status = 'ACTIVE' } = imported;
    const holder = store.get<{ id: string }>('SELECT id FROM users WHERE login_key = ?', [loginKey]);
    const stays = imported.keepProfile && imported.userId !== undefined;
    if (holder !== undefined && holder.id !== imported.userId && !stays) {
      return refused('login', 'An object with this field already exists in the current organization');
    }
    const names = [loginKey, keyOf(shortNameOf(profile.login)), keyOf(profile.email)];
    if (imported.userId === undefined) {
      const id = newId(ID_PREFIX.user);
      const { type, name } = imported.provider ?? OKTA_PROVIDER;
      const activated = status === 'STAGED' ? null : now;
      store.run(
        `INSERT INTO users (id, login_key, short_key, email_key, status, created, activated, status_changed,
           last_updated, provider_type, provider_name, profile) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [id, ...names, status, now, activated, activated, now, type, name, json],
      );
      changes.note({ kind: 'user', id, change: 'created' });
      return { outcome: 'created', userId: id };
    }
    const id = imported.userId;
    const before = store.get<{ profile: string; provider_type: string; provider_name: string }>(
      'SELECT profile, provider_type, provider_name FROM users WHERE id = ?',
      [id],
    );
    if (before === undefined) return refused('id', 'There is no such user');
    const { type, name } = imported.provider ?? { type: before.provider_type, name: before.provider_name };
    const sameProvider = before.provider_type === type && before.provider_name === name;
    if (sameProvider && (before.profile === json || imported.keepProfile)) return { outcome: 'unchanged', userId: id };
    if (imported.keepProfile) {
      store.run('UPDATE users SET provider_type = ?, provider_name = ?, last_updated = ? WHERE id = ?', [
        type,
        name,
        now,
        id,
      ]);
      changes.note({ kind: 'user', id, change: 'updated' });
      return { outcome: 'updated', userId: id };
    }
    store.run(
      `UPDATE users SET login_key = ?, short_key = ?, email_key = ?, profile = ?, provider_type = ?,
         provider_name = ?, last_updated = ? WHERE id = ?`,
      [...names, json, type, name, now, id],
    );
    changes.note({ kind: 'user', id, change: 'updated' });
    return { outcome: 'updated', userId: id };
  }

  function writeOne(imported: ImportedUser, now: string): ImportedUserResult {
    try {
      const result = write(imported, now);
      if (result.outcome !== 'refused' && imported.appUser !== undefined) {
        const { importState = 'confirmed', ...appUser } = imported.appUser;
        appUsers.write({ ...appUser, userId: result.userId, importState, status: 'ACTIVE', lastSync: now });
      }
      return result;
    } catch (error) {
      if (error instanceof DirectoryError) return { outcome: 'refused', problems: error.problems };
      throw error;
    }
  }

  return (batch) =>
    store.transaction(() => {
      const now = timestamp(clock);
      return batch.map((imported) => writeOne(imported, now));
    });
}

function refused(field: string, problem: string): ImportedUserResult {
  return { outcome: 'refused', problems: [{ field, problem }] };
}
