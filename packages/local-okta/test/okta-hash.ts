/** OpenLDAP's password schemes in the form of Okta's API: as much as the personas need. */
const SALTED: Readonly<Record<string, readonly [algorithm: string, length: number]>> = {
  MD5: ['MD5', 16],
  SMD5: ['MD5', 16],
  SHA: ['SHA-1', 20],
  SSHA: ['SHA-1', 20],
  SHA256: ['SHA-256', 32],
  SSHA256: ['SHA-256', 32],
  SHA512: ['SHA-512', 64],
  SSHA512: ['SHA-512', 64],
};

/** Passlib's Base64: dots for pluses, no padding. */
const fromAb64 = (text: string): string => text.replaceAll('.', '+');

export function oktaHashOf(userPassword: string): Record<string, unknown> | undefined {
  const [, scheme = '', rest = ''] = /^\{([^}]+)\}(.+)$/.exec(userPassword) ?? [];
  const [, variant, cost, salt, value] = /^\$(2[aby])\$(\d\d)\$(.{22})(.{31})$/.exec(rest) ?? [];
  if (scheme === 'CRYPT' && variant !== undefined) {
    return { algorithm: 'BCRYPT', workFactor: Number(cost), salt, value };
  }
  const [, digest] = /^PBKDF2-SHA(256|512)$/.exec(scheme) ?? [];
  if (digest !== undefined) {
    const [count = '', given = '', derived = ''] = rest.split('$');
    return {
      algorithm: 'PBKDF2',
      digestAlgorithm: `SHA${digest}_HMAC`,
      iterationCount: Number(count),
      keySize: Buffer.from(fromAb64(derived), 'base64').length,
      salt: fromAb64(given),
      value: fromAb64(derived),
    };
  }
  const salted = SALTED[scheme];
  if (salted === undefined) return undefined;
  const [algorithm, length] = salted;
  const bytes = Buffer.from(rest, 'base64');
  const own = bytes.subarray(length);
  return {
    algorithm,
    ...(own.length === 0 ? {} : { salt: own.toString('base64'), saltOrder: 'POSTFIX' }),
    value: bytes.subarray(0, length).toString('base64'),
  };
}
