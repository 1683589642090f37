import { BerCursor, OCTET_STRING, SEQUENCE } from './ber-cursor.ts';
import { encode } from './ber-writer.ts';
import type { RefusalReason } from './errors.ts';
import type { LdapResult } from './response.ts';
import { ResultCode } from './result-codes.ts';

const PASSWORD_POLICY = '1.3.6.1.4.1.42.2.27.8.5.1';

/** The controls of a bind that ask for the reason of a refusal (draft-behera-ldap-password-policy-11, section 6.1). */
export const passwordPolicyControls = encode((to) => {
  to.text(OCTET_STRING, PASSWORD_POLICY);
  to.wrap(SEQUENCE, 0);
  to.wrap(0xa0, 0);
});

const POLICY_ERRORS: ReadonlyMap<number, RefusalReason> = new Map([
  [0, 'password-expired'],
  [1, 'locked'],
  [2, 'must-change-password'],
]);

// Active Directory's sub-codes (hexadecimal Windows errors) within the message of result code 49.
const ACTIVE_DIRECTORY: ReadonlyMap<string, RefusalReason> = new Map([
  ['530', 'not-permitted-now'],
  ['531', 'not-permitted-now'],
  ['532', 'password-expired'],
  ['533', 'disabled'],
  ['534', 'disabled'],
  ['701', 'account-expired'],
  ['773', 'must-change-password'],
  ['775', 'locked'],
]);

const REFUSALS: ReadonlyMap<number, RefusalReason> = new Map([
  [ResultCode.invalidCredentials, 'invalid-credentials'],
  // The entry has no password, or went away between search and bind.
  [ResultCode.inappropriateAuthentication, 'invalid-credentials'],
  [ResultCode.noSuchObject, 'invalid-credentials'],
  [ResultCode.invalidDnSyntax, 'invalid-credentials'],
  // 389 Directory Server: retry limit exceeded; account inactivated.
  [ResultCode.constraintViolation, 'locked'],
  [ResultCode.unwillingToPerform, 'disabled'],
]);

// Okta's LDAP Interface answers 49 when a policy wants more than a password, and tells it from a wrong one by prose alone.
const OKTA_SIGN_ON_POLICY = /\bdenied by sign on policy\b/i;

export type Verdict =
  | { readonly kind: 'ok' }
  /** `detail` is for observers: the same reason, told more exactly. */
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly detail?: string }
  | { readonly kind: 'broken' };

/** What the answer to a user's bind means. A success that demands a new password first is a refusal. */
export function judgeBind(result: LdapResult): Verdict {
  const policyReason = policyReasonOf(result);
  if (result.status === ResultCode.success) {
    return policyReason === undefined ? { kind: 'ok' } : { kind: 'refused', reason: policyReason };
  }
  const refusal = REFUSALS.get(result.status);
  if (refusal === undefined) {
    return { kind: 'broken' };
  }
  const reason = policyReason ?? activeDirectoryReasonOf(result) ?? refusal;
  return OKTA_SIGN_ON_POLICY.test(result.diagnosticMessage)
    ? { kind: 'refused', reason, detail: 'denied-by-sign-on-policy' }
    : { kind: 'refused', reason };
}

function activeDirectoryReasonOf(result: LdapResult): RefusalReason | undefined {
  const match = /\bdata ([0-9a-f]{3,4}), v[0-9a-f]+/i.exec(result.diagnosticMessage);
  return match === null ? undefined : ACTIVE_DIRECTORY.get(match[1]?.toLowerCase() ?? '');
}

/** `SEQUENCE { warning [0] CHOICE OPTIONAL, error [1] ENUMERATED OPTIONAL }`; warnings do not refuse. */
function policyReasonOf(result: LdapResult): RefusalReason | undefined {
  const value = result.controls.find(({ oid }) => oid === PASSWORD_POLICY)?.value;
  if (value === undefined || value.length === 0) {
    return undefined;
  }
  try {
    const body = new BerCursor(value);
    body.enter(SEQUENCE);
    if (body.peekTag() === 0xa0) {
      body.skip();
    }
    return body.peekTag() === 0x81 ? POLICY_ERRORS.get(body.integer(0x81)) : undefined;
  } catch {
    // A control that cannot be read says nothing; the result code still does.
    return undefined;
  }
}
