import { ID_PREFIX, newId } from '../ids.ts';

/** Okta's error codes that Local Okta answers with. Source: Okta "Error codes and descriptions". */
const ERRORS = {
  E0000001: { status: 400, summary: 'Api validation failed' },
  E0000003: { status: 400, summary: 'The request body was not well-formed.' },
  E0000006: { status: 403, summary: 'You do not have permission to perform the requested action' },
  E0000007: { status: 404, summary: 'Not found' },
  E0000008: { status: 404, summary: 'The requested path was not found' },
  E0000009: { status: 500, summary: 'Internal Server Error' },
  E0000011: { status: 401, summary: 'Invalid token provided' },
  E0000014: { status: 403, summary: 'Update of credentials failed' },
  E0000016: { status: 403, summary: 'Activation failed because the user is already active' },
  E0000017: { status: 403, summary: 'Password reset failed' },
  E0000021: {
    status: 415,
    summary: 'Bad request. Accept and/or Content-Type headers likely do not match supported values.',
  },
  E0000022: { status: 405, summary: 'The endpoint does not support the provided HTTP method' },
  E0000023: {
    status: 403,
    summary: 'Operation failed because user profile is mastered under another system',
  },
  E0000029: { status: 400, summary: 'Invalid paging request. Ensure the pagination cursor has not been altered.' },
  E0000030: { status: 400, summary: "Invalid date. Dates must be of the form yyyy-MM-dd'T'HH:mm:ss.SSSZZ" },
  E0000031: { status: 400, summary: 'Invalid search criteria.' },
  E0000032: { status: 403, summary: 'Unlock is not allowed for this user.' },
  E0000033: { status: 400, summary: "Bad request. Can't specify a search query and filter in the same request." },
  E0000035: { status: 403, summary: 'Change password not allowed on specified user.' },
  E0000038: { status: 403, summary: "This operation is not allowed in the user's current status." },
  E0000047: { status: 429, summary: 'API call exceeded rate limit due to too many requests.' },
  E0000056: { status: 403, summary: 'Delete application forbidden.' },
  E0000060: { status: 501, summary: 'Unsupported operation.' },
  E0000090: { status: 409, summary: 'The role specified is already assigned to the user.' },
} as const;

export type OktaErrorCode = keyof typeof ERRORS;

/** Answered as Okta's JSON error by the last error handler. */
export class OktaError extends Error {
  override readonly name = 'OktaError';
  readonly code: OktaErrorCode;
  readonly status: number;
  readonly causes: readonly string[];

  constructor(
    code: OktaErrorCode,
    options: {
      readonly detail?: string;
      readonly causes?: readonly string[];
      readonly status?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    const { status, summary } = ERRORS[code];
    super(options.detail === undefined ? summary : `${summary.replace(/\.$/, '')}: ${options.detail}`, {
      cause: options.cause,
    });
    this.code = code;
    this.status = options.status ?? status;
    this.causes = options.causes ?? [];
  }
}

export interface OktaErrorBody {
  readonly errorCode: string;
  readonly errorSummary: string;
  readonly errorLink: string;
  readonly errorId: string;
  readonly errorCauses: readonly { readonly errorSummary: string }[];
}

export function errorBody(error: OktaError): OktaErrorBody {
  return {
    errorCode: error.code,
    errorSummary: error.message,
    errorLink: error.code,
    errorId: newId(ID_PREFIX.error),
    errorCauses: error.causes.map((errorSummary) => ({ errorSummary })),
  };
}

/** A request that asks for something impossible: which field, and what is wrong with it. */
export function invalid(field: string, ...causes: readonly string[]): OktaError {
  return new OktaError('E0000001', { detail: field, causes: causes.map((cause) => `${field}: ${cause}`) });
}
