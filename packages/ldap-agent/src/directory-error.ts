import { codeOf, messageOf } from './error-code.ts';

/** What stopped the agent from asking the directory, or what the directory answered instead of a result. */
export type DirectoryErrorCode =
  | 'host-unknown'
  | 'connection-refused'
  | 'connection-lost'
  | 'certificate-untrusted'
  | 'certificate-name'
  | 'certificate-expired'
  | 'tls-refused'
  | 'service-bind-failed'
  | 'timeout'
  | 'bad-filter'
  | 'result-code';

/** The directory cannot be asked, or refused. Never a wrong user password: that is a value. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
  readonly code: DirectoryErrorCode;
  /** The LDAP result code (RFC 4511 section 4.1.9) where the directory gave one. */
  readonly resultCode?: number;

  constructor(code: DirectoryErrorCode, message: string, options?: { cause?: unknown; resultCode?: number }) {
    super(message, options);
    this.code = code;
    if (options?.resultCode !== undefined) this.resultCode = options.resultCode;
  }
}

const BY_NODE_CODE: Readonly<Record<string, readonly [DirectoryErrorCode, string]>> = {
  ENOTFOUND: ['host-unknown', 'the host name of the directory is unknown'],
  EAI_AGAIN: ['host-unknown', 'the host name of the directory cannot be looked up now'],
  ECONNREFUSED: ['connection-refused', 'nothing listens at the host and port of the directory'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['certificate-untrusted', 'the certificate of the directory is self-signed'],
  SELF_SIGNED_CERT_IN_CHAIN: ['certificate-untrusted', 'the CA of the directory is not trusted; set LDAP_CA_FILE'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'certificate-untrusted',
    'the CA of the directory is not trusted; set LDAP_CA_FILE',
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'certificate-untrusted',
    'the CA of the directory is not trusted; set LDAP_CA_FILE',
  ],
  CERT_HAS_EXPIRED: ['certificate-expired', 'the certificate of the directory has expired'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['certificate-name', 'the certificate of the directory is for another host name'],
};

/** What the usual refusals mean here: RFC 4511 appendix A, and what OpenLDAP makes of its limits. */
const BY_RESULT_CODE: Readonly<Record<number, string>> = {
  3: 'the search took longer than it grants the service account',
  4: 'it grants the service account fewer entries than there are; raise its size limit (OpenLDAP: limits, also size.prtotal)',
  10: 'what was asked for is in another directory (a referral), and referrals are not followed',
  11: 'the search is more than it grants the service account; raise its limits (OpenLDAP: limits, size.unchecked, size.pr and size.prtotal)',
  12: 'it does not know searches by pages (RFC 2696)',
  32: 'the base does not exist, or is hidden from the service account',
  34: 'the name is no distinguished name',
  50: 'the service account may not do that',
  51: 'it is busy',
  52: 'it is not available',
  53: 'it is unwilling to do that',
};

function refusal(code: number, message: string): string {
  // ldapts puts the code behind what the directory said, if it said anything.
  const said = message.replace(/ ?Code: 0x[0-9a-f]+$/, '').trim();
  const parts = [`the directory answers with result code ${code}`, BY_RESULT_CODE[code], said];
  return parts.filter((part) => part !== undefined && part !== '').join(': ');
}

/** Sorts what ldapts, the socket and TLS throw. */
export function toDirectoryError(error: unknown): DirectoryError {
  if (error instanceof DirectoryError) return error;
  const code = codeOf(error);
  const message = messageOf(error);
  if (typeof code === 'number') {
    return new DirectoryError('result-code', refusal(code, message), { cause: error, resultCode: code });
  }
  const known = BY_NODE_CODE[code];
  if (known !== undefined) return new DirectoryError(known[0], known[1], { cause: error });
  if (code === 'ETIMEDOUT')
    return new DirectoryError('timeout', 'the directory did not answer in time', { cause: error });
  return new DirectoryError('connection-lost', `the connection to the directory was lost (${message})`, {
    cause: error,
  });
}

/** The LDAP result code of an answer, or undefined when there was no answer. */
export function resultCodeOf(error: unknown): number | undefined {
  const code = codeOf(error);
  return typeof code === 'number' ? code : undefined;
}
