import { type Clock, timestamp } from '../clock.ts';
import { ID_PREFIX, newId } from '../ids.ts';
import { allOf, type SqlCondition } from '../store/sql-condition.ts';
import type { SqlValue, Store } from '../store/store.ts';
import type { ChangeFeed } from './changes.ts';
import { DirectoryError, nameTaken, notFound } from './directory-error.ts';
import { importedHashMatches } from './imported-password.ts';
import { createKnownUsers } from './known-users.ts';
import { activeOrProvisioned, type LifecycleOperation, nextStatus } from './life-cycle.ts';
import type { Page, PageRequest } from './page.ts';
import { hashPassword, passwordMatches } from './password.ts';
import { checkProfile } from './profile.ts';
import { HOOK, importedHashOf, type PasswordToImport, storedFormOf } from './stored-password.ts';
import {
  IMPORT_PROVIDER,
  keyOf,
  OKTA_PROVIDER,
  type Provider,
  shortNameOf,
  type User,
  type UserStatus,
} from './user.ts';
import { selectUser, selectUsers } from './user-rows.ts';
import { usersBeginningWith } from './users-beginning-with.ts';

export interface NewUser {
  readonly profile: Readonly<Record<string, unknown>>;
  /** In clear; stored hashed. Only for provider OKTA. */
  readonly password?: string | undefined;
  /** Instead of `password`. The provider is IMPORT then, whatever `provider` says. */
  readonly passwordToImport?: PasswordToImport | undefined;
  readonly provider?: Provider | undefined;
  /** Default true: ACTIVE, or PROVISIONED without a password. False leaves the user STAGED. */
  readonly activate?: boolean | undefined;
  /** The password must be changed at the first sign-in: PASSWORD_EXPIRED. */
  readonly mustChangePassword?: boolean | undefined;
}

/** Failed sign-ins in a row until LOCKED_OUT, as in Okta's default password policy. */
export const LOCKOUT_ATTEMPTS = 10;

export interface Users {
  /** @throws DirectoryError `invalid`, `name-taken` */
  create(user: NewUser): Promise<User>;
  get(id: string): User | undefined;
  /** Whatever its case. */
  findByLogin(login: string): User | undefined;
  /** Users whose login is `name` or, where there is none, whose part before the @ is. More than one is ambiguous. */
  findByName(name: string): readonly User[];
  findByEmail(email: string): readonly User[];
  /** By id, login or short name, as Okta's paths allow. */
  resolve(idOrName: string): User | undefined;
  list(page: PageRequest): Page<User>;
  /** Those whose login, e-mail address, first or last name begins so, whatever the case. */
  beginningWith(text: string): SqlCondition;
  count(where?: SqlCondition): number;
  /** Sets the whole profile. @throws DirectoryError `not-found`, `invalid`, `name-taken` */
  setProfile(id: string, profile: Readonly<Record<string, unknown>>): User;
  setProvider(id: string, provider: Provider): User;
  /** Hashes and sets it, and makes the user ACTIVE where only the password was missing. Undefined removes it. */
  setPassword(id: string, password: string | undefined, options?: { readonly expired?: boolean }): Promise<User>;
  /** The same with a password that {@link hashPassword} has hashed; for who needs it in a transaction of their own. */
  setHashedPassword(id: string, hash: string): User;
  /** Puts a hash, or the hook, in the password's place. The provider is IMPORT afterwards. */
  setPasswordToImport(id: string, password: PasswordToImport): User;
  /** The password proved right at the hook: it is stored, and the provider is OKTA from now on. */
  adoptPassword(id: string, password: string): Promise<User>;
  /**
   * Whether it is this user's password in Okta. An unknown id takes as long and is false. The right password behind an
   * imported hash is stored in Okta's own form, and the provider is OKTA from now on.
   * @throws HashBusyError where an imported hash is too costly to be judged now
   */
  verifyPassword(id: string | undefined, password: string): Promise<boolean>;
  /** @throws DirectoryError `transition-forbidden` when the present status does not allow it */
  transition(id: string, operation: LifecycleOperation): User;
  /** Remembers the time and forgets the failures. */
  recordSignIn(id: string): User;
  /** Counts, and locks the user out at {@link LOCKOUT_ATTEMPTS}. */
  recordFailedSignIn(id: string): User;
  /** For good. @throws DirectoryError `not-deactivated` unless the user is DEPROVISIONED */
  remove(id: string): void;
}

export interface UsersOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly changes: ChangeFeed;
}

export function createUsers({ store, clock, changes }: UsersOptions): Users {
  const known = createKnownUsers(store, changes);

  function readOne(column: 'id' | 'login_key', value: string): User | undefined {
    if (value.includes('\0')) return undefined;
    const user = selectUser(store, `WHERE ${column} = ?`, [value]);
    return user && known.keep(user);
  }

  const read = (id: string): User | undefined => known.get(id) ?? readOne('id', id);

  function findByLogin(login: string): User | undefined {
    const key = keyOf(login);
    return known.byLogin(key) ?? readOne('login_key', key);
  }

  function must(id: string): User {
    const user = read(id);
    if (user === undefined) throw notFound('User', id);
    return user;
  }

  function findBy(column: 'short_key' | 'email_key', name: string): readonly User[] {
    return name.includes('\0') ? [] : selectUsers(store, `users WHERE ${column} = ?`, [keyOf(name)]).items;
  }

  function findByName(name: string): readonly User[] {
    const exact = findByLogin(name);
    return exact === undefined ? findBy('short_key', name) : [exact];
  }

  function write(id: string, set: Readonly<Record<string, SqlValue>>, touch = true): User {
    const columns = { ...set, ...(touch ? { last_updated: timestamp(clock) } : {}) };
    const names = Object.keys(columns);
    store.run(`UPDATE users SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`, [
      ...Object.values(columns),
      id,
    ]);
    changes.note({ kind: 'user', id, change: 'updated' });
    return must(id);
  }

  function statusColumns(status: UserStatus, before: User): Record<string, SqlValue> {
    if (status === before.status) return {};
    const now = timestamp(clock);
    const activated = before.activated === null && (status === 'ACTIVE' || status === 'PROVISIONED');
    return { status, status_changed: now, ...(activated ? { activated: now } : {}) };
  }

  function assertLoginFree(login: string, id: string | undefined): void {
    const other = findByLogin(login);
    if (other !== undefined && other.id !== id) throw nameTaken('login');
  }

  function setHash(id: string, hash: string | null, expired = false): User {
    return store.transaction(() => {
      const user = must(id);
      const waiting = ['PROVISIONED', 'RECOVERY', 'PASSWORD_EXPIRED', 'ACTIVE'].includes(user.status);
      const status = waiting && hash !== null ? (expired ? 'PASSWORD_EXPIRED' : 'ACTIVE') : user.status;
      return write(id, {
        password: hash,
        password_changed: timestamp(clock),
        failed_sign_ins: 0,
        ...(user.provider.type === 'IMPORT' ? providerColumns(OKTA_PROVIDER) : {}),
        ...statusColumns(status, user),
      });
    });
  }

  /** Replaces what stood for the password by the password, unless somebody has set another meanwhile. */
  async function adopt(id: string, stood: string | null, password: string): Promise<User> {
    const hash = await hashPassword(password);
    return store.transaction(() => {
      const row = store.get<{ password: string | null }>('SELECT password FROM users WHERE id = ?', [id]);
      const before = must(id);
      if (stood === null || row?.password !== stood) return before;
      return write(id, {
        password: hash,
        password_changed: before.passwordChanged ?? timestamp(clock),
        ...(before.provider.type === 'IMPORT' ? providerColumns(OKTA_PROVIDER) : {}),
      });
    });
  }

  return {
    async create({
      profile,
      password,
      passwordToImport,
      provider: given = OKTA_PROVIDER,
      activate = true,
      mustChangePassword = false,
    }) {
      const provider = passwordToImport === undefined ? given : IMPORT_PROVIDER;
      const checked = checkProfile(profile);
      assertLoginFree(checked.login, undefined);
      const imported = passwordToImport === undefined ? null : storedFormOf(passwordToImport);
      const hash = password === undefined ? imported : await hashPassword(password);
      const now = timestamp(clock);
      const ready = activeOrProvisioned({ hasPassword: hash !== null, provider });
      const active = mustChangePassword && hash !== null ? 'PASSWORD_EXPIRED' : ready;
      const id = newId(ID_PREFIX.user);
      store.transaction(() => {
        // Again: hashing took a while, and another request may have taken the login meanwhile.
        assertLoginFree(checked.login, undefined);
        store.run(
          `INSERT INTO users (id, login_key, short_key, email_key, status, created, activated, status_changed,
             last_updated, password_changed, provider_type, provider_name, password, profile)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          [
            id,
            keyOf(checked.login),
            keyOf(shortNameOf(checked.login)),
            keyOf(checked.email),
            activate ? active : 'STAGED',
            now,
            activate ? now : null,
            activate ? now : null,
            now,
            hash === null || passwordToImport?.kind === 'hook' ? null : now,
            provider.type,
            provider.name,
            hash,
            JSON.stringify(checked),
          ],
        );
        changes.note({ kind: 'user', id, change: 'created' });
      });
      return must(id);
    },
    get: read,
    findByLogin,
    findByName,
    findByEmail: (email) => findBy('email_key', email),
    resolve(idOrName) {
      const byId = read(idOrName);
      if (byId !== undefined) return byId;
      const named = findByName(idOrName);
      return named.length === 1 ? named[0] : undefined;
    },
    list({ where = allOf([]), after = 0, limit }) {
      const page = selectUsers(store, `users WHERE seq > ? AND (${where.sql})`, [after, ...where.parameters], limit);
      const [only, second] = page.items;
      // Somebody found by a part of their name: the rest of a sign-in asks for them again.
      if (only !== undefined && second === undefined) known.keep(only);
      return page;
    },
    beginningWith: (text) => usersBeginningWith(store, text),
    count: (where = allOf([])) =>
      store.get<{ n: number }>(`SELECT count(*) AS n FROM users WHERE ${where.sql}`, where.parameters)?.n ?? 0,
    setProfile(id, profile) {
      must(id);
      const checked = checkProfile(profile);
      return store.transaction(() => {
        assertLoginFree(checked.login, id);
        return write(id, {
          login_key: keyOf(checked.login),
          short_key: keyOf(shortNameOf(checked.login)),
          email_key: keyOf(checked.email),
          profile: JSON.stringify(checked),
        });
      });
    },
    setProvider(id, provider) {
      must(id);
      return write(id, providerColumns(provider));
    },
    async setPassword(id, password, { expired = false } = {}) {
      must(id);
      return setHash(id, password === undefined ? null : await hashPassword(password), expired);
    },
    setHashedPassword: (id, hash) => setHash(id, hash),
    setPasswordToImport(id, password) {
      return store.transaction(() => {
        const user = must(id);
        const waiting = ['PROVISIONED', 'RECOVERY'].includes(user.status);
        return write(id, {
          password: storedFormOf(password),
          failed_sign_ins: 0,
          ...providerColumns(IMPORT_PROVIDER),
          ...statusColumns(waiting ? 'ACTIVE' : user.status, user),
        });
      });
    },
    adoptPassword: (id, password) => adopt(id, HOOK, password),
    async verifyPassword(id, password) {
      const row =
        id === undefined
          ? undefined
          : store.get<{ password: string | null }>('SELECT password FROM users WHERE id = ?', [id]);
      const stored = row?.password ?? null;
      const hash = importedHashOf(stored);
      if (id === undefined || hash === undefined) return passwordMatches(password, stored);
      const matches = await importedHashMatches(password, hash);
      if (matches) await adopt(id, stored, password);
      return matches;
    },
    transition(id, operation) {
      const user = must(id);
      const status = nextStatus(operation, user);
      if (status === undefined) {
        throw new DirectoryError('transition-forbidden', `Cannot ${operation} a user whose status is ${user.status}.`);
      }
      // A deactivated user has nothing left of its credentials: Okta asks for a new password after re-activation.
      const forget = operation === 'deactivate' ? { password: null, failed_sign_ins: 0 } : {};
      const unlock = operation === 'unlock' ? { failed_sign_ins: 0 } : {};
      return write(id, { ...statusColumns(status, user), ...forget, ...unlock });
    },
    recordSignIn(id) {
      const user = must(id);
      const lastLogin = timestamp(clock);
      // Not a change of the user: `lastUpdated` stays, or every sign-in would look like an update to a synchroniser.
      store.run('UPDATE users SET last_login = ?, failed_sign_ins = 0 WHERE id = ?', [lastLogin, id]);
      changes.note({ kind: 'user', id, change: 'updated' });
      return { ...user, lastLogin, failedSignIns: 0 };
    },
    recordFailedSignIn(id) {
      const user = must(id);
      const failed = user.failedSignIns + 1;
      const status = failed >= LOCKOUT_ATTEMPTS ? (nextStatus('lock_out', user) ?? user.status) : user.status;
      return write(id, { failed_sign_ins: failed, ...statusColumns(status, user) }, false);
    },
    remove(id) {
      const user = must(id);
      if (user.status !== 'DEPROVISIONED') {
        throw new DirectoryError('not-deactivated', 'Only a deactivated user can be deleted.');
      }
      store.transaction(() => {
        store.run('DELETE FROM users WHERE id = ?', [id]);
        changes.note({ kind: 'user', id, change: 'deleted' });
      });
    },
  };
}

function providerColumns(provider: Provider): Record<'provider_type' | 'provider_name', string> {
  return { provider_type: provider.type, provider_name: provider.name };
}
