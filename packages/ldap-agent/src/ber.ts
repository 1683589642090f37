/** Elements of BER as LDAP has them (RFC 4511 section 5.1): one byte of tag, a definite length, the content. */
export const BER = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  sequence: 0x30,
  set: 0x31,
} as const;

const MAX_LENGTH_BYTES = 4;

/** Where the element that begins at `at` ends; -1 when it does not end by `limit`, or its length is none of LDAP's. */
export function elementEnd(data: Buffer, at: number, limit: number): number {
  const first = at + 1 < limit ? (data[at + 1] ?? 0x80) : 0x80;
  let end = at + 2 + first;
  if (first >= 0x80) {
    const start = at + 2 + (first & 0x7f);
    if (first === 0x80 || first > 0x80 + MAX_LENGTH_BYTES || start > limit) return -1;
    let length = 0;
    for (let index = at + 2; index < start; index += 1) length = length * 256 + (data[index] ?? 0);
    end = start + length;
  }
  return end > limit ? -1 : end;
}

/** Where the content begins of an element that {@link elementEnd} has found whole. */
export function contentStart(data: Buffer, at: number): number {
  const first = data[at + 1] ?? 0;
  return first < 0x80 ? at + 2 : at + 2 + (first & 0x7f);
}
