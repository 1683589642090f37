import { LdapAuthError, type LdapAuthErrorCode } from './errors.ts';
import type { LdapResult } from './response.ts';

/** Result codes that are branched on (RFC 4511 appendix A.1). */
export const ResultCode = {
  success: 0,
  operationsError: 1,
  timeLimitExceeded: 3,
  sizeLimitExceeded: 4,
  strongerAuthRequired: 8,
  referral: 10,
  adminLimitExceeded: 11,
  confidentialityRequired: 13,
  constraintViolation: 19,
  noSuchObject: 32,
  invalidDnSyntax: 34,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
  insufficientAccessRights: 50,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
} as const;

const MEANINGS: ReadonlyMap<number, readonly [LdapAuthErrorCode, string, string]> = new Map([
  // What Active Directory says to who searches without a bind; a session that has ended was tried again before.
  [
    ResultCode.operationsError,
    ['misconfigured', 'bind-required', 'The directory wants a bind first: name a service account'],
  ],
  [ResultCode.timeLimitExceeded, ['timeout', 'time-limit', 'The directory gave up on its own time limit']],
  [ResultCode.sizeLimitExceeded, ['size-limit', 'size-limit', 'The directory cut the search short']],
  [ResultCode.adminLimitExceeded, ['size-limit', 'admin-limit', 'The directory cut the search short']],
  [ResultCode.strongerAuthRequired, ['misconfigured', 'confidentiality-required', 'The directory wants TLS']],
  [ResultCode.confidentialityRequired, ['misconfigured', 'confidentiality-required', 'The directory wants TLS']],
  [
    ResultCode.referral,
    ['misconfigured', 'referral', 'The directory refers to another one; referrals are not followed'],
  ],
  [ResultCode.noSuchObject, ['misconfigured', 'wrong-base', 'The search base does not exist']],
  [ResultCode.invalidDnSyntax, ['misconfigured', 'wrong-base', 'The search base is not a distinguished name']],
  [
    ResultCode.insufficientAccessRights,
    ['misconfigured', 'insufficient-access', 'The service account may not read what it has to'],
  ],
  [
    ResultCode.inappropriateAuthentication,
    ['misconfigured', 'insufficient-access', 'The directory does not let this account search'],
  ],
  [ResultCode.busy, ['unavailable', 'busy', 'The directory is busy']],
  [ResultCode.unavailable, ['unavailable', 'unavailable', 'The directory is shutting down']],
]);

/** The server cannot now; another one may. */
export const OVERLOADED: ReadonlySet<number> = new Set([ResultCode.busy, ResultCode.unavailable]);

/** The error that a result code other than success means, where no caller knows better. */
export function errorOf(result: LdapResult, doing: string): LdapAuthError {
  const [code, detail, meaning] = MEANINGS.get(result.status) ?? [
    'unavailable',
    `ldap-${result.status}`,
    `The directory answered with result code ${result.status}`,
  ];
  return new LdapAuthError(code as LdapAuthErrorCode, `${doing}: ${meaning}`, {
    detail,
    cause: new LdapResultError(result),
  });
}

/** As `errorOf`, for a bind: what limits a search there limits how often an account may bind here. */
export function bindErrorOf(result: LdapResult, doing: string): LdapAuthError {
  if (result.status !== ResultCode.adminLimitExceeded) {
    return errorOf(result, doing);
  }
  return new LdapAuthError('unavailable', `${doing}: The directory limits how often this account may bind`, {
    detail: 'admin-limit',
    cause: new LdapResultError(result),
  });
}

/** What the directory said, as the cause of an error. */
export class LdapResultError extends Error {
  override readonly name = 'LdapResultError';
  /** The LDAP result code. */
  readonly code: number;

  constructor(result: LdapResult) {
    super(result.diagnosticMessage === '' ? `LDAP result code ${result.status}` : result.diagnosticMessage);
    this.code = result.status;
  }
}

/** The code that an observer is told. */
export function outcomeOf(error: unknown): string {
  return error instanceof LdapAuthError ? error.detail : 'connection-lost';
}
