import { AuthError } from './auth-error.ts';
import { connectionFailure } from './connection-failure.ts';
import { faultInIdToken } from './id-token-fault.ts';
import { RedirectRefusal } from './redirect-refusal.ts';

/** The fields that openid-client 5 puts on its errors (lib/errors.js), by which they are told apart. */
interface ProviderFailure {
  /** OAuth's error code (RFC 6749 sections 4.1.2.1 and 5.2). */
  readonly error?: string;
  readonly response?: { readonly statusCode?: number };
  /** Set when a check of the answer in the address failed: state, or parameters missing. */
  readonly checks?: unknown;
  readonly params?: unknown;
  /** The token that was refused. */
  readonly jwt?: string;
  /** The provider's keys, when none of them signed the token. */
  readonly jwks?: unknown;
  readonly name?: string;
}

const LOGIN_REQUIRED = ['login_required', 'interaction_required', 'consent_required', 'account_selection_required'];
const OVERLOADED = ['server_error', 'temporarily_unavailable'];

/** What a failed answer of the provider means: a refusal of this person or this attempt, or something broken. */
export function explainFailure(
  failure: unknown,
  expected: { readonly issuer: string; readonly clientId: string },
): RedirectRefusal | AuthError {
  if (failure instanceof AuthError || failure instanceof RedirectRefusal) {
    return failure;
  }
  const connection = connectionFailure(failure, expected.issuer);
  if (connection !== undefined) {
    return connection;
  }
  const { name, error, response, checks, params, jwt, jwks } = fieldsOf(failure);
  if (jwt !== undefined || jwks !== undefined) {
    const detail = jwt === undefined ? 'id-token-unknown-key' : faultInIdToken(jwt, expected);
    return new AuthError('misconfigured', `The ID token of ${expected.issuer} is not accepted: ${detail}.`, {
      cause: failure,
      detail,
    });
  }
  if (checks !== undefined) {
    return new RedirectRefusal('stale', 'The answer belongs to no open sign-in of this session.', {
      cause: failure,
      detail: 'state-mismatch',
    });
  }
  if (params !== undefined) {
    return new AuthError('misconfigured', 'The answer names another issuer.', {
      cause: failure,
      detail: 'issuer-mismatch',
    });
  }
  if (error !== undefined) {
    return explainCode(error, response?.statusCode, failure);
  }
  if (name === 'RPError' && Object.keys(fieldsOf(failure)).every((key) => key === 'name')) {
    // The library's own error without any field is the time limit of a request.
    return new AuthError('timeout', `${expected.issuer} did not answer in time.`, { cause: failure });
  }
  return new AuthError('unavailable', `The answer of ${expected.issuer} cannot be used.`, {
    cause: failure,
    detail: response === undefined ? 'unexpected' : 'answer-not-understood',
  });
}

function explainCode(error: string, status: number | undefined, cause: unknown): RedirectRefusal | AuthError {
  // An answer that is no OAuth error at all has a sentence where the code should be.
  const detail = /^[a-z_]{1,64}$/.test(error) ? error : `http-${status ?? 'answer-not-understood'}`;
  if (error === 'access_denied') {
    return new RedirectRefusal('access-denied', 'The provider refused this sign-in.', { cause, detail });
  }
  if (LOGIN_REQUIRED.includes(error)) {
    return new RedirectRefusal('login-required', 'The provider wants the person to sign in again.', { cause, detail });
  }
  if (error === 'invalid_grant') {
    return new RedirectRefusal('stale', 'The code was used before or is too old.', { cause, detail });
  }
  if (OVERLOADED.includes(error) || (status !== undefined && status >= 500)) {
    return new AuthError('unavailable', `The provider cannot answer: ${detail}.`, { cause, detail });
  }
  return new AuthError('misconfigured', `The provider answers with an error: ${detail}.`, { cause, detail });
}

function fieldsOf(failure: unknown): ProviderFailure {
  return typeof failure === 'object' && failure !== null ? failure : {};
}
