import { type BindAnswer, LdapError, type OperationContext, type SimpleBind } from '../backend.ts';
import { isEqual, verifyPassword } from '../password/verify-password.ts';
import { controlOid, passwordPolicyControl, passwordPolicyError, type ResponseControl } from '../protocol/control.ts';
import { resultCode } from '../protocol/result-code.ts';
import type { Directory } from './directory.ts';
import type { Identity } from './directory-identity.ts';
import { requireDn } from './entry-content.ts';
import { isLocked, judge, noteFailure, policyOf } from './password-policy.ts';

/** Binds with a name and a password. An unknown name and a wrong password look the same. Throws LdapError. */
export async function bindTo(
  directory: Directory,
  request: SimpleBind,
  context: OperationContext,
): Promise<{ readonly identity: Identity; readonly answer: BindAnswer }> {
  const dn = requireDn(request.dn, directory.schema);
  if (dn.key === directory.adminDn.key) {
    if (!isEqual(directory.adminPassword, request.password)) throw new LdapError(resultCode.invalidCredentials);
    const { key, text } = directory.adminDn;
    return { identity: { key, text, isAdmin: true, mustChange: false }, answer: { dn: text } };
  }
  const wantsPolicy = context.controls.some(({ oid }) => oid === controlOid.passwordPolicy);
  const policyControls = (response: Parameters<typeof passwordPolicyControl>[0]): readonly ResponseControl[] =>
    wantsPolicy ? [passwordPolicyControl(response)] : [];
  const refuse = (error?: number): LdapError =>
    new LdapError(resultCode.invalidCredentials, '', {
      controls: error === undefined ? [] : policyControls({ error }),
    });

  const entry = directory.tree.find(dn.key);
  if (entry === undefined) throw refuse();
  const policy = policyOf(entry, directory.tree, directory.schema);
  const now = directory.now();
  if (isLocked(entry, policy, now)) throw refuse(passwordPolicyError.accountLocked);
  const set = (name: string, values: readonly string[]): void => directory.setOperational(entry, name, values);
  const stored = entry.attributes.get('userpassword')?.values ?? [];
  let isRight = false;
  for (const value of stored) isRight = (await verifyPassword(value, request.password)) || isRight;
  if (!isRight) {
    noteFailure(entry, policy, now, set);
    throw refuse();
  }
  const { allowed, mustChange, ...response } = judge(entry, policy, now, set);
  if (!allowed) throw refuse(response.error);
  const hasNews = Object.keys(response).length > 0;
  return {
    identity: { key: dn.key, text: entry.dn.text, isAdmin: false, mustChange },
    answer: { dn: entry.dn.text, controls: wantsPolicy ? policyControls(hasNews ? response : {}) : [] },
  };
}
