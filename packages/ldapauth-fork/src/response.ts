import { BerCursor, ENUMERATED, INTEGER, OCTET_STRING, SEQUENCE, SET } from './ber-cursor.ts';

/** One entry of a search result, values as they came. */
export interface RawEntry {
  readonly dn: string;
  readonly attributes: readonly RawAttribute[];
}

export interface RawAttribute {
  readonly type: string;
  readonly values: readonly Buffer[];
}

export interface ResponseControl {
  readonly oid: string;
  readonly value: Buffer | undefined;
}

/** RFC 4511 section 4.1.9. */
export interface LdapResult {
  readonly status: number;
  /** The directory's free text; for reading error data of Active Directory, never shown to people. */
  readonly diagnosticMessage: string;
  readonly controls: readonly ResponseControl[];
}

export type Response =
  | { readonly kind: 'entry'; readonly id: number; readonly entry: RawEntry }
  | { readonly kind: 'reference'; readonly id: number }
  | { readonly kind: 'result'; readonly id: number; readonly result: LdapResult };

const BIND_RESPONSE = 0x61;
const SEARCH_ENTRY = 0x64;
const SEARCH_DONE = 0x65;
const SEARCH_REFERENCE = 0x73;
const EXTENDED_RESPONSE = 0x78;
const CONTROLS = 0xa0;
const NO_CONTROLS: readonly ResponseControl[] = [];

/** Decodes the LDAP message that fills these bytes. @throws RangeError when it is malformed */
export function decodeResponse(data: Buffer, start: number, end: number): Response {
  const cursor = new BerCursor(data, start, end);
  cursor.enter(SEQUENCE);
  const id = cursor.integer(INTEGER);
  const operation = cursor.peekTag();
  switch (operation) {
    case SEARCH_ENTRY:
      return { kind: 'entry', id, entry: decodeEntry(cursor) };
    case SEARCH_REFERENCE:
      return { kind: 'reference', id };
    case BIND_RESPONSE:
    case SEARCH_DONE:
    case EXTENDED_RESPONSE: {
      const message = cursor.enter(operation);
      const status = cursor.integer(ENUMERATED);
      cursor.skip();
      const diagnosticMessage = cursor.text(OCTET_STRING);
      cursor.leave(message);
      return { kind: 'result', id, result: { status, diagnosticMessage, controls: decodeControls(cursor) } };
    }
    default:
      throw new RangeError(`Unexpected LDAP operation 0x${operation?.toString(16)}`);
  }
}

function decodeEntry(cursor: BerCursor): RawEntry {
  cursor.enter(SEARCH_ENTRY);
  const dn = cursor.text(OCTET_STRING);
  const attributes: RawAttribute[] = [];
  cursor.enter(SEQUENCE);
  while (!cursor.isAtEnd) {
    const list = cursor.enter(SEQUENCE);
    const type = cursor.text(OCTET_STRING);
    const values: Buffer[] = [];
    const attribute = cursor.enter(SET);
    while (!cursor.isAtEnd) {
      values.push(cursor.bytes(OCTET_STRING));
    }
    cursor.leave(attribute);
    cursor.leave(list);
    attributes.push({ type, values });
  }
  return { dn, attributes };
}

function decodeControls(cursor: BerCursor): readonly ResponseControl[] {
  if (cursor.peekTag() !== CONTROLS) {
    return NO_CONTROLS;
  }
  const controls: ResponseControl[] = [];
  cursor.enter(CONTROLS);
  while (!cursor.isAtEnd) {
    const list = cursor.enter(SEQUENCE);
    const oid = cursor.text(OCTET_STRING);
    if (cursor.peekTag() === 0x01) {
      cursor.skip();
    }
    controls.push({ oid, value: cursor.isAtEnd ? undefined : cursor.bytes(OCTET_STRING) });
    cursor.leave(list);
  }
  return controls;
}
