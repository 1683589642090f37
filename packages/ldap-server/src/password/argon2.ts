import { argon2Verify } from 'hash-wasm';

/** The encoded form of the Argon2 reference (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`). */
export async function verifyArgon2(value: string, password: Buffer): Promise<boolean> {
  try {
    return await argon2Verify({ hash: value, password });
  } catch {
    // What the library cannot read is no hash, and matches nothing.
    return false;
  }
}
