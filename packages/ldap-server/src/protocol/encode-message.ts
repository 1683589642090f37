import { encode, encodeInteger, encodeString, tags } from './ber.ts';
import type { ResponseControl } from './control.ts';
import type { Operation } from './request.ts';
import { resultCode } from './result-code.ts';

/** What ends an operation (RFC 4511 §4.1.9). */
export interface LdapResult {
  readonly code: number;
  readonly message?: string;
  readonly matchedDn?: string;
  readonly controls?: readonly ResponseControl[];
}

/** The requests that are answered, and the tag of their last answer. */
const responseTag = {
  bind: 0x61,
  search: 0x65,
  modify: 0x67,
  add: 0x69,
  delete: 0x6b,
  modifyDn: 0x6d,
  compare: 0x6f,
  extended: 0x78,
} as const satisfies Partial<Record<Operation['kind'], number>>;

export type AnsweredKind = keyof typeof responseTag;

/** An attribute ready for the wire. */
export interface WireAttribute {
  readonly name: string;
  readonly values: readonly (string | Buffer)[];
}

export function encodeResult(
  id: number,
  kind: AnsweredKind,
  result: LdapResult,
  extended?: { readonly oid?: string; readonly value?: string | Buffer },
): Buffer {
  const parts = [
    encodeInteger(result.code, tags.enumerated),
    encodeString(result.matchedDn ?? ''),
    encodeString(result.message ?? ''),
  ];
  if (extended?.oid !== undefined) parts.push(encodeString(extended.oid, 0x8a));
  if (extended?.value !== undefined) parts.push(encodeString(extended.value, 0x8b));
  return envelope(id, encode(responseTag[kind], ...parts), result.controls);
}

export function encodeSearchEntry(id: number, dn: string, attributes: readonly WireAttribute[]): Buffer {
  const list = attributes.map((attribute) =>
    encode(
      tags.sequence,
      encodeString(attribute.name),
      encode(tags.set, ...attribute.values.map((value) => encodeString(value))),
    ),
  );
  return envelope(id, encode(0x64, encodeString(dn), encode(tags.sequence, ...list)));
}

/** The unsolicited word before the server hangs up (RFC 4511 §4.4.1). */
export function encodeNoticeOfDisconnection(message: string, code: number = resultCode.protocolError): Buffer {
  return encodeResult(0, 'extended', { code, message }, { oid: '1.3.6.1.4.1.1466.20036' });
}

function envelope(id: number, operation: Buffer, controls: readonly ResponseControl[] = []): Buffer {
  if (controls.length === 0) return encode(tags.sequence, encodeInteger(id), operation);
  const list = controls.map(({ oid, value }) =>
    encode(tags.sequence, encodeString(oid), ...(value === undefined ? [] : [encodeString(value)])),
  );
  return encode(tags.sequence, encodeInteger(id), operation, encode(0xa0, ...list));
}
