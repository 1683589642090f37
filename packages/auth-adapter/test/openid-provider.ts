import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';

/** A real OpenID provider on loopback (panva's, certified), with Okta's paths and a person who signs in by himself. */
export interface TestProvider {
  readonly issuer: string;
  /** Requests as they came in over the wire. */
  readonly requests: { readonly path: string; readonly parameters: URLSearchParams }[];
  /** What the sign-in page does: let user01 in, or answer with an error. */
  answer: 'sign-in' | { readonly error: string };
  /** Answers a path in the provider's place; returns false to leave it to the provider. */
  fault: ((request: IncomingMessage, response: ServerResponse, body: string) => boolean) | undefined;
  /** An ID token with a good signature, or with a key nobody published. */
  idToken(claims: Readonly<Record<string, unknown>>, options?: { readonly unknownKey?: boolean }): string;
  close(): Promise<void>;
}

const CLAIMS = {
  email: 'user01@example.com',
  email_verified: true,
  name: 'User1 Bar1',
  preferred_username: 'user01@example.com',
  groups: ['allusers', 'Everyone', 'allusers'],
};

export interface TestProviderOptions {
  readonly appBaseUrl: string;
  readonly port?: number;
  readonly host?: string;
}

export const CLIENT = { id: 'app-under-test', secret: 'S3cret-of-the-app' };

export async function startOpenidProvider(options: TestProviderOptions): Promise<TestProvider> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const origin = `http://${options.host ?? '127.0.0.1'}:${port}`;
  const issuer = `${origin}/oauth2/default`;
  const provider = createProvider(issuer, keys.privateKey, options);
  const handle = provider.callback();

  const self: TestProvider = {
    issuer,
    requests: [],
    answer: 'sign-in',
    fault: undefined,
    idToken: (claims, { unknownKey = false } = {}) =>
      signJwt(
        claims,
        unknownKey ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey : keys.privateKey,
        unknownKey ? 'nobody-knows' : 'test-key',
      ),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  server.on('request', async (request, response) => {
    const url = new URL(request.url ?? '/', origin);
    const body = await readBody(request);
    self.requests.push({
      path: url.pathname,
      parameters: body === '' ? url.searchParams : new URLSearchParams(body),
    });
    if (self.fault?.(request, response, body)) {
      return;
    }
    if (url.pathname.startsWith('/interaction/')) {
      const outcome = self.answer === 'sign-in' ? { login: { accountId: 'user01' } } : self.answer;
      await provider.interactionFinished(request, response, outcome);
      return;
    }
    // oidc-provider takes a body that somebody else has read, in this form.
    Object.assign(request, { body: Object.fromEntries(new URLSearchParams(body)) });
    request.url = (request.url ?? '').replace(/^\/oauth2\/default/, '');
    Object.assign(request, { originalUrl: url.pathname + url.search });
    handle(request, response);
  });
  return self;
}

function createProvider(issuer: string, key: KeyObject, options: TestProviderOptions): Provider {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${options.appBaseUrl}/authorization-code/callback`],
        post_logout_redirect_uris: [`${options.appBaseUrl}/`],
      },
    ],
    jwks: { keys: [{ ...key.export({ format: 'jwk' }), kid: 'test-key', alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['for-tests'] },
    claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    routes: {
      authorization: '/v1/authorize',
      token: '/v1/token',
      userinfo: '/v1/userinfo',
      jwks: '/v1/keys',
      revocation: '/v1/revoke',
      end_session: '/v1/logout',
    },
    ttl: { IdToken: 3600, AccessToken: 3600, Grant: 3600, Session: 3 * 3600, Interaction: 600 },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId, ...CLAIMS }) }),
    // Consent is given by itself: the tests are about the app's side.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  provider.on('server_error', (_, error) => {
    console.error(error);
  });
  return provider;
}

function signJwt(claims: object, key: KeyObject, kid: string): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode({ alg: 'RS256', kid })}.${encode(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
  }
  return body;
}
