import { passwordPolicyProblem } from '../directory/password.ts';
import type { PasswordToImport } from '../directory/stored-password.ts';
import { OKTA_PROVIDER, type Provider, type User } from '../directory/user.ts';
import { invalid, OktaError } from '../http/okta-error.ts';
import type { Credentials } from './body.ts';

/** @throws OktaError unless this password may be set for a user with this login and provider */
export function assertPasswordAllowed(password: string, login: string, provider: Provider): void {
  if (provider.type === 'LDAP') {
    throw new OktaError('E0000014', { causes: ["This user's password is kept by the LDAP directory."] });
  }
  const problem = passwordPolicyProblem(password, login);
  if (problem !== undefined) throw invalid('password', problem);
}

/** What a request says about the password: in clear, or to be imported. */
export interface RequestedPassword {
  readonly password: string | undefined;
  readonly passwordToImport: PasswordToImport | undefined;
}

export function requestedPassword(credentials: Credentials | undefined): RequestedPassword {
  const { value, hash, hook } = credentials?.password ?? {};
  if (hash !== undefined) return { password: undefined, passwordToImport: { kind: 'hash', hash } };
  if (hook !== undefined) return { password: undefined, passwordToImport: { kind: 'hook' } };
  return { password: value, passwordToImport: undefined };
}

/**
 * The provider that a request asks for; without one, `present`.
 * @throws OktaError where it does not go with the password of the same request
 */
export function requestedProvider(
  credentials: Credentials | undefined,
  { password, passwordToImport }: RequestedPassword,
  present: Provider = OKTA_PROVIDER,
): Provider {
  const given = credentials?.provider;
  if (given === undefined) return present;
  if (passwordToImport !== undefined && given.type === 'LDAP') {
    throw invalid('provider', 'must be IMPORT (or be left out) with a hash or a hook');
  }
  if (given.type === 'IMPORT' && passwordToImport === undefined && present.type !== 'IMPORT') {
    throw invalid('provider', 'IMPORT needs credentials.password.hash or credentials.password.hook');
  }
  if (given.type === 'IMPORT') return password === undefined ? { type: 'IMPORT', name: 'IMPORT' } : OKTA_PROVIDER;
  return given.type === 'OKTA' ? OKTA_PROVIDER : { type: 'LDAP', name: given.name ?? 'LDAP' };
}

/** Statuses in which the password of somebody who is here may move to the hook *(inferred)*. */
const HOOK_STATUSES: readonly User['status'][] = ['STAGED', 'PROVISIONED', 'RECOVERY', 'PASSWORD_EXPIRED', 'ACTIVE'];

/** @throws OktaError unless this user's password may be replaced by a hash or the hook */
export function assertImportAllowed(password: PasswordToImport, user: User): void {
  if (user.provider.type === 'LDAP' && user.status !== 'STAGED') {
    throw new OktaError('E0000014', { causes: ["This user's password is kept by the LDAP directory."] });
  }
  if (password.kind === 'hash' && user.status !== 'STAGED') {
    throw invalid('password', 'A hashed password can be set only while the user is STAGED.');
  }
  if (!HOOK_STATUSES.includes(user.status)) throw new OktaError('E0000038');
}
