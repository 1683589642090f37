import { PasswordPolicyControl } from '@ldap-to-okta/ldap-agent';
import { ResultCodeError } from 'ldapts';
import { failed, ok, type Verdict } from '../exam.ts';
import type { Session } from './session.ts';

export interface Account {
  readonly dn: string;
  readonly password: string;
  /** The variables that hold it, for a person. */
  readonly variables: { readonly name: string; readonly password: string };
  /** Okta's LDAP Interface says one and the same for several reasons. */
  readonly atOkta: boolean;
  /** What the org's API knows of the account: `LOCKED_OUT`. */
  readonly lookUpStatus?: () => Promise<string | undefined>;
}

// Active Directory's sub-codes within the message of result code 49.
const ACTIVE_DIRECTORY: Readonly<Record<string, string>> = {
  '525': 'there is no such account',
  '532': 'its password has expired',
  '533': 'the account is disabled',
  '701': 'the account has expired',
  '773': 'its password must be changed first',
  '775': 'the account is locked',
};

/** Binds the account with which an app reads people and groups, and tells refusals apart. */
export async function checkBind({ client }: Session, account: Account): Promise<Verdict<void>> {
  const policy = new PasswordPolicyControl();
  try {
    await client.bind(account.dn, account.password, account.atOkta ? undefined : policy);
    if (policy.error === 'changeAfterReset') {
      return failed(`${account.dn} must set a new password first`, 'Set one, and write it into .env.');
    }
    return ok(undefined, `${account.dn} is let in`);
  } catch (error) {
    if (!(error instanceof ResultCodeError)) return brokenOff(error);
    return policy.error === undefined ? explainRefusal(error, account) : explainPolicy(policy.error, account);
  }
}

function explainPolicy(error: NonNullable<PasswordPolicyControl['error']>, { dn, variables }: Account): Verdict<never> {
  switch (error) {
    case 'accountLocked':
      return failed(`${dn} is locked by the directory's password policy`, 'Have the account unlocked.');
    case 'passwordExpired':
      return failed(`the password of ${dn} has expired`, `Have it set anew, and write it into ${variables.password}.`);
    default:
      return failed(`${dn} is refused by the directory's password policy (${error})`, 'Have the account looked at.');
  }
}

async function explainRefusal(error: ResultCodeError, account: Account): Promise<Verdict<never>> {
  const { dn, variables, atOkta } = account;
  const answer = `(${error.code}: ${error.message})`;
  switch (error.code) {
    case 49: {
      if (/denied by sign on policy/i.test(error.message)) {
        return failed(
          `${dn} is refused by a sign-on policy, which may want MFA ${answer}`,
          'Give the service user a policy of its own that asks for a password alone, or exempt it from MFA.',
        );
      }
      const data = ACTIVE_DIRECTORY[/\bdata ([0-9a-f]{3})\b/i.exec(error.message)?.[1]?.toLowerCase() ?? ''];
      if (data !== undefined) return failed(`${dn} is refused: ${data}`, 'Have the account looked at.');
      const status = await account.lookUpStatus?.().catch(() => undefined);
      if (status !== undefined && status !== 'ACTIVE') {
        return failed(
          `${dn} is refused; Okta says that this user is ${status}`,
          status === 'LOCKED_OUT' ? 'Unlock it in the Admin Console, Directory > People.' : 'Activate that user.',
        );
      }
      return failed(
        `${dn} is refused: wrong name or password ${answer}`,
        atOkta
          ? `Compare ${variables.name} and ${variables.password} with the user in Okta. It says the same when that user is locked, or when the LDAP Interface is not added (Directory Integrations).`
          : `Compare ${variables.name} and ${variables.password} with the directory. Without a password policy that tells, a locked account looks the same.`,
      );
    }
    case 11:
      return failed(
        `too many binds of ${dn} at once ${answer}; Okta takes four a second for one user`,
        'Wait a moment and run this again. If it stays, some program binds for every sign-in: it must keep its connections.',
      );
    case 8:
    case 13:
      return failed(
        `the directory wants an encrypted connection ${answer}`,
        'Set LDAP_TLS=starttls or LDAP_TLS=ldaps.',
      );
    case 19:
      return failed(`${dn} is locked for too many wrong passwords ${answer}`, 'Have the account unlocked.');
    case 32:
    case 34:
      return failed(`there is no ${dn} ${answer}`, `Correct ${variables.name}: it is a whole distinguished name.`);
    case 48:
      return failed(`${dn} has no password to bind with ${answer}`, `Choose another account in ${variables.name}.`);
    case 51:
    case 52:
      return failed(
        `the password of ${dn} cannot be checked now ${answer}`,
        atOkta ? 'Look at the LDAP agents: the directory behind Okta does not answer.' : 'Look at the directory.',
      );
    default:
      return failed(`${dn} is refused ${answer}`, 'Have the account looked at.');
  }
}

/** The connection ended, or nothing came. */
export function brokenOff(error: unknown): Verdict<never> {
  const { message } = error instanceof Error ? error : { message: String(error) };
  return failed(
    `no LDAP answer came (${message})`,
    'Something accepts connections there that does not speak LDAP, or hangs: look at the host, the port and LDAP_TLS.',
  );
}
