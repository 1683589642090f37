import type { RefusalMessages } from 'passport-ldapauth';
import type { RefusalReason, SignInResult } from './auth-adapter.ts';

/**
 * passport-ldapauth tells a refusal by a sentence that the caller may choose. Chosen are codes, so that nothing here
 * depends on prose. A user who does not exist and a wrong password are one and the same.
 */
export const REFUSAL_CODES: RefusalMessages = {
  badRequestMessage: 'invalid-credentials',
  invalidCredentials: 'invalid-credentials',
  userNotFound: 'invalid-credentials',
  noSuchObject: 'invalid-credentials',
  constraintViolation: 'locked',
  accountLockedOut: 'locked',
  accountDisabled: 'disabled',
  accountExpired: 'account-expired',
  invalidLogonHours: 'not-permitted-now',
  invalidWorkstation: 'not-permitted-here',
  passwordExpired: 'password-expired',
  passwordMustChange: 'must-change-password',
};

/** Codes that are finer than the reasons of the seam: the person's account may not be used, and the log says why. */
const DISABLED_DETAILS = ['account-expired', 'not-permitted-now', 'not-permitted-here'];

const REASONS = [
  'invalid-credentials',
  'locked',
  'disabled',
  'password-expired',
  'must-change-password',
] as const satisfies readonly RefusalReason[];

/** The refusal that one of the codes above stands for. */
export function refusalOf(code: string): SignInResult {
  if (DISABLED_DETAILS.includes(code)) {
    return { ok: false, reason: 'disabled', detail: code };
  }
  return { ok: false, reason: REASONS.find((reason) => reason === code) ?? 'invalid-credentials' };
}
