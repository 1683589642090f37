import { LdapAuthError, type LdapAuthErrorCode } from './errors.ts';

const MEANINGS: ReadonlyMap<string, readonly [LdapAuthErrorCode, string, string]> = new Map([
  ['CERT_HAS_EXPIRED', ['misconfigured', 'certificate-expired', "the directory's certificate has expired"]],
  [
    'CERT_NOT_YET_VALID',
    ['misconfigured', 'certificate-not-yet-valid', "the directory's certificate is not valid yet"],
  ],
  ['CERT_REVOKED', ['misconfigured', 'certificate-revoked', "the directory's certificate is revoked"]],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    ['misconfigured', 'certificate-name-mismatch', "the directory's certificate is for another host name"],
  ],
  ['ECONNREFUSED', ['unavailable', 'connection-refused', 'nothing listens there']],
  ['ECONNRESET', ['unavailable', 'connection-reset', 'the connection was cut']],
  ['ENOTFOUND', ['unavailable', 'host-not-found', 'the host name is not known']],
  ['EAI_AGAIN', ['unavailable', 'host-not-found', 'the host name cannot be looked up now']],
  ['ETIMEDOUT', ['unavailable', 'connect-timeout', 'the host does not answer']],
  ['EHOSTUNREACH', ['unavailable', 'host-unreachable', 'the host cannot be reached']],
  ['ENETUNREACH', ['unavailable', 'host-unreachable', 'the network cannot be reached']],
]);

// OpenSSL's verification errors by the names that Node gives them, apart from those above.
const UNTRUSTED =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|INVALID_|PATH_LENGTH|HOSTNAME_MISMATCH|ERROR_IN_CERT)/;

// OpenSSL's words when an answer is none of TLS, in version 3.0 and later ones.
const SPEAKS_NO_TLS = /wrong version number|packet length too long|record layer failure/i;

/** What a failed connection attempt means. */
export function connectErrorOf(error: unknown, url: string): LdapAuthError {
  if (error instanceof LdapAuthError) {
    return error;
  }
  const systemCode = systemCodeOf(error);
  const known = MEANINGS.get(systemCode);
  if (known !== undefined) {
    return new LdapAuthError(known[0], `Cannot connect to ${url}: ${known[2]}`, { cause: error, detail: known[1] });
  }
  if (UNTRUSTED.test(systemCode)) {
    return new LdapAuthError(
      'misconfigured',
      `Cannot connect to ${url}: its certificate is not signed by a trusted CA`,
      {
        cause: error,
        detail: 'certificate-untrusted',
      },
    );
  }
  if (systemCode === 'EPROTO' || systemCode.startsWith('ERR_SSL_') || systemCode.startsWith('ERR_TLS_')) {
    const why = SPEAKS_NO_TLS.test(String(Object(error).message))
      ? 'what listens there speaks no TLS; is this the port for LDAPS?'
      : 'TLS cannot be agreed on';
    return new LdapAuthError('misconfigured', `Cannot connect to ${url}: ${why}`, {
      cause: error,
      detail: 'tls-handshake',
    });
  }
  return new LdapAuthError('unavailable', `Cannot connect to ${url}`, { cause: error });
}

function systemCodeOf(error: unknown): string {
  // Not by instanceof: where modules run in a context of their own, Node's errors are of another realm.
  const { code, errors } = Object(error) as { code?: unknown; errors?: unknown }; // both checked below
  // Trying several addresses of one name fails with an AggregateError; the first speaks for all.
  const first = Array.isArray(errors) && errors.length > 0 ? Object(errors[0]).code : code;
  return typeof first === 'string' ? first : '';
}
