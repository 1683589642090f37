import { bcryptVerify } from 'hash-wasm';
import unixCryptDes from 'unix-crypt-td-js';
import { encrypt } from 'unixcrypt';
import { md5Crypt } from './md5-crypt.ts';
import { isEqual } from './verify-password.ts';

/**
 * crypt(3): DES, $1$ (MD5), $5$ and $6$ (SHA-2), $2a$ $2b$ $2y$ (bcrypt). Anything else matches nothing: yescrypt ($y$),
 * which glibc's successor knows, has no library here.
 */
export async function verifyCrypt(value: string, password: Buffer): Promise<boolean> {
  try {
    if (/^\$2[aby]\$/.test(value)) return await bcryptVerify({ hash: value, password });
    const computed = compute(value, password);
    return computed !== undefined && isEqual(Buffer.from(computed, 'latin1'), Buffer.from(value, 'latin1'));
  } catch {
    // What a library cannot read is no hash, and matches nothing.
    return false;
  }
}

function compute(value: string, password: Buffer): string | undefined {
  if (value.startsWith('$1$')) return md5Crypt(password, value);
  if (/^\$[56]\$/.test(value)) {
    const text = password.toString('utf8');
    // The library takes text: other bytes it would change, and with them the password.
    return Buffer.from(text).equals(password) ? encrypt(text, value.slice(0, value.lastIndexOf('$'))) : undefined;
  }
  if (/^[./0-9A-Za-z]{13}$/.test(value)) return unixCryptDes([...password], value.slice(0, 2));
  return undefined;
}
