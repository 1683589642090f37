import { timestamp } from '../clock.ts';
import { ID_PREFIX, newId } from '../ids.ts';
import { allOf, type SqlCondition } from '../store/sql-condition.ts';
import { DirectoryError, nameTaken } from './directory-error.ts';
import { activeOrProvisioned, type LifecycleOperation, nextStatus } from './life-cycle.ts';
import type { Page, PageRequest } from './page.ts';
import { hashPassword } from './password.ts';
import { checkProfile } from './profile.ts';
import { type PasswordToImport, storedFormOf } from './stored-password.ts';
import { IMPORT_PROVIDER, keyOf, OKTA_PROVIDER, type Provider, shortNameOf, type User } from './user.ts';
import { createUserPasswords, type UserPasswords } from './user-passwords.ts';
import { selectUsers } from './user-rows.ts';
import { createUserTable, providerColumns, type UserTableOptions } from './user-table.ts';
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
const LOCKOUT_ATTEMPTS = 10;

export interface Users extends UserPasswords {
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
  /** @throws DirectoryError `transition-forbidden` when the present status does not allow it */
  transition(id: string, operation: LifecycleOperation): User;
  /** Remembers the time and forgets the failures. */
  recordSignIn(id: string): User;
  /** Counts, and locks the user out at {@link LOCKOUT_ATTEMPTS}. */
  recordFailedSignIn(id: string): User;
  /** For good. @throws DirectoryError `not-deactivated` unless the user is DEPROVISIONED */
  remove(id: string): void;
}

export function createUsers({ store, clock, changes }: UserTableOptions): Users {
  const table = createUserTable({ store, clock, changes });
  const { read, must, findByLogin, findBy, write, statusColumns } = table;

  function findByName(name: string): readonly User[] {
    const exact = findByLogin(name);
    return exact === undefined ? findBy('short_key', name) : [exact];
  }

  function assertLoginFree(login: string, id: string | undefined): void {
    const other = findByLogin(login);
    if (other !== undefined && other.id !== id) throw nameTaken('login');
  }

  return {
    ...createUserPasswords({ store, clock, table }),
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
      if (only !== undefined && second === undefined) table.keep(only);
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
