import { createHash } from 'node:crypto';
import {
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';
import type { Provider } from 'oidc-provider';
import { randomBase62 } from '../ids.ts';
import type { Services } from '../services.ts';
import { type Faults, faultsOf } from './faults.ts';

type Middleware = Parameters<Provider['use']>[0];
interface Signer {
  readonly kid: string;
  readonly key: CryptoKey | Uint8Array;
}

/** Tokens of a wrong clock or of an unknown key: those that the token endpoint gives, signed again. */
export function createTokenFaults(services: Services, signingKey: () => JWK | undefined): Middleware {
  let stranger: Promise<Signer> | undefined;

  const strangerSigner = async (): Promise<Signer> => {
    const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048 });
    return { kid: randomBase62(43), key: privateKey };
  };

  const ownSigner = async (): Promise<Signer> => {
    const jwk = signingKey();
    if (jwk?.kid === undefined) throw new Error('There is no signing key.');
    return { kid: jwk.kid, key: await importJWK(jwk, 'RS256') };
  };

  async function altered(body: Record<string, unknown>, faults: Faults): Promise<Record<string, unknown>> {
    if (faults.unknownSigningKey) stranger ??= strangerSigner();
    const { kid, key } = await (faults.unknownSigningKey && stranger !== undefined ? stranger : ownSigner());
    const again = (token: string, more: JWTPayload = {}): Promise<string> =>
      new SignJWT({ ...moved(decodeJwt(token), faults.clockOffsetSeconds), ...more })
        .setProtectedHeader({ ...decodeProtectedHeader(token), alg: 'RS256', kid })
        .sign(key);
    const { access_token, id_token } = body;
    const result = { ...body };
    if (typeof access_token === 'string') result.access_token = await again(access_token);
    if (typeof id_token === 'string') result.id_token = await again(id_token, { at_hash: hashOf(result.access_token) });
    return result;
  }

  return async (ctx, next) => {
    await next();
    const faults = faultsOf(services);
    if (!faults.unknownSigningKey && faults.clockOffsetSeconds === 0) return;
    const body: unknown = ctx.body;
    if (ctx.oidc?.route === 'token' && ctx.status === 200 && typeof body === 'object' && body !== null) {
      ctx.body = await altered({ ...body }, faults);
    }
  };
}

/** OpenID Connect Core, section 3.1.3.6, for RS256. */
function hashOf(accessToken: unknown): string {
  return createHash('sha256').update(String(accessToken)).digest().subarray(0, 16).toString('base64url');
}

/** Every time that the clock of the issuer wrote. */
function moved(payload: JWTPayload, seconds: number): JWTPayload {
  const times = ['iat', 'exp', 'auth_time'].flatMap((name) => {
    const time = payload[name];
    return typeof time === 'number' ? [[name, time + seconds] as const] : [];
  });
  return { ...payload, ...Object.fromEntries(times) };
}
