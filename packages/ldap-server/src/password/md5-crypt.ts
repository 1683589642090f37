import { createHash } from 'node:crypto';

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** FreeBSD's MD5 crypt, `$1$salt$hash`; `setting` is a whole hash or its beginning. No library of it is kept. */
export function md5Crypt(password: Buffer, setting: string): string {
  const salt = /^\$1\$([^$]{0,8})/.exec(setting)?.[1] ?? '';
  const md5 = (...parts: readonly (Buffer | string)[]): Buffer => {
    const hash = createHash('md5');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const inner = md5(password, salt, password);
  const parts: Buffer[] = [password, Buffer.from(`$1$${salt}`)];
  for (let left = password.length; left > 0; left -= 16) parts.push(inner.subarray(0, Math.min(16, left)));
  for (let bits = password.length; bits > 0; bits >>= 1) {
    parts.push(bits & 1 ? Buffer.from([0]) : password.subarray(0, 1));
  }
  let digest = md5(...parts);
  for (let round = 0; round < 1000; round++) {
    digest = md5(
      round & 1 ? password : digest,
      round % 3 === 0 ? '' : salt,
      round % 7 === 0 ? '' : password,
      round & 1 ? digest : password,
    );
  }
  return `$1$${salt}$${encodeDigest(digest)}`;
}

function encodeDigest(digest: Buffer): string {
  const byte = (index: number): number => digest[index] ?? 0;
  const triples = [0, 1, 2, 3, 4].map((index) => {
    const last = index === 4 ? 5 : index + 12;
    return characters((byte(index) << 16) | (byte(index + 6) << 8) | byte(last), 4);
  });
  return triples.join('') + characters(byte(11), 2);
}

function characters(value: number, count: number): string {
  let text = '';
  for (let rest = value, index = 0; index < count; index++, rest >>= 6) text += alphabet[rest & 0x3f];
  return text;
}
