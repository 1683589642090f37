/** A password hash as Okta imports it. Source: Okta API, "Create a user with imported hashed password". */
export type OktaHash =
  | {
      readonly algorithm: 'SHA-512' | 'SHA-256' | 'SHA-1' | 'MD5';
      readonly salt?: string;
      readonly saltOrder?: 'POSTFIX';
      readonly value: string;
    }
  | { readonly algorithm: 'BCRYPT'; readonly workFactor: number; readonly salt: string; readonly value: string }
  | {
      readonly algorithm: 'PBKDF2';
      readonly digestAlgorithm: 'SHA256_HMAC' | 'SHA512_HMAC';
      readonly iterationCount: number;
      readonly keySize: number;
      readonly salt: string;
      readonly value: string;
    };

/**
 * Why there is no hash for Okta:
 * - `no-mapping`: the directory knows the scheme and Okta does not; a bind can still verify the password
 * - `out-of-range`: a scheme of Okta's with figures that it refuses, such as too few iterations
 * - `clear-text`: no hash at all
 * - `malformed`: not what its scheme says; no password fits it in the directory either
 * - `none`, `several`: no value, or more than one, of which only the person knows which one is in use
 */
export type NoHashReason = 'no-mapping' | 'out-of-range' | 'clear-text' | 'malformed' | 'none' | 'several';

export type OktaHashResult =
  | { readonly ok: true; readonly scheme: string; readonly hash: OktaHash }
  | { readonly ok: false; readonly scheme: string; readonly reason: NoHashReason };

interface Digest {
  readonly algorithm: 'SHA-512' | 'SHA-256' | 'SHA-1' | 'MD5';
  readonly size: number;
  readonly salted: boolean;
}

/** Schemes that hash password and salt at once (RFC 2307 as OpenLDAP extends it; slapd-pw-sha2(5)). */
const DIGESTS: Readonly<Record<string, Digest>> = {
  MD5: { algorithm: 'MD5', size: 16, salted: false },
  SMD5: { algorithm: 'MD5', size: 16, salted: true },
  SHA: { algorithm: 'SHA-1', size: 20, salted: false },
  SSHA: { algorithm: 'SHA-1', size: 20, salted: true },
  SHA256: { algorithm: 'SHA-256', size: 32, salted: false },
  SSHA256: { algorithm: 'SHA-256', size: 32, salted: true },
  SHA512: { algorithm: 'SHA-512', size: 64, salted: false },
  SSHA512: { algorithm: 'SHA-512', size: 64, salted: true },
};

/** slapd-pw-pbkdf2(5); its SHA-1 form has no counterpart in Okta. */
const PBKDF2S = {
  'PBKDF2-SHA256': { digestAlgorithm: 'SHA256_HMAC', size: 32 },
  'PBKDF2-SHA512': { digestAlgorithm: 'SHA512_HMAC', size: 64 },
} as const;

const FEWEST_ITERATIONS = 4096;
const HIGHEST_WORK_FACTOR = 20;

/**
 * The hash that Okta takes for a `userPassword`, or why there is none. Names of schemes count whatever their case.
 *
 * @param userPassword all values of the attribute, or one
 * @example oktaHashOf('{SHA}44rSFJQ9qtHWTBAvrsKd5K/p2j0=') // { ok: true, scheme: 'SHA', hash: { algorithm: 'SHA-1', … } }
 */
export function oktaHashOf(userPassword: string | readonly string[]): OktaHashResult {
  const [value, ...others] = new Set(typeof userPassword === 'string' ? [userPassword] : userPassword);
  if (value === undefined || (value === '' && others.length === 0)) return { ok: false, scheme: '', reason: 'none' };
  if (others.length > 0) return { ok: false, scheme: '', reason: 'several' };
  const [, name, text = ''] = /^\{([^{}]+)\}(.*)$/s.exec(value) ?? [];
  if (name === undefined) return { ok: false, scheme: '', reason: 'clear-text' };
  const scheme = /^[\w./-]{1,40}$/.test(name) ? name.toUpperCase() : 'unknown';
  const found = hashOf(scheme, text);
  if (typeof found === 'object') return { ok: true, scheme: schemeOf(scheme, text), hash: found };
  return { ok: false, scheme: schemeOf(scheme, text), reason: found };
}

/** With the kind of crypt(3), which is what decides. */
function schemeOf(scheme: string, text: string): string {
  if (scheme !== 'CRYPT') return scheme;
  const [kind = 'DES'] = /^\$\w{1,10}\$/.exec(text) ?? [];
  return `CRYPT ${kind}`;
}

function hashOf(scheme: string, text: string): OktaHash | NoHashReason {
  const digest = Object.hasOwn(DIGESTS, scheme) ? DIGESTS[scheme] : undefined;
  if (digest !== undefined) return digestHash(digest, text);
  switch (scheme) {
    case 'PBKDF2-SHA256':
    case 'PBKDF2-SHA512':
      return pbkdf2Hash(PBKDF2S[scheme], text);
    case 'CRYPT':
    case 'BCRYPT':
      return cryptHash(text);
    case 'CLEARTEXT':
      return 'clear-text';
    default:
      return 'no-mapping';
  }
}

/** Base64 of the digest and, behind it, the salt: OpenLDAP appends the salt to the password as well. */
function digestHash({ algorithm, size, salted }: Digest, text: string): OktaHash | NoHashReason {
  const bytes = fromBase64(text);
  if (bytes === undefined || (salted ? bytes.length <= size : bytes.length !== size)) return 'malformed';
  const value = bytes.subarray(0, size).toString('base64');
  if (!salted) return { algorithm, value };
  return { algorithm, salt: bytes.subarray(size).toString('base64'), saltOrder: 'POSTFIX', value };
}

/** `iterations$salt$key` in adapted Base64: `.` for `+`, no padding. */
function pbkdf2Hash(
  { digestAlgorithm, size }: (typeof PBKDF2S)[keyof typeof PBKDF2S],
  text: string,
): OktaHash | NoHashReason {
  const [, count = '', ...parts] = /^([1-9]\d{0,9})\$([\w./]+)\$([\w./]+)$/.exec(text) ?? [];
  const [salt, key] = parts.map((part) => fromBase64(padded(part.replaceAll('.', '+'))));
  if (salt === undefined || key?.length !== size) return 'malformed';
  const iterationCount = Number(count);
  if (iterationCount < FEWEST_ITERATIONS) return 'out-of-range';
  const encoded = { salt: salt.toString('base64'), value: key.toString('base64') };
  return { algorithm: 'PBKDF2', digestAlgorithm, iterationCount, keySize: size, ...encoded };
}

/** bcrypt is the one kind of crypt(3) that Okta knows; `$2x$` marks hashes of a broken implementation. */
function cryptHash(text: string): OktaHash | NoHashReason {
  if (!/^\$2[aby]?\$/.test(text)) return isCrypt(text) ? 'no-mapping' : 'malformed';
  const [, factor, salt, value] = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/.exec(text) ?? [];
  if (factor === undefined || salt === undefined || value === undefined) return 'malformed';
  const workFactor = Number(factor);
  if (workFactor < 4 || workFactor > 31) return 'malformed';
  if (workFactor > HIGHEST_WORK_FACTOR) return 'out-of-range';
  return { algorithm: 'BCRYPT', workFactor, salt, value };
}

/** DES (13 letters), BSDi's longer form, or `$id$…`; `*` and `!` lock an account. */
const isCrypt = (text: string): boolean =>
  /^(?:[./A-Za-z0-9]{13}|_[./A-Za-z0-9]{19}|\$\w{1,10}\$[^\s*!:]+)$/.test(text);

function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // what Node passes over, slapd refuses
  return bytes.length > 0 &&
    bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') &&
    text.length % 4 === 0
    ? bytes
    : undefined;
}

const padded = (text: string): string => text.padEnd(Math.ceil(text.length / 4) * 4, '=');
