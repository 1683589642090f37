import { AuthError } from './auth-error.ts';

/** Node's error codes (`error.code`) that say why a connection failed, by the detail that is logged for them. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection-refused',
  ECONNRESET: 'connection-reset',
  EPIPE: 'connection-reset',
  ENOTFOUND: 'host-not-found',
  EAI_AGAIN: 'host-not-found',
  EHOSTUNREACH: 'host-unreachable',
  ENETUNREACH: 'host-unreachable',
  ETIMEDOUT: 'connect-timeout',
};

/** What stays wrong until somebody replaces a certificate or corrects the name or the CA file. */
const UNTRUSTED: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_NOT_YET_VALID: 'certificate-not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-name-mismatch',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate-untrusted',
};

/** The AuthError of a connection that could not be made, or undefined when `error` is something else. */
export function connectionFailure(error: unknown, target: string): AuthError | undefined {
  const code = systemCode(error);
  if (code === undefined) {
    return undefined;
  }
  const untrusted = UNTRUSTED[code];
  if (untrusted !== undefined) {
    return new AuthError('misconfigured', `The certificate of ${target} is not accepted: ${untrusted}.`, {
      cause: error,
      detail: untrusted,
    });
  }
  const unreachable = UNREACHABLE[code];
  return unreachable === undefined
    ? undefined
    : new AuthError('unavailable', `${target} cannot be reached: ${unreachable}.`, {
        cause: error,
        detail: unreachable,
      });
}

/** The `code` of the error or of what it was caused by. */
function systemCode(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    if (
      'code' in current &&
      typeof current.code === 'string' &&
      (current.code in UNREACHABLE || current.code in UNTRUSTED)
    ) {
      return current.code;
    }
    current = 'cause' in current ? current.cause : undefined;
  }
  return undefined;
}
