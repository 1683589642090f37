/** Bytes that are not the LDAP message they claim to be. */
export class DecodingError extends Error {
  readonly code = 'malformed-message';
  override readonly name = 'DecodingError';
}
