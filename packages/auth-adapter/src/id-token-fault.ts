/** Seconds by which the clocks of provider and app may differ. The middleware's own default, said aloud. */
export const CLOCK_SKEW_SECONDS = 120;

/**
 * Which check an ID token failed that openid-client refused; its error says so in prose only. For the log: nothing is
 * trusted on the strength of this.
 */
export function faultInIdToken(
  jwt: string,
  expected: { readonly issuer: string; readonly clientId: string },
  now = Date.now() / 1000,
): string {
  const claims = payloadOf(jwt);
  if (claims === undefined) {
    return 'id-token-malformed';
  }
  if (claims.iss !== expected.issuer) {
    return 'id-token-issuer';
  }
  if (![claims.aud].flat().includes(expected.clientId)) {
    return 'id-token-audience';
  }
  if (typeof claims.exp === 'number' && claims.exp <= now - CLOCK_SKEW_SECONDS) {
    return 'id-token-expired';
  }
  if (isFromTheFuture(claims, now)) {
    return 'id-token-from-the-future';
  }
  return 'id-token-signature-or-nonce';
}

/** Whether a token was issued, or begins to be good, later than clocks that differ can explain. */
export function isFromTheFuture(claims: Readonly<Record<string, unknown>>, now = Date.now() / 1000): boolean {
  return [claims.iat, claims.nbf].some((time) => typeof time === 'number' && time > now + CLOCK_SKEW_SECONDS);
}

function payloadOf(jwt: string): Record<string, unknown> | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
    return typeof payload === 'object' && payload !== null ? { ...payload } : undefined;
  } catch {
    return undefined;
  }
}
