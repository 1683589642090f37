import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createAuthAdapter, type Environment } from '../src/index.ts';
import { type Browser, createBrowser } from './browser.ts';
import { type OidcApp, openPort, startOidcApp } from './oidc-app.ts';
import { CLIENT, startOpenidProvider, type TestProvider, type TestProviderOptions } from './openid-provider.ts';

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const one of toClose.splice(0).reverse()) {
    await one.close();
  }
});

interface World {
  readonly app: OidcApp;
  readonly provider: TestProvider;
  readonly browser: Browser;
}

async function open(env: Environment = {}, options: Partial<TestProviderOptions> = {}): Promise<World> {
  const port = await openPort();
  const provider = await startOpenidProvider({ appBaseUrl: port.url, ...options });
  toClose.push(provider);
  const app = startOidcApp(port, {
    ISSUER: provider.issuer,
    CLIENT_ID: CLIENT.id,
    CLIENT_SECRET: CLIENT.secret,
    ...env,
  });
  toClose.push(app);
  return { app, provider, browser: createBrowser() };
}

const pageOf = async (browser: Browser, url: string): Promise<unknown> => JSON.parse((await browser.get(url)).body);

describe('a sign-in by OpenID Connect', () => {
  it('ends at the page that was asked for, as the person of the ID token, under a new session id', async () => {
    const { app, browser } = await open();
    await browser.step(`${app.url}/login`);
    const sessionBefore = browser.cookie('127.0.0.1', 'app.sid');
    const page = await browser.get(`${app.url}/login?returnTo=${encodeURIComponent('/private?a=1')}`);

    expect(page).toMatchObject({ status: 200, url: `${app.url}/private?a=1` });
    expect(JSON.parse(page.body)).toMatchObject({
      mode: 'oidc',
      username: 'user01@example.com',
      displayName: 'User1 Bar1',
      email: 'user01@example.com',
      groups: ['Everyone', 'allusers'],
      claims: { sub: 'user01', aud: CLIENT.id, name: 'User1 Bar1' },
      claimSources: { sub: ['id-token', 'userinfo'], aud: ['id-token'], name: ['userinfo'] },
    });
    expect(browser.cookie('127.0.0.1', 'app.sid')).not.toBe(sessionBefore);
    expect(await pageOf(browser, app.url)).toMatchObject({ username: 'user01@example.com' });
  });

  it('carries PKCE S256, state and nonce on the wire, fresh each time, and the nonce in the ID token', async () => {
    const { app, browser, provider } = await open();
    const page = await browser.get(`${app.url}/login`);
    await createBrowser().get(`${app.url}/login`);

    const [first, second] = provider.requests
      .filter(({ path }) => path.endsWith('/v1/authorize'))
      .map((r) => r.parameters);
    expect(Object.fromEntries(first ?? [])).toEqual({
      client_id: CLIENT.id,
      scope: 'openid profile email',
      response_type: 'code',
      redirect_uri: `${app.url}/authorization-code/callback`,
      state: expect.stringMatching(/^[\w-]{20,}$/),
      nonce: expect.stringMatching(/^[\w-]{20,}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(second?.get(name)).not.toBe(first?.get(name));
    }
    const exchange = provider.requests.find(({ path }) => path.endsWith('/v1/token'));
    expect(exchange?.parameters.get('code_verifier')).toMatch(/^[\w-]{43,}$/);
    expect(JSON.parse(page.body)).toMatchObject({ claims: { nonce: first?.get('nonce') } });
  });

  it('reports its steps, and neither codes nor tokens', async () => {
    const { app, browser, provider } = await open();
    await browser.get(`${app.url}/login`);
    expect(app.steps).toEqual([
      {
        kind: 'redirect',
        to: `${provider.issuer}/v1/authorize`,
        parameters: {
          client_id: expect.any(String),
          redirect_uri: `${app.url}/authorization-code/callback`,
          response_type: 'code',
          scope: 'openid profile email',
          code_challenge_method: 'S256',
        },
        id: expect.stringMatching(/^[\w-]{22}$/),
        outcome: 'ok',
        ms: expect.any(Number),
      },
      {
        kind: 'exchange',
        id: expect.stringMatching(/^[\w-]{22}$/),
        url: `${provider.issuer}/v1/token`,
        outcome: 'ok',
        ms: expect.any(Number),
      },
    ]);
    const [redirect, exchange] = app.steps as { readonly id?: string }[];
    expect(exchange?.id).toBe(redirect?.id);
  });

  it('does not mind an observer that throws', async () => {
    const port = await openPort();
    const provider = await startOpenidProvider({ appBaseUrl: port.url });
    toClose.push(provider);
    const env = { ISSUER: provider.issuer, CLIENT_ID: CLIENT.id, CLIENT_SECRET: CLIENT.secret };
    const app = startOidcApp(port, env, () => {
      throw new Error('a broken observer');
    });
    toClose.push(app);
    expect(await pageOf(createBrowser(), `${app.url}/login`)).toMatchObject({ username: 'user01@example.com' });
  });

  it.each(['//evil.test/', 'https://evil.test/', '/\\evil.test', '/\t/evil.test', 'javascript:alert(1)', ''])(
    'never leads elsewhere, such as to %j',
    async (returnTo) => {
      const { app, browser } = await open();
      const page = await browser.get(`${app.url}/login?returnTo=${encodeURIComponent(returnTo)}`);
      expect(new URL(page.url).origin).toBe(app.url);
    },
  );

  it('finds a provider at a name below localhost that no resolver knows', async () => {
    const { app } = await open({}, { host: 'okta.localhost' });
    await app.adapter.ready();
  });

  it('ends when the tokens expire', async () => {
    const { app, browser } = await open();
    expect(await pageOf(browser, `${app.url}/login`)).toMatchObject({ username: 'user01@example.com' });
    letTokensExpire();
    expect(await pageOf(browser, app.url)).toBeNull();
  });
});

describe('a sign-in that does not end in one', () => {
  it.each([
    ['access_denied', 401, 'RedirectRefusal', 'access-denied'],
    ['login_required', 401, 'RedirectRefusal', 'login-required'],
    ['temporarily_unavailable', 503, 'AuthError', 'unavailable'],
    ['invalid_scope', 503, 'AuthError', 'misconfigured'],
  ])('tells the answer %s by its code', async (error, status, name, code) => {
    const { app, browser, provider } = await open();
    provider.answer = { error };
    const page = await browser.get(`${app.url}/login`);
    expect({ ...page, body: JSON.parse(page.body) }).toMatchObject({ status, body: { name, code, detail: error } });
    expect(await pageOf(browser, app.url)).toBeNull();
    provider.answer = 'sign-in';
    expect(await pageOf(browser, `${app.url}/login`)).toMatchObject({ username: 'user01@example.com' });
  });

  it.each([
    ['without parameters', ''],
    ['with a code of somebody else', '?code=stolen&state=forged'],
    ['with an error of nobody', '?error=access_denied&state=forged'],
    ['with parameters given twice', '?code=a&code=b&state=c&state=d'],
  ])('takes an answer %s for stale, in a session with and without an open sign-in', async (_, query) => {
    const { app, browser } = await open();
    const stale = { name: 'RedirectRefusal', code: 'stale' };
    expect(await pageOf(browser, `${app.url}/authorization-code/callback${query}`)).toMatchObject(stale);
    const { location } = await browser.step(`${app.url}/login`);
    expect(await pageOf(browser, `${app.url}/authorization-code/callback${query}`)).toMatchObject(stale);
    // And the sign-in that is open goes on as if nothing had come.
    expect(await pageOf(browser, location)).toMatchObject({ username: 'user01@example.com' });
  });

  it('keeps what another tab has begun', async () => {
    const { app, browser } = await open();
    const first = await browser.step(`${app.url}/login?returnTo=/private?tab=1`);
    const second = await browser.step(`${app.url}/login?returnTo=/private?tab=2`);
    expect(await browser.get(first.location)).toMatchObject({ status: 200, url: `${app.url}/private?tab=1` });
    expect(await browser.get(second.location)).toMatchObject({ status: 200, url: `${app.url}/` });
  });

  it('takes nothing in the address of the sign-in for an answer', async () => {
    const { app, browser } = await open();
    const page = await browser.get(`${app.url}/login?code=stolen&state=forged&error=access_denied`);
    expect(JSON.parse(page.body)).toMatchObject({ username: 'user01@example.com' });
  });

  it('leads home when an answer that worked is sent again, and tells a stranger nothing with it', async () => {
    const { app, browser } = await open();
    const { visited } = await browser.get(`${app.url}/login?returnTo=/private`);
    const answer = visited.find((url) => url.includes('/callback?')) ?? '';
    expect(await browser.get(answer)).toMatchObject({ status: 200, url: `${app.url}/` });
    expect(await pageOf(createBrowser(), answer)).toMatchObject({ code: 'stale' });
  });

  it('refuses a code that was used before', async () => {
    const { app, browser, provider } = await open();
    const { visited } = await browser.get(`${app.url}/login`);
    const code = new URL(visited.find((url) => url.includes('code=')) ?? '').searchParams.get('code');
    provider.fault = (request, response) => {
      if (!request.url?.includes('/v1/authorize')) {
        return false;
      }
      const state = new URL(request.url, provider.issuer).searchParams.get('state');
      const query = new URLSearchParams({ code: code ?? '', state: state ?? '', iss: provider.issuer });
      response.writeHead(302, { location: `${app.url}/authorization-code/callback?${query}` }).end();
      return true;
    };
    expect(await pageOf(createBrowser(), `${app.url}/login`)).toEqual({
      name: 'RedirectRefusal',
      code: 'stale',
      detail: 'invalid_grant',
    });
  });

  it('names a wrong client secret, and does not repeat it', async () => {
    const { app, browser } = await open({ CLIENT_SECRET: 'S3cret-but-wrong' });
    const page = await browser.get(`${app.url}/login`);
    expect(JSON.parse(page.body)).toEqual({ name: 'AuthError', code: 'misconfigured', detail: 'invalid_client' });
    expect(JSON.stringify([page.body, app.steps])).not.toContain('S3cret');
  });

  const now = () => Math.floor(Date.now() / 1000);
  it.each<[string, (world: World) => string, string]>([
    [
      'for another audience',
      ({ provider }) => provider.idToken({ ...good(provider), aud: 'another-app' }),
      'id-token-audience',
    ],
    [
      'of another issuer',
      ({ provider }) => provider.idToken({ ...good(provider), iss: 'https://evil.test' }),
      'id-token-issuer',
    ],
    [
      'that expired long ago',
      ({ provider }) => provider.idToken({ ...good(provider), exp: now() - 600 }),
      'id-token-expired',
    ],
    [
      'from the future',
      ({ provider }) => provider.idToken({ ...good(provider), nbf: now() + 600 }),
      'id-token-from-the-future',
    ],
    [
      'issued in the future, by a clock that is far ahead',
      ({ provider }) => provider.idToken({ ...good(provider), iat: now() + 600, exp: now() + 4200 }),
      'id-token-from-the-future',
    ],
    [
      'with another nonce',
      ({ provider }) => provider.idToken({ ...good(provider), nonce: 'other' }),
      'id-token-signature-or-nonce',
    ],
    [
      'signed by an unknown key',
      ({ provider }) => provider.idToken(good(provider), { unknownKey: true }),
      'id-token-unknown-key',
    ],
    ['that is none', () => 'not.a.token', 'id-token-malformed'],
  ])('does not accept an ID token %s', async (_, idToken, detail) => {
    const world = await open();
    answerWith(world, idToken);
    expect(await pageOf(world.browser, `${world.app.url}/login`)).toEqual({
      name: 'AuthError',
      code: 'misconfigured',
      detail,
    });
    expect(await pageOf(world.browser, world.app.url)).toBeNull();
  });

  it.each([
    ['a minute ahead', { iat: now() + 60, exp: now() + 3660 }],
    ['a minute behind, so that a token of one minute has just expired', { iat: now() - 90, exp: now() - 30 }],
  ])('accepts the ID token of a provider whose clock is %s, and the person stays signed in', async (_, times) => {
    const world = await open();
    answerWith(world, ({ provider }) => provider.idToken({ ...good(provider), ...times }));
    expect(await pageOf(world.browser, `${world.app.url}/login`)).toMatchObject({ username: 'user01' });
    expect(await pageOf(world.browser, world.app.url)).toMatchObject({ username: 'user01' });
  });

  /** An ID token of the test's choice in the place of the provider's. */
  function answerWith(world: World, idToken: (world: World) => string): void {
    world.provider.fault = (request, response) => {
      const answer = request.url?.endsWith('/v1/token')
        ? { access_token: 'x', token_type: 'Bearer', expires_in: 60, id_token: idToken(world) }
        : { sub: 'user01' };
      if (!/\/v1\/(?:token|userinfo)$/.test(request.url ?? '')) {
        return false;
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      return true;
    };
  }

  function good(provider: TestProvider): Record<string, unknown> {
    const request = provider.requests.findLast(({ path }) => path.endsWith('/v1/authorize'));
    const nonce = request?.parameters.get('nonce') ?? '';
    return { iss: provider.issuer, aud: CLIENT.id, sub: 'user01', iat: now(), exp: now() + 600, nonce };
  }
});

describe('a provider that does not work', () => {
  it('is waited for, until it is there', async () => {
    const { app, provider } = await open();
    await app.adapter.ready();
    await app.adapter.close();
    await provider.close();

    const late = createAuthAdapter({
      AUTH_MODE: 'oidc',
      ISSUER: provider.issuer,
      CLIENT_ID: CLIENT.id,
      CLIENT_SECRET: CLIENT.secret,
    });
    toClose.push(late);
    await expect(late.ready()).rejects.toMatchObject({ code: 'unavailable' });
    toClose.push(await startOpenidProvider({ appBaseUrl: app.url, port: Number(new URL(provider.issuer).port) }));
    await expect(untilReady(late)).resolves.toBeUndefined();
  });

  it('has no sign-in page to go to, and that is a failure with a code', async () => {
    const { app, browser, provider } = await open({ ISSUER: 'http://127.0.0.1:1/oauth2/default' });
    expect(await pageOf(browser, `${app.url}/login`)).toMatchObject({
      code: 'unavailable',
      detail: 'connection-refused',
    });
    expect(provider.requests).toEqual([]);
  });

  it.each([
    ['is not where ISSUER says', 404, {}, 'misconfigured', 'http-404'],
    ['is overloaded', 503, {}, 'unavailable', 'http-503'],
    ['calls itself something else', 200, { issuer: 'https://evil.test' }, 'misconfigured', 'issuer-mismatch'],
    ['answers with something else', 200, 'hello', 'unavailable', 'answer-not-understood'],
  ])('%s', async (_, status, body, code, detail) => {
    const { server, url } = await openPort();
    server.on('request', (_request, response) => {
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    toClose.push({ close: async () => void server.close() });
    const adapter = createAuthAdapter({ AUTH_MODE: 'oidc', ISSUER: url, CLIENT_ID: 'a', CLIENT_SECRET: 'b' });
    toClose.push(adapter);
    await expect(adapter.ready()).rejects.toMatchObject({ code, detail });
  });

  it('and hangs in the middle of a sign-in costs that sign-in only', async () => {
    const { app, browser, provider } = await open();
    provider.fault = (request) => request.url?.endsWith('/v1/token') === true;
    expect(await pageOf(browser, `${app.url}/login`)).toMatchObject({ code: 'timeout' });
    provider.fault = undefined;
    expect(await pageOf(browser, `${app.url}/login`)).toMatchObject({ username: 'user01@example.com' });
  });

  it('and hangs from the start is a failure with a code', async () => {
    const { server, url } = await openPort();
    toClose.push({
      close: async () => {
        server.closeAllConnections();
        server.close();
      },
    });
    const adapter = createAuthAdapter({ AUTH_MODE: 'oidc', ISSUER: url, CLIENT_ID: 'a', CLIENT_SECRET: 'b' });
    toClose.push(adapter);
    await expect(adapter.ready()).rejects.toMatchObject({ code: 'timeout' });
  });
});

describe('a sign-out', () => {
  it('revokes the access token and ends the session at the provider, which leads back to the app', async () => {
    const { app, browser, provider } = await open();
    await browser.get(`${app.url}/login`);
    const page = await browser.post(`${app.url}/logout`);
    const parameters = new URL(page.url).searchParams;
    expect(page).toMatchObject({ status: 200, url: expect.stringContaining(`${provider.issuer}/v1/logout?`) });
    expect(parameters.get('post_logout_redirect_uri')).toBe(`${app.url}/`);
    expect(parameters.get('id_token_hint')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(provider.requests.find(({ path }) => path.endsWith('/v1/revoke'))?.parameters.get('token_type_hint')).toBe(
      'access_token',
    );
    expect(await pageOf(browser, app.url)).toBeNull();
  });

  it.each([
    ['hangs', () => true],
    ['fails', (response: ServerResponse) => response.destroy() === response],
  ])('is not kept from ending the local session by a revocation that %s', async (_, fault) => {
    const { app, browser, provider } = await open();
    await browser.get(`${app.url}/login`);
    provider.fault = (request, response) => request.url?.endsWith('/v1/revoke') === true && fault(response);
    const startedAt = performance.now();
    expect(await browser.post(`${app.url}/logout`)).toMatchObject({ url: expect.stringContaining('/v1/logout?') });
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect(await pageOf(browser, app.url)).toBeNull();
  });

  it('ends the session at the provider also when the tokens have expired, and the app has noticed', async () => {
    const { app, browser, provider } = await open();
    const asked = () => provider.requests.filter(({ path }) => path.startsWith('/interaction/')).length;
    await browser.get(`${app.url}/login`);
    letTokensExpire();
    expect(await pageOf(browser, app.url)).toBeNull();
    // Whoever only comes back is not asked again: the provider's session has not ended.
    expect(await pageOf(browser, `${app.url}/login`)).toMatchObject({ username: 'user01@example.com' });
    expect(asked()).toBe(1);

    letTokensExpire();
    expect(await pageOf(browser, app.url)).toBeNull();

    const question = await browser.post(`${app.url}/logout`);
    expect(question).toMatchObject({ status: 200, url: expect.stringContaining(`${provider.issuer}/v1/logout?`) });
    const [, action = ''] = /action="([^"]+)"/.exec(question.body) ?? [];
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(question.body) ?? [];
    expect(await browser.post(action, { xsrf, logout: 'yes' })).toMatchObject({ status: 200, url: `${app.url}/` });
    await browser.get(`${app.url}/login`);
    expect(asked()).toBe(2);
  });

  it('of somebody who is not signed in stays here', async () => {
    const { app, browser } = await open();
    expect(await browser.post(`${app.url}/logout`)).toMatchObject({ url: `${app.url}/` });
  });
});

describe('a sign-out while the provider is away', () => {
  it('ends here, soon', async () => {
    const { app, browser, provider } = await open();
    await browser.get(`${app.url}/login`);
    await provider.close();
    expect(await browser.step(`${app.url}/`)).toMatchObject({ status: 200 });
    const startedAt = performance.now();
    await expect(browser.post(`${app.url}/logout`)).rejects.toThrow();
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect(await pageOf(browser, app.url)).toBeNull();
  });
});

describe('one process', () => {
  it('has one oidc adapter, and may have another when the first is closed', async () => {
    const { app } = await open();
    const env = { AUTH_MODE: 'oidc', ISSUER: 'http://127.0.0.1:1', CLIENT_ID: 'a', CLIENT_SECRET: 'b' };
    expect(() => createAuthAdapter(env)).toThrow(/an oidc adapter in this process already/);
    await app.adapter.close();
    toClose.push(createAuthAdapter(env));
  });
});

/** Longer than the tokens live, by the app's clock and the provider's, and shorter than the provider's session. */
function letTokensExpire(): void {
  const passed = Date.now() + 3_601_000 - performance.now();
  jest.spyOn(Date, 'now').mockImplementation(() => passed + performance.now());
}

async function untilReady(adapter: { ready(): Promise<void> }): Promise<void> {
  for (let attempts = 0; ; attempts++) {
    try {
      return await adapter.ready();
    } catch (error) {
      if (attempts > 200) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
