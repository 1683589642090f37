import { BerReader, encode, encodeInteger, encodeString, tags } from './ber.ts';

/** A control on a request (RFC 4511 §4.1.11). */
export interface RequestControl {
  readonly oid: string;
  readonly critical: boolean;
  readonly value?: Buffer;
}

/** A control on a response; `value` is the BER of the control's own syntax. */
export interface ResponseControl {
  readonly oid: string;
  readonly value?: Buffer;
}

export const controlOid = {
  pagedResults: '1.2.840.113556.1.4.319',
  passwordPolicy: '1.3.6.1.4.1.42.2.27.8.5.1',
  manageDsaIt: '2.16.840.1.113730.3.4.2',
} as const;

/** Reads the value of a paged results control (RFC 2696 §2). Throws DecodingError. */
export function decodePagedResults(value: Buffer): { readonly size: number; readonly cookie: Buffer } {
  const reader = new BerReader(value).sequence();
  return { size: reader.integer(), cookie: reader.bytes() };
}

export function pagedResultsControl(cookie: Buffer, estimate = 0): ResponseControl {
  const value = encode(tags.sequence, encodeInteger(estimate), encodeString(cookie));
  return { oid: controlOid.pagedResults, value };
}

/** The errors of the password policy control (draft-behera-ldap-password-policy-10 §6.2). */
export const passwordPolicyError = {
  passwordExpired: 0,
  accountLocked: 1,
  changeAfterReset: 2,
  passwordModNotAllowed: 3,
} as const;

/** The password policy response control: what a client learns beside the result of its bind. */
export function passwordPolicyControl(response: {
  readonly error?: number;
  readonly secondsUntilExpiry?: number;
  readonly graceLogins?: number;
}): ResponseControl {
  const parts: Buffer[] = [];
  if (response.secondsUntilExpiry !== undefined)
    parts.push(encode(0xa0, encodeInteger(response.secondsUntilExpiry, 0x80)));
  else if (response.graceLogins !== undefined) parts.push(encode(0xa0, encodeInteger(response.graceLogins, 0x81)));
  if (response.error !== undefined) parts.push(encodeInteger(response.error, 0x81));
  return { oid: controlOid.passwordPolicy, value: encode(tags.sequence, ...parts) };
}
