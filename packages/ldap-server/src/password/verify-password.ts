import { createHash, timingSafeEqual } from 'node:crypto';
import { verifyArgon2 } from './argon2.ts';
import { verifyCrypt } from './crypt.ts';
import { verifyPbkdf2 } from './pbkdf2.ts';

/**
 * Whether `password` is the one a userPassword value stands for. Schemes as in OpenLDAP: {SHA} {SSHA} {SHA256|384|512}
 * {SSHA256|384|512} {MD5} {SMD5} {PBKDF2} {PBKDF2-SHA1|SHA256|SHA512} {CRYPT} {ARGON2}, in any case; without a scheme it
 * is the password itself. A value that is broken or of an unknown scheme matches nothing, itself included.
 */
export async function verifyPassword(stored: Buffer, password: Buffer): Promise<boolean> {
  const parts = /^\{([^}]+)\}(.*)$/s.exec(stored.toString('latin1'));
  const scheme = parts?.[1]?.toUpperCase();
  const value = parts?.[2] ?? '';
  if (scheme === undefined) return isEqual(stored, password);
  const digest = digests[scheme];
  if (digest !== undefined) return verifyDigest(digest, value, password);
  switch (scheme) {
    case 'CRYPT':
      return verifyCrypt(value, password);
    case 'ARGON2':
      return verifyArgon2(value, password);
    case 'PBKDF2':
    case 'PBKDF2-SHA1':
      return verifyPbkdf2('sha1', value, password);
    case 'PBKDF2-SHA256':
      return verifyPbkdf2('sha256', value, password);
    case 'PBKDF2-SHA512':
      return verifyPbkdf2('sha512', value, password);
    default:
      return false;
  }
}

/** Whether a userPassword value names a scheme; one that does not is a password in clear. */
export const hasScheme = (value: Buffer): boolean => /^\{[^}]+\}/.test(value.toString('latin1'));

/** Compares in a time that tells nothing of where two values differ. */
export function isEqual(a: Buffer, b: Buffer): boolean {
  const digest = (value: Buffer): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(a), digest(b));
}

interface Digest {
  readonly algorithm: string;
  readonly bytes: number;
  readonly salted: boolean;
}

const digests: Readonly<Record<string, Digest>> = {
  SHA: { algorithm: 'sha1', bytes: 20, salted: false },
  SSHA: { algorithm: 'sha1', bytes: 20, salted: true },
  SHA256: { algorithm: 'sha256', bytes: 32, salted: false },
  SSHA256: { algorithm: 'sha256', bytes: 32, salted: true },
  SHA384: { algorithm: 'sha384', bytes: 48, salted: false },
  SSHA384: { algorithm: 'sha384', bytes: 48, salted: true },
  SHA512: { algorithm: 'sha512', bytes: 64, salted: false },
  SSHA512: { algorithm: 'sha512', bytes: 64, salted: true },
  MD5: { algorithm: 'md5', bytes: 16, salted: false },
  SMD5: { algorithm: 'md5', bytes: 16, salted: true },
};

/** base64(digest(password ‖ salt) ‖ salt) */
function verifyDigest(digest: Digest, value: string, password: Buffer): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return false;
  const bytes = Buffer.from(value, 'base64');
  if (digest.salted ? bytes.length <= digest.bytes : bytes.length !== digest.bytes) return false;
  const salt = bytes.subarray(digest.bytes);
  const computed = createHash(digest.algorithm).update(password).update(salt).digest();
  return timingSafeEqual(computed, bytes.subarray(0, digest.bytes));
}
