import { type Backend, LdapError, type OperationContext } from '../backend.ts';
import type { AnsweredKind, LdapResult } from '../protocol/encode-message.ts';
import type { LdapMessage, Operation, OperationOf } from '../protocol/request.ts';
import { resultCode } from '../protocol/result-code.ts';
import { serverControls } from './root-dse.ts';

/** The operations that only pass through to the backend. Throws LdapError. */
export async function runWriteOrCompare(
  operation: OperationOf<'compare' | 'add' | 'modify' | 'delete' | 'modifyDn'>,
  context: OperationContext,
  backend: Backend,
): Promise<LdapResult> {
  switch (operation.kind) {
    case 'compare': {
      if (backend.compare === undefined) throw refused();
      const equal = await backend.compare(operation, context);
      return { code: equal ? resultCode.compareTrue : resultCode.compareFalse };
    }
    case 'add':
      if (backend.add === undefined) throw refused();
      return success(await backend.add(operation, context));
    case 'modify':
      if (backend.modify === undefined) throw refused();
      return success(await backend.modify(operation, context));
    case 'delete':
      if (backend.delete === undefined) throw refused();
      return success(await backend.delete(operation, context));
    case 'modifyDn':
      if (backend.modifyDn === undefined) throw refused();
      return success(await backend.modifyDn(operation, context));
    default:
      return operation satisfies never;
  }
}

/** Refuses a critical control that nobody answers (RFC 4511 §4.1.11). */
export function refuseUnknownCriticalControls(message: LdapMessage, backend: Backend): void {
  for (const control of message.controls) {
    const known = backend.supportedControls?.includes(control.oid) === true || isServerControl(message, control.oid);
    if (control.critical && !known) {
      throw new LdapError(resultCode.unavailableCriticalExtension, 'critical extension is not recognized');
    }
  }
}

const isServerControl = (message: LdapMessage, oid: string): boolean =>
  message.operation.kind === 'search' && serverControls.includes(oid);

export const isAnswered = (kind: Operation['kind']): kind is AnsweredKind => kind !== 'abandon' && kind !== 'unbind';

/** What a client reads of a failure: a refusal as it is, of anything else that it happened and no more. */
export function resultOfFailure(error: unknown, onError: (error: unknown) => void): LdapResult {
  if (error instanceof LdapError) return error.result;
  onError(error);
  return { code: resultCode.other, message: 'internal error' };
}

const refused = (): LdapError =>
  new LdapError(resultCode.unwillingToPerform, 'operation not supported by this directory');

const success = (answer: Awaited<ReturnType<NonNullable<Backend['add']>>>): LdapResult => ({
  code: resultCode.success,
  ...(answer?.controls === undefined ? {} : { controls: answer.controls }),
});
