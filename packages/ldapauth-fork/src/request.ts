import { ENUMERATED, INTEGER, OCTET_STRING, SEQUENCE } from './ber-cursor.ts';
import { type BerWriter, encode } from './ber-writer.ts';

/** A request without its envelope: the operation and its controls (RFC 4511 section 4.1.1). */
export interface Request {
  write(to: BerWriter): void;
}

/** Writes a request as the message with this number. */
export function writeMessage(to: BerWriter, id: number, request: Request): void {
  const before = to.length;
  request.write(to);
  to.integer(INTEGER, id);
  to.wrap(SEQUENCE, before);
}

/** A simple bind. @param controls encoded, empty for none */
export function bindRequest(dn: string, password: string, controls?: Uint8Array): Request {
  return {
    write(to) {
      if (controls !== undefined) {
        to.bytes(controls);
      }
      const before = to.length;
      to.text(0x80, password);
      to.text(OCTET_STRING, dn);
      to.integer(INTEGER, 3);
      to.wrap(0x60, before);
    },
  };
}

const SCOPES = { base: 0, one: 1, sub: 2 } as const;
const PRESENT = 0x87;

export interface SearchShape {
  readonly base: string;
  readonly scope: keyof typeof SCOPES;
  /** Empty: all. */
  readonly attributes: readonly string[];
  /** 0: as many as the directory gives. */
  readonly sizeLimit: number;
  /** In seconds, for the directory to keep; 0: its own. */
  readonly timeLimit: number;
}

/** Makes searches that differ in their filter alone: the rest is encoded once. */
export function searchRequests(shape: SearchShape): (filter: Request) => Request {
  const { base, scope, attributes, sizeLimit, timeLimit } = shape;
  const head = encode((to) => {
    to.boolean(0x01, false);
    to.integer(INTEGER, timeLimit);
    to.integer(INTEGER, sizeLimit);
    to.integer(ENUMERATED, 0);
    to.integer(ENUMERATED, SCOPES[scope]);
    to.text(OCTET_STRING, base);
  });
  const tail = encode((to) => {
    for (const attribute of attributes.toReversed()) {
      to.text(OCTET_STRING, attribute);
    }
    to.wrap(SEQUENCE, 0);
  });
  return (filter) => ({
    write(to) {
      const before = to.length;
      to.bytes(tail);
      filter.write(to);
      to.bytes(head);
      to.wrap(0x63, before);
    },
  });
}

/** Asks whether an entry is there, without reading anything of it. */
export function readNothing(base: string): Request {
  const anything: Request = { write: (to) => to.text(PRESENT, 'objectClass') };
  return searchRequests({ base, scope: 'base', attributes: ['1.1'], sizeLimit: 1, timeLimit: 0 })(anything);
}

export const startTlsRequest: Request = {
  write(to) {
    const before = to.length;
    to.text(0x80, '1.3.6.1.4.1.1466.20037');
    to.wrap(0x77, before);
  },
};

export const unbindRequest: Request = { write: (to) => to.text(0x42, '') };

export function abandonRequest(id: number): Request {
  return { write: (to) => to.integer(0x50, id) };
}
