import { timingSafeEqual } from 'node:crypto';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import type { Provider } from 'oidc-provider';
import type { Context } from '../context.ts';
import type { App } from '../directory/apps.ts';
import { formField } from '../http/form-field.ts';
import { artifactsOf } from './artifacts.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { claimsInScope, claimsOf } from './claims.ts';
import { OIDC_APP, settingsOf } from './clients.ts';
import { maySignIn } from './sign-in-policy.ts';
import type { SigningKeys } from './signing-keys.ts';

/** What these endpoints read of an access token of Okta's form. */
interface AccessTokenClaims extends JWTPayload {
  readonly jti: string;
  readonly uid: string;
  readonly cid: string;
  readonly scp: readonly string[];
}

/**
 * userinfo, introspect and revoke for structured access tokens, which oidc-provider leaves to others.
 * Sources: OpenID Connect Core section 5.3, RFC 7662, RFC 7009, RFC 6750.
 */
export function createTokenEndpoints(
  { directory, store, clock }: Context,
  server: AuthorizationServer,
  keys: SigningKeys,
  provider: () => Provider,
): Router {
  const router = Router();
  const accessTokens = artifactsOf({ store, clock, server: server.name })('AccessToken');

  async function verify(token: string): Promise<AccessTokenClaims | undefined> {
    try {
      const keySet = createLocalJWKSet({ keys: [...keys.published()] });
      const { payload } = await jwtVerify<AccessTokenClaims>(token, keySet, {
        issuer: server.issuer,
        audience: server.audience,
        currentDate: new Date(clock.now()),
      });
      return (await accessTokens.find(keyOf(payload))) === undefined ? undefined : payload;
    } catch {
      return undefined;
    }
  }

  const userinfo: RequestHandler = async (request, response) => {
    const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '') ?? [];
    const claims = token === undefined ? undefined : await verify(token);
    const user = claims === undefined ? undefined : directory.users.get(claims.uid);
    if (claims === undefined || !maySignIn(user)) {
      const error =
        token === undefined ? '' : ' error="invalid_token", error_description="The access token is invalid."';
      response
        .status(401)
        .set('www-authenticate', `Bearer realm="${server.issuer}"${error && `,${error}`}`)
        .end();
    } else if (!claims.scp.includes('openid')) {
      response.status(403).set('www-authenticate', 'Bearer error="insufficient_scope", scope="openid"').end();
    } else {
      const about = claimsOf(user, directory, 'userinfo');
      response.json(claimsInScope(about, new Set(claims.scp)));
    }
  };

  async function introspect(token: string): Promise<Record<string, unknown>> {
    const claims = await verify(token);
    if (claims !== undefined) {
      const { scp, sub, cid, uid, iss, aud, iat, exp, jti } = claims;
      return {
        active: maySignIn(directory.users.get(uid)),
        token_type: 'Bearer',
        scope: scp.join(' '),
        client_id: cid,
        username: sub,
        sub,
        uid,
        iss,
        aud,
        iat,
        exp,
        jti,
      };
    }
    const refresh = await provider().RefreshToken.find(token);
    if (refresh === undefined || !refresh.isValid) return { active: false };
    return { active: true, token_type: 'Bearer', scope: refresh.scope, client_id: refresh.clientId, exp: refresh.exp };
  }

  async function revoke(token: string, client: App): Promise<void> {
    const claims = await verify(token);
    if (claims !== undefined && claims.cid === client.id) {
      await accessTokens.destroy(keyOf(claims));
      return;
    }
    const refresh = await provider().RefreshToken.find(token);
    if (refresh === undefined || refresh.clientId !== client.id) return;
    await refresh.destroy();
    // RFC 7009 section 2.1: what it brought goes with it.
    if (refresh.grantId !== undefined) await accessTokens.revokeByGrantId(refresh.grantId);
  }

  const form = express.urlencoded({ extended: false, limit: '32kb' });

  /** Client authentication of RFC 6749 section 2.3.1, then the `token` of the form. */
  function forClient(work: (token: string, client: App, response: Response) => Promise<void>): RequestHandler[] {
    return [
      form,
      async (request, response) => {
        const client = authenticatedClient(request, (id) => directory.apps.get(id));
        const token = formField(request, 'token');
        if (client === undefined) {
          response
            .status(401)
            .set('www-authenticate', `Basic realm="${server.issuer}"`)
            .json({ error: 'invalid_client' });
        } else if (token === '') {
          response.status(400).json({ error: 'invalid_request', error_description: "'token' is missing." });
        } else {
          await work(token, client, response);
        }
      },
    ];
  }

  const path = (name: string): string => `${server.basePath}/v1/${name}`;
  router.get(path('userinfo'), userinfo);
  router.post(path('userinfo'), userinfo);
  router.post(
    path('introspect'),
    ...forClient(async (token, _client, response) => {
      response.json(await introspect(token));
    }),
  );
  router.post(
    path('revoke'),
    ...forClient(async (token, client, response) => {
      await revoke(token, client);
      response.status(200).end();
    }),
  );
  return router;
}

/** Under which an access token is kept: its `jti` without what makes it Okta's. */
const keyOf = ({ jti }: AccessTokenClaims): string => jti.replace(/^AT\./, '');

function authenticatedClient(request: Request, find: (id: string) => App | undefined): App | undefined {
  const [, basic] = /^Basic ([\w+/=-]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const [id = '', secret = ''] =
    basic === undefined
      ? [formField(request, 'client_id'), formField(request, 'client_secret')]
      : Buffer.from(basic, 'base64').toString('utf8').split(':', 2).map(formDecoded);
  const app = find(id);
  if (app?.name !== OIDC_APP || app.status !== 'ACTIVE') return undefined;
  const { clientSecret, tokenEndpointAuthMethod } = settingsOf(app);
  // An app on a device can keep no secret: it says who it is.
  if (tokenEndpointAuthMethod === 'none') return app;
  const given = Buffer.from(secret);
  const wanted = Buffer.from(clientSecret);
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? app : undefined;
}

/** RFC 6749 section 2.3.1: id and secret are form-encoded before they become Basic credentials. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return '';
  }
}
