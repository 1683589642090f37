import { type Configuration, Provider } from 'oidc-provider';
import type { Context } from '../context.ts';
import type { User } from '../directory/user.ts';
import { createTokenFaults } from '../faults/token-faults.ts';
import { rememberAccessTokens } from './access-token-hash.ts';
import { artifactsOf } from './artifacts.ts';
import { CLAIMS_BY_SCOPE, claimsOf } from './claims.ts';
import { clientOf } from './clients.ts';
import { completeDeviceAnswers, DECISION_PATH, DEVICE_CODE_TTL, deviceFlow } from './device-flow.ts';
import { slowDownDevices } from './device-polling.ts';
import { logAuthorizations } from './oidc-log.ts';
import { endSessionPage, errorPage, signedOutPage } from './pages.ts';
import { grantFor, maySignIn, signInPolicy } from './sign-in-policy.ts';
import type { SigningKeys } from './signing-keys.ts';

/** One of Okta's authorization servers: the org's own, or the custom one that every org has, `default`. */
export interface AuthorizationServer {
  readonly name: 'org' | 'default';
  readonly issuer: string;
  /** Where its endpoints begin, as Okta has them: `/oauth2/v1/authorize`, `/oauth2/default/v1/authorize`. */
  readonly basePath: string;
  /** The path of the issuer, below which its discovery document stands. */
  readonly mountPath: string;
  /** `aud` of its access tokens. */
  readonly audience: string;
}

export function authorizationServers(publicUrl: string): readonly AuthorizationServer[] {
  return [
    { name: 'org', issuer: publicUrl, mountPath: '', basePath: '/oauth2', audience: publicUrl },
    {
      name: 'default',
      issuer: `${publicUrl}/oauth2/default`,
      mountPath: '/oauth2/default',
      basePath: '/oauth2/default',
      audience: 'api://default',
    },
  ];
}

const HOUR = 3600;

/** Okta's lifetimes. Source: Okta, "Configure token lifetime"; a session's idle time: sign-on policy's default. */
const TTL = {
  AccessToken: HOUR,
  AuthorizationCode: 300,
  DeviceCode: DEVICE_CODE_TTL,
  Grant: 90 * 24 * HOUR,
  IdToken: HOUR,
  Interaction: HOUR,
  RefreshToken: 90 * 24 * HOUR,
  Session: 2 * HOUR,
};

/** `oidc-provider`, told to look like Okta. Source: Okta, "OpenID Connect & OAuth 2.0 API". */
export function createProvider(context: Context, server: AuthorizationServer, keys: SigningKeys): Provider {
  const { config, directory, store, clock, log } = context;
  const { issuer, audience, mountPath, basePath } = server;
  const prefix = basePath.slice(mountPath.length);
  const endpoints = `${config.publicUrl}${basePath}/v1`;
  const configuration: Configuration = {
    adapter: (model: string) => {
      const artifacts = artifactsOf({ store, clock, server: server.name })(model);
      return model === 'Client' ? { ...artifacts, find: async (id) => clientOf(directory.apps.get(id)) } : artifacts;
    },
    claims: Object.fromEntries(Object.entries(CLAIMS_BY_SCOPE).map(([scope, names]) => [scope, [...names]])),
    // Okta puts the claims of `profile` and `email` into the ID token of the code flow too.
    conformIdTokenClaims: false,
    cookies: {
      keys: [...keys.cookieKeys()],
      names: { session: 'sid', interaction: `signin_${server.name}`, resume: `resume_${server.name}` },
    },
    discovery: {
      userinfo_endpoint: `${endpoints}/userinfo`,
      introspection_endpoint: `${endpoints}/introspect`,
      revocation_endpoint: `${endpoints}/revoke`,
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      deviceFlow: deviceFlow({ provider: () => provider, directory }),
      // Structured access tokens are beyond oidc-provider's own endpoints: token-endpoints.ts has ours.
      userinfo: { enabled: false },
      introspection: { enabled: false },
      revocation: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource: endSessionPage, postLogoutSuccessSource: signedOutPage },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience,
          scope: 'openid profile email groups offline_access',
          accessTokenFormat: 'jwt',
          accessTokenTTL: TTL.AccessToken,
        }),
      },
    },
    extraTokenClaims: (ctx) => {
      const { AuthorizationCode, DeviceCode, RefreshToken } = ctx.oidc.entities;
      return { auth_time: (AuthorizationCode ?? DeviceCode ?? RefreshToken)?.authTime };
    },
    findAccount: async (ctx, id, token) => {
      const user = directory.users.get(id);
      if (user === undefined) return undefined;
      // What was granted is worth nothing to somebody who could not sign in to the app today.
      if (token !== undefined && !(maySignIn(user) && directory.apps.isAssigned(token.clientId ?? '', id))) {
        return undefined;
      }
      return {
        accountId: id,
        claims: async (use) => ({
          ...claimsOf(user, directory, use === 'userinfo' ? use : 'id_token'),
          at_hash: accessTokens.valueOf(ctx.oidc.entities.AccessToken),
        }),
      };
    },
    formats: {
      customizers: {
        jwt: (_ctx, _token, jwt) => {
          jwt.payload = oktaAccessToken(jwt.payload, directory.users.get(String(jwt.payload.sub)));
        },
      },
    },
    interactions: { policy: signInPolicy(directory), url: (_ctx, { uid }) => `/signin/${server.name}/${uid}` },
    issueRefreshToken: async (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
    jwks: { keys: [...keys.all()] },
    loadExistingGrant: (ctx) => grantFor(ctx, provider, directory, audience),
    // Whoever has no secret proves with PKCE that the code is theirs.
    pkce: { required: (_ctx, client) => client.tokenEndpointAuthMethod === 'none' },
    renderError: (ctx, out, error) => {
      log.info({ err: error, server: server.name }, 'authorization request refused');
      return errorPage(ctx, out);
    },
    routes: {
      authorization: `${prefix}/v1/authorize`,
      code_verification: prefix + DECISION_PATH,
      device_authorization: `${prefix}/v1/device/authorize`,
      end_session: `${prefix}/v1/logout`,
      jwks: `${prefix}/v1/keys`,
      token: `${prefix}/v1/token`,
    },
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    ttl: TTL,
  };
  const provider = new Provider(issuer, configuration);
  // who is in front of it is Local Okta itself, which sets what it then reads
  provider.proxy = true;
  provider.use(createTokenFaults(context.services, () => keys.all()[0]));
  const accessTokens = rememberAccessTokens(provider);
  // oidc-provider keeps no structured ones; kept, they end with the grant, and can be revoked.
  provider.on('access_token.issued', ({ jti, grantId, expiration }) => {
    void artifactsOf({ store, clock, server: server.name })('AccessToken').upsert(jti, { grantId }, expiration);
  });
  completeDeviceAnswers(provider, config.publicUrl);
  slowDownDevices(provider, clock);
  provider.on('server_error', (_ctx, error) =>
    log.error({ err: error, server: server.name }, 'authorization server failed'),
  );
  logAuthorizations(provider, context);
  return provider;
}

/** An access token's payload with Okta's names. Source: Okta, "Access token payload". */
function oktaAccessToken(payload: Record<string, unknown>, user: User | undefined): Record<string, unknown> {
  const { sub, client_id, scope, jti, ...rest } = payload;
  return {
    ver: 1,
    ...rest,
    jti: `AT.${String(jti)}`,
    cid: client_id,
    uid: sub,
    scp: typeof scope === 'string' ? scope.split(' ') : [],
    sub: user?.profile.login ?? sub,
  };
}
