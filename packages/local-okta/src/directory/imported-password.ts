import { createHash, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { bcryptVerify } from 'hash-wasm';
import { z } from 'zod';

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

const pbkdf2Hash = z.strictObject({
  algorithm: z.literal('PBKDF2'),
  digestAlgorithm: z.enum(['SHA256_HMAC', 'SHA512_HMAC'], { error: 'must be SHA256_HMAC or SHA512_HMAC' }),
  iterationCount: z.number().int().min(4096, 'must be at least 4096').max(10_000_000),
  keySize: z.number().int().min(16).max(128),
  salt: base64.max(1000),
  value: base64.max(200),
});

/**
 * A password as another directory hashed it. Source: Okta API, "Create a user with imported hashed password".
 */
export const importedHashSchema = z.union([saltedHash, bcryptHash, pbkdf2Hash], {
  error:
    'must be one of BCRYPT (workFactor, salt, value), SHA-512, SHA-256, SHA-1, MD5 (value, and salt with saltOrder) or PBKDF2 (digestAlgorithm, iterationCount, keySize, salt, value)',
});

export type ImportedHash = z.output<typeof importedHashSchema>;

const deriveKey = promisify(pbkdf2);

/** Whether `password` is the one behind an imported hash. */
export async function importedHashMatches(password: string, hash: ImportedHash): Promise<boolean> {
  switch (hash.algorithm) {
    case 'BCRYPT': {
      const cost = String(hash.workFactor).padStart(2, '0');
      return bcryptVerify({ password: cutForBcrypt(password), hash: `$2b$${cost}$${hash.salt}${hash.value}` });
    }
    case 'PBKDF2': {
      const digest = hash.digestAlgorithm === 'SHA256_HMAC' ? 'sha256' : 'sha512';
      const salt = Buffer.from(hash.salt, 'base64');
      return equal(await deriveKey(password, salt, hash.iterationCount, hash.keySize, digest), hash.value);
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
