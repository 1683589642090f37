import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** `iterations$salt$key`, both in passlib's base64: `.` for `+`, and no padding (OpenLDAP's pw-pbkdf2). */
export async function verifyPbkdf2(digest: string, value: string, password: Buffer): Promise<boolean> {
  const parts = /^(\d{1,8})\$([A-Za-z0-9./]+)\$([A-Za-z0-9./]+)$/.exec(value);
  const [, iterations = '0', salt = '', key = ''] = parts ?? [];
  const expected = fromAdapted(key);
  if (Number(iterations) < 1 || expected.length < 16) return false;
  const computed = await derive(password, fromAdapted(salt), Number(iterations), expected.length, digest);
  return timingSafeEqual(computed, expected);
}

const fromAdapted = (text: string): Buffer => Buffer.from(text.replaceAll('.', '+'), 'base64');
