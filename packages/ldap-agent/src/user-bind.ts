import type { ConnectionPool } from './connection-pool.ts';
import { DirectoryError, resultCodeOf, toDirectoryError } from './directory-error.ts';
import { PasswordPolicyControl } from './password-policy.ts';
import type { BindOutcome, BindWork, Entry, SearchWork } from './protocol.ts';

/** Answers of a bind that judge the person, not the directory: RFC 4511 appendix A. */
const INAPPROPRIATE_AUTHENTICATION = 48;
const INVALID_CREDENTIALS = 49;
const NO_SUCH_OBJECT = 32;
const REFUSED: ReadonlySet<number> = new Set([NO_SUCH_OBJECT, INAPPROPRIATE_AUTHENTICATION, INVALID_CREDENTIALS]);

/**
 * Binds as one person on a connection used for nothing but binds, and tells the outcomes apart that the directory
 * tells apart: by the password policy control, and after a refusal by what the entry says about itself.
 */
export async function bindAsUser(
  work: BindWork,
  pool: ConnectionPool,
  search: (work: SearchWork) => Promise<readonly Entry[]>,
): Promise<BindOutcome> {
  const endsAt = Date.now() + work.deadlineMs;
  for (let attempt = 1; ; attempt += 1) {
    const left = Math.max(1, endsAt - Date.now());
    const { connection, reused } = await pool.borrow(left).catch((error: unknown) => {
      throw toDirectoryError(error);
    });
    const control = new PasswordPolicyControl();
    try {
      await connection.within(left, (client) => client.bind(work.dn, work.password, control));
      // The directory ties a connection to its "must change" state: that one is not used again.
      pool.giveBack(connection, control.error === undefined);
      return judge(control) ?? 'ok';
    } catch (error) {
      const code = resultCodeOf(error);
      pool.giveBack(connection, code !== undefined);
      if (code !== undefined && REFUSED.has(code)) return judge(control) ?? (await lookWhy(work, search, endsAt));
      const known = toDirectoryError(error);
      // A connection that died while idle says nothing about the directory: once more, on a fresh one.
      if (known.code === 'connection-lost' && reused && attempt <= 2) continue;
      throw known;
    }
  }
}

function judge(control: PasswordPolicyControl): BindOutcome | undefined {
  switch (control.error) {
    case 'accountLocked':
      return 'locked';
    case 'passwordExpired':
      return 'password-expired';
    case 'changeAfterReset':
      return 'must-change';
    default:
      return undefined;
  }
}

/** By default OpenLDAP's policy hides a lock behind 49; the entry shows it to the service account. */
async function lookWhy(
  work: BindWork,
  search: (work: SearchWork) => Promise<readonly Entry[]>,
  endsAt: number,
): Promise<BindOutcome> {
  const left = endsAt - Date.now();
  if (left < 50) return 'invalid';
  try {
    const [entry] = await search({
      id: work.id,
      kind: 'search',
      base: work.dn,
      scope: 'base',
      filter: '(objectClass=*)',
      attributes: ['pwdAccountLockedTime'],
      sizeLimit: 1,
      deadlineMs: left,
    });
    return entry?.attributes.pwdaccountlockedtime === undefined ? 'invalid' : 'locked';
  } catch (error) {
    // The password is wrong whatever the second question brings.
    if (error instanceof DirectoryError) return 'invalid';
    throw error;
  }
}
