/** What a proxy has to know of a client's message (RFC 4511 section 4.2). */
export interface LdapRequest {
  readonly kind: 'bind' | 'search' | 'start-tls' | 'other';
  /** The name of a simple bind; empty for an anonymous one. */
  readonly dn: string;
  readonly bytes: Buffer;
}

const BIND = 0x60;
const SEARCH = 0x63;
const EXTENDED = 0x77;
const START_TLS = '1.3.6.1.4.1.1466.20037';

/** Cuts whole messages off the beginning. `rest` is the unfinished one. */
export function splitRequests(data: Buffer): { readonly requests: LdapRequest[]; readonly rest: Buffer } {
  const requests: LdapRequest[] = [];
  let rest = data;
  for (;;) {
    const message = readElement(rest, 0);
    if (message === undefined) {
      return { requests, rest };
    }
    requests.push(readRequest(rest.subarray(0, message.end), message.start));
    rest = rest.subarray(message.end);
  }
}

function readRequest(bytes: Buffer, start: number): LdapRequest {
  const id = readElement(bytes, start);
  const operation = id && readElement(bytes, id.end);
  if (id === undefined || operation === undefined) {
    return { kind: 'other', dn: '', bytes };
  }
  const first = readElement(bytes, operation.start);
  const second = first && readElement(bytes, first.end);
  switch (bytes[id.end]) {
    case BIND:
      return { kind: 'bind', dn: second ? bytes.toString('utf8', second.start, second.end) : '', bytes };
    case SEARCH:
      return { kind: 'search', dn: '', bytes };
    case EXTENDED: {
      const oid = first ? bytes.toString('latin1', first.start, first.end) : '';
      return { kind: oid === START_TLS ? 'start-tls' : 'other', dn: '', bytes };
    }
    default:
      return { kind: 'other', dn: '', bytes };
  }
}

/** Where the content of the BER element at `at` lies; undefined when not all of it is there. */
function readElement(data: Buffer, at: number): { readonly start: number; readonly end: number } | undefined {
  const first = data[at + 1];
  if (first === undefined) {
    return undefined;
  }
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + lengthBytes;
  if (lengthBytes > 4 || data.length < start) {
    return undefined;
  }
  const end = start + (lengthBytes === 0 ? first : data.readUIntBE(at + 2, lengthBytes));
  return data.length < end ? undefined : { start, end };
}
