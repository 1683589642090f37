import { type Clock, timestamp } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { notFound } from './directory-error.ts';
import { importedHashMatches } from './imported-password.ts';
import { hashPassword, passwordMatches } from './password.ts';
import { HOOK, importedHashOf, type PasswordToImport, storedFormOf } from './stored-password.ts';
import { IMPORT_PROVIDER, OKTA_PROVIDER, type User } from './user.ts';
import { providerColumns, type UserTable } from './user-table.ts';

/** What stands for users' passwords in Okta. */
export interface UserPasswords {
  /**
   * Hashes and sets it, and makes the user ACTIVE where only the password was missing.
   * @throws DirectoryError `not-found`, also for somebody who was deactivated meanwhile
   */
  setPassword(id: string, password: string, options?: { readonly expired?: boolean }): Promise<User>;
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
}

export interface UserPasswordsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly table: UserTable;
}

export function createUserPasswords({ store, clock, table }: UserPasswordsOptions): UserPasswords {
  const { must, write, statusColumns } = table;

  function setHash(id: string, hash: string, expired = false): User {
    return store.transaction(() => {
      const user = must(id);
      // Hashing took a while: a password stored now would be good after the next activation.
      if (user.status === 'DEPROVISIONED') throw notFound('User', id);
      const waiting = ['PROVISIONED', 'RECOVERY', 'PASSWORD_EXPIRED', 'ACTIVE'].includes(user.status);
      const status = waiting ? (expired ? 'PASSWORD_EXPIRED' : 'ACTIVE') : user.status;
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
    async setPassword(id, password, { expired = false } = {}) {
      must(id);
      return setHash(id, await hashPassword(password), expired);
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
  };
}
