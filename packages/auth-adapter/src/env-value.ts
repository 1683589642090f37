import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { closestTo } from './closest-to.ts';
import { normalizeDn } from './dn.ts';

export const secret = z.string();

/** RFC 6749 appendix A.1 allows more; Okta's ids and every provider's in use are of these. */
export const clientId = z.string().regex(/^[\x21-\x7e]+$/, 'contains a space or a letter no client id has.');

/** RFC 6749 section 3.3. */
export const scopeList = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: +[\x21\x23-\x5b\x5d-\x7e]+)*$/, 'is not a list of scopes with spaces between.')
  .refine((text) => text.split(/ +/).includes('openid'), 'lacks openid, without which there is no ID token.');

export const port = z
  .string()
  .regex(/^\d{1,6}$/, 'is not a port; it is a whole number from 1 to 65535.')
  .transform(Number)
  .refine((value) => value >= 1 && value <= 65_535, 'is not a port; ports go from 1 to 65535.');

export const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no'], 'is neither true nor false.'))
  .transform((value) => value === 'true' || value === '1' || value === 'yes');

export const distinguishedName = z.string().transform((text, context) => {
  const dn = normalizeDn(text);
  if (dn === undefined) {
    context.addIssue({ code: 'custom', message: notADn(text) });
    return z.NEVER;
  }
  return dn;
});

function notADn(text: string): string {
  const domain = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(text);
  const hint = domain
    ? `; for the domain ${text} it is ${text
        .split('.')
        .map((label) => `dc=${label}`)
        .join(',')}`
    : '';
  return `is not a distinguished name: attribute=value pairs with commas between them${hint}.`;
}

/** One of a few words, with a guess at the one that was meant. */
export function choice<const T extends string>(
  values: readonly [T, ...T[]],
  aliases: Readonly<Record<string, T>> = {},
) {
  return z.string().transform((text, context): T => {
    const found = values.find((value) => value === text);
    if (found === undefined) {
      const guess = aliases[text.toLowerCase()] ?? closestTo(text, values);
      const hint = guess === undefined ? '' : ` Did you mean ${guess}?`;
      context.addIssue({ code: 'custom', message: `is none of ${values.join(', ')}.${hint}` });
      return z.NEVER;
    }
    return found;
  });
}

/** The content of a file of PEM certificates, each of them parsed once so that a broken file is told at the start. */
export const certificateFile = z.string().transform((path, context): string => {
  const fail = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    return fail(`names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`);
  }
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (certificates === null) {
    return fail('names a file without a PEM certificate (-----BEGIN CERTIFICATE-----).');
  }
  try {
    for (const certificate of certificates) {
      new X509Certificate(certificate);
    }
  } catch {
    return fail('names a file with a certificate that cannot be decoded.');
  }
  return pem;
});
