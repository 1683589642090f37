import { type Backend, LdapError, type OperationContext } from '../backend.ts';
import { resultCode } from '../protocol/result-code.ts';

export const extensionOid = {
  startTls: '1.3.6.1.4.1.1466.20037',
  whoAmI: '1.3.6.1.4.1.4203.1.11.3',
} as const;

/** Who-am-I (RFC 4532), or what the backend knows. StartTLS is the connection's own business. Throws LdapError. */
export async function runExtended(
  request: { readonly oid: string; readonly value?: Buffer },
  context: OperationContext,
  backend: Backend,
): Promise<{ readonly oid?: string; readonly value?: string | Buffer }> {
  if (request.oid === extensionOid.whoAmI) {
    if (request.value !== undefined) throw new LdapError(resultCode.protocolError, 'no request data expected');
    const { boundDn } = context.connection;
    const identity = (await backend.whoAmI?.(context)) ?? (boundDn === '' ? '' : `dn:${boundDn}`);
    return { value: identity };
  }
  const answer = await backend.extended?.(request, context);
  if (answer === undefined) throw new LdapError(resultCode.protocolError, 'unsupported extended operation');
  return answer;
}
