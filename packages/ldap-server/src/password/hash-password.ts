import { createHash, randomBytes } from 'node:crypto';

/** {SSHA512}: how a password that is set in clear is kept. */
export function hashPassword(password: Buffer): Buffer {
  const salt = randomBytes(16);
  const digest = createHash('sha512').update(password).update(salt).digest();
  return Buffer.from(`{SSHA512}${Buffer.concat([digest, salt]).toString('base64')}`);
}
