import { BerCursor, ENUMERATED, OCTET_STRING, SEQUENCE, SET } from './ber-cursor.ts';

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

/** Decodes one whole LDAP message from a directory. @throws RangeError when it is malformed */
export function decodeResponse(message: Buffer): Response {
  const cursor = new BerCursor(message).enter(SEQUENCE);
  const id = cursor.integer(0x02);
  const operation = cursor.peekTag();
  switch (operation) {
    case SEARCH_ENTRY:
      return { kind: 'entry', id, entry: decodeEntry(cursor.enter(operation)) };
    case SEARCH_REFERENCE:
      return { kind: 'reference', id };
    case BIND_RESPONSE:
    case SEARCH_DONE:
    case EXTENDED_RESPONSE: {
      const body = cursor.enter(operation);
      const status = body.integer(ENUMERATED);
      body.skip();
      const diagnosticMessage = body.text(OCTET_STRING);
      return { kind: 'result', id, result: { status, diagnosticMessage, controls: decodeControls(cursor) } };
    }
    default:
      throw new RangeError(`Unexpected LDAP operation 0x${operation?.toString(16)}`);
  }
}

function decodeEntry(body: BerCursor): RawEntry {
  const dn = body.text(OCTET_STRING);
  const attributes: RawAttribute[] = [];
  const list = body.enter(SEQUENCE);
  while (!list.isAtEnd) {
    const attribute = list.enter(SEQUENCE);
    const type = attribute.text(OCTET_STRING);
    const values: Buffer[] = [];
    const set = attribute.enter(SET);
    while (!set.isAtEnd) {
      values.push(set.bytes(OCTET_STRING));
    }
    attributes.push({ type, values });
  }
  return { dn, attributes };
}

function decodeControls(message: BerCursor): readonly ResponseControl[] {
  if (message.peekTag() !== CONTROLS) {
    return NO_CONTROLS;
  }
  const controls: ResponseControl[] = [];
  const list = message.enter(CONTROLS);
  while (!list.isAtEnd) {
    const control = list.enter(SEQUENCE);
    const oid = control.text(OCTET_STRING);
    if (control.peekTag() === 0x01) {
      control.skip();
    }
    controls.push({ oid, value: control.isAtEnd ? undefined : control.bytes(OCTET_STRING) });
  }
  return controls;
}
