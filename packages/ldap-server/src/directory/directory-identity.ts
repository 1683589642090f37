import type { AttributeType } from '../schema/schema.ts';
import type { Entry } from './entry.ts';

/** Who asks. */
export interface Identity {
  /** '' is anonymous. */
  readonly key: string;
  readonly text: string;
  readonly isAdmin: boolean;
  /** Signed in with a password that must be changed first. */
  readonly mustChange: boolean;
}

export const anonymous: Identity = { key: '', text: '', isAdmin: false, mustChange: false };

/** What only a person itself reads of its entry. */
const ownOnly = new Set(
  'pwdHistory pwdFailureTime pwdAccountLockedTime pwdChangedTime pwdReset pwdGraceUseTime pwdPolicySubentry'.split(' '),
);

/** Everybody reads everything, but passwords, which nobody but the administrator reads, and their circumstances. */
export function mayRead(identity: Identity, entry: Entry, type: AttributeType): boolean {
  if (identity.isAdmin) return true;
  if (type.name === 'userPassword') return false;
  return !ownOnly.has(type.name) || identity.key === entry.dn.key;
}
