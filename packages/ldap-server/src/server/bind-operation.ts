import { type Backend, type BindAnswer, LdapError, type OperationContext } from '../backend.ts';
import type { OperationOf } from '../protocol/request.ts';
import { resultCode } from '../protocol/result-code.ts';

/** Answers a bind, in OpenLDAP's words where the backend has no say. Throws LdapError. */
export async function runBind(
  request: OperationOf<'bind'>,
  context: OperationContext,
  backend: Backend,
): Promise<BindAnswer> {
  if (request.version !== 3) throw new LdapError(resultCode.protocolError, 'only protocol version 3 is supported');
  if (request.authentication.kind !== 'simple') {
    throw new LdapError(resultCode.authMethodNotSupported, 'only a name and a password are supported');
  }
  const { password } = request.authentication;
  if (password.length === 0 && request.dn !== '') {
    // RFC 4513 §5.1.2: else a program that forgets to ask for a password would take anybody for anyone.
    throw new LdapError(resultCode.unwillingToPerform, 'unauthenticated bind (DN with no password) disallowed');
  }
  if (request.dn === '' && password.length > 0) {
    throw new LdapError(resultCode.invalidCredentials);
  }
  if (password.length === 0) {
    await backend.bindAnonymously?.(context);
    return { dn: '' };
  }
  return backend.bind({ dn: request.dn, password }, context);
}
