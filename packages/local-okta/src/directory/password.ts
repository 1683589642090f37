import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** 16 MB and some 50 ms each: the scrypt paper's figures for interactive sign-in, kind to a laptop that runs a workshop. */
const COST = { N: 16_384, r: 8, p: 1 } as const;

const LENGTH = 32;

/** `scrypt$N$r$p$salt$hash`: the parameters stand with each hash, so that they can grow later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, COST);
  return `scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/** Whether `password` is the one behind `stored`. Without a stored one it costs the same time and is false. */
export async function passwordMatches(password: string, stored: string | null): Promise<boolean> {
  const [scheme, n, r, p, salt, hash] = (stored ?? '').split('$');
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined) {
    await derive(password, Buffer.alloc(16), COST);
    return false;
  }
  const wanted = Buffer.from(hash, 'base64');
  const given = await derive(password, Buffer.from(salt, 'base64'), { N: Number(n), r: Number(r), p: Number(p) });
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, LENGTH, { ...cost, maxmem: 64 * 1024 * 1024 }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** Okta refuses longer ones: bcrypt would ignore what follows. */
const PASSWORD_MAX_BYTES = 72;

/**
 * What Okta's default password policy wants and `password` lacks, or undefined when it is good.
 * Source: Okta help, "Default password policy".
 */
export function passwordPolicyProblem(password: string, login: string): string | undefined {
  const name = login.toLowerCase().split('@')[0] ?? '';
  const good =
    [...password].length >= 8 &&
    Buffer.byteLength(password) <= PASSWORD_MAX_BYTES &&
    /\p{Ll}/u.test(password) &&
    /\p{Lu}/u.test(password) &&
    /\d/.test(password) &&
    !(name.length >= 4 && password.toLowerCase().includes(name));
  if (good) return undefined;
  return `Password requirements were not met. Password requirements: at least 8 characters, a lowercase letter, an uppercase letter, a number, no parts of your username, at most ${PASSWORD_MAX_BYTES} bytes.`;
}
