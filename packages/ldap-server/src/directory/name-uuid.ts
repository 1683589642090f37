import { createHash } from 'node:crypto';

/** RFC 9562 appendix: the name space of X.500 distinguished names. */
const NAME_SPACE = Buffer.from('6ba7b8149dad11d180b400c04fd430c8', 'hex');

/** A UUID that follows from a DN (RFC 9562 section 5.5, version 5): the same at every load of the same LDIF. */
export function nameUuid(dnKey: string): string {
  const hash = createHash('sha1').update(NAME_SPACE).update(dnKey).digest().subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
