import { passwordPolicyError } from '../protocol/control.ts';
import { type Dn, parseDn } from '../schema/dn.ts';
import type { Schema } from '../schema/schema.ts';
import { type Entry, firstValue } from './entry.ts';
import type { Tree } from './tree.ts';

/** draft-behera-ldap-password-policy-10 §5.2, as far as binds go. Seconds; 0 is never or none. */
interface Policy {
  readonly lockout: boolean;
  readonly maxFailures: number;
  readonly failureInterval: number;
  readonly lockoutSeconds: number;
  readonly maxAge: number;
  readonly warning: number;
  readonly graceLogins: number;
  readonly mustChange: boolean;
}

/** An administrator can lock an account or ask for a new password; wrong guesses lock nobody. */
const defaultPolicy: Policy = {
  lockout: true,
  maxFailures: 0,
  failureInterval: 0,
  lockoutSeconds: 0,
  maxAge: 0,
  warning: 0,
  graceLogins: 0,
  mustChange: true,
};

/** What a policy says of a bind whose password was right. */
export interface PolicyVerdict {
  readonly allowed: boolean;
  readonly mustChange: boolean;
  readonly error?: number;
  readonly secondsUntilExpiry?: number;
  readonly graceLogins?: number;
}

/** What must be changed in the entry once the verdict is acted on. */
export type SetOperational = (name: string, values: readonly string[]) => void;

export function policyOf(entry: Entry, tree: Tree, schema: Schema): Policy {
  const name = firstValue(entry, 'pwdPolicySubentry');
  const dn: Dn | undefined = name === undefined ? undefined : parseDn(name, schema);
  const subentry = dn === undefined ? undefined : tree.find(dn.key);
  if (subentry === undefined) return defaultPolicy;
  const number = (attribute: string): number => Number(firstValue(subentry, attribute) ?? 0);
  const flag = (attribute: string): boolean => firstValue(subentry, attribute) === 'TRUE';
  return {
    lockout: flag('pwdLockout'),
    maxFailures: number('pwdMaxFailure'),
    failureInterval: number('pwdFailureCountInterval'),
    lockoutSeconds: number('pwdLockoutDuration'),
    maxAge: number('pwdMaxAge'),
    warning: number('pwdExpireWarning'),
    graceLogins: number('pwdGraceAuthNLimit'),
    mustChange: flag('pwdMustChange'),
  };
}

/** Whether the account is locked, by an administrator for good or by wrong passwords for a time. */
export function isLocked(entry: Entry, policy: Policy, now: Date): boolean {
  const since = firstValue(entry, 'pwdAccountLockedTime');
  if (since === undefined || !policy.lockout) return false;
  if (since === '000001010000Z' || policy.lockoutSeconds === 0) return true;
  return now.getTime() < parseTime(since) + policy.lockoutSeconds * 1000;
}

/** Notes a wrong password, and locks the account where it was one too many. */
export function noteFailure(entry: Entry, policy: Policy, now: Date, set: SetOperational): void {
  if (policy.maxFailures === 0) return;
  const known = entry.attributes.get('pwdfailuretime')?.values.map((value) => value.toString('latin1')) ?? [];
  const oldest = policy.failureInterval === 0 ? 0 : now.getTime() - policy.failureInterval * 1000;
  const failures = [...known.filter((time) => parseTime(time) >= oldest), formatPreciseTime(now)];
  set('pwdFailureTime', failures);
  if (policy.lockout && failures.length >= policy.maxFailures) set('pwdAccountLockedTime', [formatTime(now)]);
}

/** Judges a bind with the right password. */
export function judge(entry: Entry, policy: Policy, now: Date, set: SetOperational): PolicyVerdict {
  set('pwdFailureTime', []);
  set('pwdAccountLockedTime', []);
  if (policy.mustChange && firstValue(entry, 'pwdReset') === 'TRUE') {
    return { allowed: true, mustChange: true, error: passwordPolicyError.changeAfterReset };
  }
  const changed = firstValue(entry, 'pwdChangedTime');
  if (policy.maxAge === 0 || changed === undefined) return { allowed: true, mustChange: false };
  const left = Math.floor((parseTime(changed) + policy.maxAge * 1000 - now.getTime()) / 1000);
  if (left > 0) {
    const warned = policy.warning > 0 && left <= policy.warning;
    return { allowed: true, mustChange: false, ...(warned ? { secondsUntilExpiry: left } : {}) };
  }
  const used = entry.attributes.get('pwdgraceusetime')?.values.map((value) => value.toString('latin1')) ?? [];
  if (used.length >= policy.graceLogins) {
    return { allowed: false, mustChange: false, error: passwordPolicyError.passwordExpired };
  }
  set('pwdGraceUseTime', [...used, formatPreciseTime(now)]);
  return { allowed: true, mustChange: false, graceLogins: policy.graceLogins - used.length - 1 };
}

/** GeneralizedTime in UTC, to the second. */
export const formatTime = (time: Date): string => `${time.toISOString().replace(/[-:T]|\..*/g, '')}Z`;

/** GeneralizedTime in UTC with microseconds, so that events of one second stay apart. */
export const formatPreciseTime = (time: Date): string =>
  `${time.toISOString().replace(/[-:T]|\..*/g, '')}.${String(time.getMilliseconds()).padStart(3, '0')}${String(++precise % 1000).padStart(3, '0')}Z`;
let precise = 0;

function parseTime(text: string): number {
  const [, year, month, day, hour, minute = '00', second = '00'] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?/.exec(text) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}
