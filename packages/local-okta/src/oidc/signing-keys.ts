import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { type Clock, timestamp } from '../clock.ts';
import { randomBase62 } from '../ids.ts';
import type { Store } from '../store/store.ts';

/** How many retired keys stay published, so that tokens signed with them can still be verified. */
const RETIRED_KEPT = 2;

export interface SigningKeys {
  /** Private keys, the one that signs first. */
  all(): readonly JWK[];
  /** The public halves, as at `/v1/keys`. */
  published(): readonly JWK[];
  /** Secrets that sign the cookies. */
  cookieKeys(): readonly string[];
  /** A new key signs from now on; the one before stays published. @returns its key id */
  rotate(): Promise<string>;
  /** Makes the first key where there is none. */
  ensure(): Promise<void>;
}

export function createSigningKeys({ store, clock }: { readonly store: Store; readonly clock: Clock }): SigningKeys {
  async function rotate(): Promise<string> {
    const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
    const kid = randomBase62(43);
    const jwk = { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' };
    store.transaction(() => {
      store.run('UPDATE oidc_keys SET position = position + 1');
      store.run('DELETE FROM oidc_keys WHERE position > ?', [RETIRED_KEPT]);
      store.run('INSERT INTO oidc_keys (kid, jwk, created, position) VALUES (?, ?, ?, 0)', [
        kid,
        JSON.stringify(jwk),
        timestamp(clock),
      ]);
    });
    return kid;
  }

  const all = (): JWK[] =>
    store.all<{ jwk: string }>('SELECT jwk FROM oidc_keys ORDER BY position').map(({ jwk }) => JSON.parse(jwk) as JWK); // written by rotate

  return {
    all,
    // The members of an RSA public key (RFC 7518 section 6.3.1), and nothing else.
    published: () => all().map(({ kty, n, e, kid, use, alg }) => ({ kty, n, e, kid, use, alg }) as JWK),
    rotate,
    cookieKeys: () => store.all<{ value: string }>('SELECT value FROM oidc_cookie_keys').map(({ value }) => value),
    async ensure() {
      if (store.get('SELECT 1 FROM oidc_cookie_keys') === undefined) {
        store.run('INSERT INTO oidc_cookie_keys (value) VALUES (?)', [randomBytes(32).toString('base64url')]);
      }
      if (all().length === 0) await rotate();
    },
  };
}
