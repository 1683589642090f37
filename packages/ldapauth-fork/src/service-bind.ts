import { type Connection, ConnectionLost } from './connection.ts';
import { LdapAuthError } from './errors.ts';
import { bindRequest } from './request.ts';
import { bindErrorOf, LdapResultError, outcomeOf, ResultCode } from './result-codes.ts';
import type { Settings } from './settings.ts';
import type { OnStep } from './step.ts';

const REFUSED_ACCOUNT: ReadonlySet<number> = new Set([
  ResultCode.constraintViolation,
  ResultCode.noSuchObject,
  ResultCode.invalidDnSyntax,
  ResultCode.inappropriateAuthentication,
  ResultCode.invalidCredentials,
  ResultCode.insufficientAccessRights,
  ResultCode.unwillingToPerform,
]);

/**
 * Binds the service account, if there is one. A connection on which that fails is closed.
 * @throws LdapAuthError `service-bind-failed` when the directory refuses the account, never a user's refusal
 */
export async function bindService(
  connection: Connection,
  { service }: Settings,
  onStep: OnStep | undefined,
): Promise<void> {
  if (service === undefined) {
    return;
  }
  const startedAt = performance.now();
  const report = (outcome: string): void =>
    onStep?.({ kind: 'bind', purpose: 'service', dn: service.dn, outcome, ms: performance.now() - startedAt });
  try {
    const { result } = await connection.request(bindRequest(service.dn, service.password));
    if (REFUSED_ACCOUNT.has(result.status)) {
      throw new LdapAuthError(
        'service-bind-failed',
        'The directory refuses the service account (bindDN, bindCredentials)',
        { cause: new LdapResultError(result) },
      );
    }
    if (result.status !== ResultCode.success) {
      throw bindErrorOf(result, 'Binding the service account');
    }
    report('ok');
  } catch (error) {
    connection.close();
    const told =
      error instanceof ConnectionLost
        ? new LdapAuthError('unavailable', 'The connection was cut in the service bind', {
            cause: error,
            detail: 'connection-lost',
          })
        : error;
    report(outcomeOf(told));
    throw told;
  }
}
