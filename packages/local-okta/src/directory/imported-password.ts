import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { verifyOnWorker } from './hash-workers.ts';

/** Base64 with or without padding, as Okta takes it. */
const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be Base64');

const BCRYPT_ALPHABET = /^[./A-Za-z0-9]+$/;

const DIGESTS = { 'SHA-512': 64, 'SHA-256': 32, 'SHA-1': 20, MD5: 16 } as const;

const saltedHash = z
  .strictObject({
    algorithm: z.enum(['SHA-512', 'SHA-256', 'SHA-1', 'MD5']),
    salt: base64.max(1000).optional(),
    saltOrder: z.enum(['PREFIX', 'POSTFIX'], { error: 'must be PREFIX or POSTFIX' }).optional(),
    value: base64.max(200),
  })
  .refine(({ salt, saltOrder }) => (salt === undefined) === (saltOrder === undefined), {
    path: ['saltOrder'],
    message: 'is needed with a salt, and only then',
  })
  .refine(({ algorithm, value }) => Buffer.from(value, 'base64').length === DIGESTS[algorithm], {
    path: ['value'],
    message: 'has not the length of this algorithm',
  });

const bcryptHash = z.strictObject({
  algorithm: z.literal('BCRYPT'),
  workFactor: z.number().int().min(1).max(20),
  salt: z.string().length(22, 'must have 22 characters').regex(BCRYPT_ALPHABET, 'must be of ./A-Za-z0-9'),
  value: z.string().length(31, 'must have 31 characters').regex(BCRYPT_ALPHABET, 'must be of ./A-Za-z0-9'),
});

const pbkdf2Hash = z
  .strictObject({
    algorithm: z.literal('PBKDF2'),
    digestAlgorithm: z.enum(['SHA256_HMAC', 'SHA512_HMAC'], { error: 'must be SHA256_HMAC or SHA512_HMAC' }),
    iterationCount: z.number().int().min(4096, 'must be at least 4096').max(10_000_000),
    keySize: z.number().int().min(16).max(128),
    salt: base64.max(1000),
    value: base64.max(200),
  })
  .refine(({ keySize, value }) => Buffer.from(value, 'base64').length === keySize, {
    path: ['value'],
    message: 'has not the length that keySize says',
  });

/**
 * A password as another directory hashed it. Source: Okta API, "Create a user with imported hashed password".
 */
export const importedHashSchema = z.discriminatedUnion('algorithm', [saltedHash, bcryptHash, pbkdf2Hash], {
  error: 'must be BCRYPT, SHA-512, SHA-256, SHA-1, MD5 or PBKDF2',
});

export type ImportedHash = z.output<typeof importedHashSchema>;

/** bcrypt begins at 2^4 rounds: Okta's API takes less, and no hash of less exists. */
const LEAST_WORK_FACTOR = 4;

/**
 * Whether `password` is the one behind an imported hash.
 * @throws HashBusyError where computing it must wait for too many others, or takes too long
 */
export async function importedHashMatches(password: string, hash: ImportedHash): Promise<boolean> {
  switch (hash.algorithm) {
    case 'BCRYPT': {
      if (hash.workFactor < LEAST_WORK_FACTOR) return false;
      const cost = String(hash.workFactor).padStart(2, '0');
      const text = `$2b$${cost}$${hash.salt}${hash.value}`;
      return verifyOnWorker({ kind: 'bcrypt', password: cutForBcrypt(password), hash: text });
    }
    case 'PBKDF2': {
      return verifyOnWorker({
        kind: 'pbkdf2',
        password: Buffer.from(password),
        salt: Buffer.from(hash.salt, 'base64'),
        iterations: hash.iterationCount,
        digest: hash.digestAlgorithm === 'SHA256_HMAC' ? 'sha256' : 'sha512',
        expected: Buffer.from(hash.value, 'base64'),
      });
    }
    default: {
      const salt = Buffer.from(hash.salt ?? '', 'base64');
      const text = Buffer.from(password);
      const input = hash.saltOrder === 'PREFIX' ? [salt, text] : [text, salt];
      return equal(
        createHash(hash.algorithm.replace('-', '').toLowerCase()).update(Buffer.concat(input)).digest(),
        hash.value,
      );
    }
  }
}

/** bcrypt looks at 72 bytes; hash-wasm refuses more instead of passing over them. */
function cutForBcrypt(password: string): Uint8Array {
  return Buffer.from(password).subarray(0, 72);
}

function equal(given: Buffer, value: string): boolean {
  const wanted = Buffer.from(value, 'base64');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
