import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import type { LocalOkta } from '../src/local-okta.ts';
import { actionOf, Browser } from './browser.ts';
import { call, startLocalOkta, type TestClock, testClock } from './local-okta-fixture.ts';

const CALLBACK = 'http://localhost:9999/callback';
const ANNA = 'anna@example.com';
const BERT = 'bert@example.com';
const PASSWORD = 'Summer-Rain-2026';

let folder: string;
let okta: LocalOkta;
let clock: TestClock;
let app: { readonly id: string; readonly secret: string };
let config: client.Configuration;
let browser: Browser;
const ids = new Map<string, string>();

let port = 0;
const start = (): Promise<LocalOkta> => startLocalOkta({ clock, dataDir: folder, port });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-okta-oidc-'));
  clock = testClock(new Date().toISOString());
  okta = await start();
  port = Number(new URL(okta.urls.okta ?? '').port);
  for (const login of [ANNA, BERT]) {
    const user = await call(okta, 'POST', '/api/v1/users?activate=true', {
      profile: { login, email: login, firstName: 'A', lastName: 'B' },
      credentials: { password: { value: PASSWORD } },
    });
    ids.set(login, user.body.id);
  }
  const made = await call(okta, 'POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: 'Holiday planner',
    signOnMode: 'OPENID_CONNECT',
    settings: {
      oauthClient: { redirect_uris: [CALLBACK], grant_types: ['authorization_code', 'refresh_token'] },
    },
  });
  app = { id: made.body.id, secret: made.body.credentials.oauthClient.client_secret };
  for (const id of ids.values()) await call(okta, 'POST', `/api/v1/apps/${app.id}/users`, { id });
  config = await client.discovery(
    new URL(`${okta.urls.okta}/oauth2/default`),
    app.id,
    undefined,
    client.ClientSecretBasic(app.secret),
    { execute: [client.allowInsecureRequests] },
  );
});
afterAll(async () => {
  await okta.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  browser = new Browser();
});

interface Attempt {
  readonly url: URL;
  readonly checks: client.AuthorizationCodeGrantChecks;
}

async function begin(parameters: Record<string, string> = {}): Promise<Attempt> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid profile email',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    ...parameters,
  });
  return { url, checks: { pkceCodeVerifier, expectedState, idTokenExpected: true } };
}

/** Where an attempt leads: back to the app, or to a page of the org. */
async function open(attempt: Attempt): Promise<{ page: string; url: string; back: URL | undefined }> {
  const { response, location } = await browser.follow(await browser.get(attempt.url.href), CALLBACK);
  const back = location === undefined ? undefined : new URL(location);
  return { page: await response.text(), url: response.url, back };
}

async function answer(shown: { page: string; url: string }, username = ANNA): Promise<URL> {
  const action = new URL(actionOf(shown.page), shown.url).href;
  const answered = await browser.post(action, { username, password: PASSWORD, decision: 'sign-in' });
  let { response, location } = await browser.follow(answered, CALLBACK);
  if (location === undefined && response.status === 200) {
    // Somebody else was signed in before: a page that ends that session sends itself.
    const page = await response.text();
    const hidden = [...page.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, n = '', v = '']) => [n, v]);
    const left = await browser.post(new URL(actionOf(page), response.url).href, Object.fromEntries(hidden));
    ({ response, location } = await browser.follow(left, CALLBACK));
  }
  return new URL(location ?? `nowhere:${response.status}`);
}

const exchange = (attempt: Attempt, back: URL) => client.authorizationCodeGrant(config, back, attempt.checks);

async function signIn(parameters: Record<string, string> = {}, username = ANNA) {
  const attempt = await begin(parameters);
  return exchange(attempt, await answer(await open(attempt), username));
}

const asksForPassword = ({ page }: { page: string }): boolean => page.includes('name="password"');

describe('an authorization request', () => {
  it('with prompt=none is refused without a session, and answered with one', async () => {
    const refused = await open(await begin({ prompt: 'none' }));
    expect(refused.back?.searchParams.get('error')).toBe('login_required');
    await signIn();
    const attempt = await begin({ prompt: 'none' });
    const { back } = await open(attempt);
    expect((await exchange(attempt, back ?? new URL('nowhere:'))).claims()).toMatchObject({ sub: ids.get(ANNA) });
  });

  it('with prompt=login asks again whoever has a session, and takes somebody else', async () => {
    await signIn();
    const attempt = await begin({ prompt: 'login' });
    const shown = await open(attempt);
    expect(asksForPassword(shown)).toBe(true);
    const tokens = await exchange(attempt, await answer(shown, BERT));
    expect(tokens.claims()).toMatchObject({ sub: ids.get(BERT) });
    // And the session is that person's from now on.
    const next = await begin();
    const { back } = await open(next);
    expect((await exchange(next, back ?? new URL('nowhere:'))).claims()).toMatchObject({ sub: ids.get(BERT) });
  });

  it('with max_age asks again when the sign-in is older, and says when it was', async () => {
    const first = (await signIn()).claims();
    const recent = await begin({ max_age: '3600' });
    const { back } = await open(recent);
    expect((await exchange(recent, back ?? new URL('nowhere:'))).claims()?.auth_time).toBe(first?.auth_time);
    expect(asksForPassword(await open(await begin({ max_age: '0' })))).toBe(true);
  });

  it('with login_hint fills the name in, as text', async () => {
    const { page } = await open(await begin({ login_hint: '"><script>alert(1)</script>' }));
    expect(page).toContain('value="&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;"');
  });

  it.each([
    ['an unknown client', { client_id: 'nobody' }, 'invalid_client'],
    ['a redirect URI with a query added', { redirect_uri: `${CALLBACK}?x=1` }, 'invalid_redirect_uri'],
    ['a redirect URI elsewhere', { redirect_uri: 'https://evil.example/callback' }, 'invalid_redirect_uri'],
  ])('of %s is answered here and leads nowhere', async (_case, parameters, error) => {
    const attempt = await begin(parameters);
    const response = await browser.get(attempt.url.href);
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    expect(await response.text()).toContain(error);
  });
});

describe('a code', () => {
  it.each([
    ['another verifier', { pkceCodeVerifier: 'x'.repeat(43) }],
    ['no verifier', {}],
  ])('is worth nothing with %s', async (_case, checks) => {
    const attempt = await begin();
    const back = await answer(await open(attempt));
    const { expectedState } = attempt.checks;
    await expect(
      client.authorizationCodeGrant(config, back, { ...checks, ...(expectedState ? { expectedState } : {}) }),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('that is sent twice takes back what it has brought', async () => {
    const attempt = await begin({ scope: 'openid offline_access' });
    const back = await answer(await open(attempt));
    const tokens = await exchange(attempt, back);
    await expect(exchange(attempt, back)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
    await expect(client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck)).rejects.toThrow();
  });

  it('outlives a restart of the org between the sign-in page and the app', async () => {
    const attempt = await begin();
    const back = await answer(await open(attempt));
    await okta.close();
    okta = await start();
    expect((await exchange(attempt, back)).claims()).toMatchObject({ sub: ids.get(ANNA) });
    // So does the session, and a sign-in page that was open.
    const again = await begin({ prompt: 'login' });
    const shown = await open(again);
    await okta.close();
    okta = await start();
    expect((await exchange(again, await answer(shown))).claims()).toMatchObject({ sub: ids.get(ANNA) });
  });

  it('of one of two tabs does not disturb the other', async () => {
    const [first, second] = [await begin(), await begin()];
    const [one, two] = [await open(first), await open(second)];
    expect((await exchange(first, await answer(one))).claims()).toMatchObject({ sub: ids.get(ANNA) });
    expect((await exchange(second, await answer(two))).claims()).toMatchObject({ sub: ids.get(ANNA) });
  });
});

describe('a refresh token', () => {
  const refresh = (token: string | undefined) => client.refreshTokenGrant(config, token ?? '');

  it('is good after a rotation of the signing key, and its ID token carries the new one', async () => {
    const tokens = await signIn({ scope: 'openid offline_access' });
    const { body } = await call(okta, 'POST', '/local/keys/rotate');
    const again = await refresh(tokens.refresh_token);
    expect(decodeProtectedHeader(again.id_token ?? '').kid).toBe(body.kid);
  });

  it('takes the access tokens that it brought along when it is revoked', async () => {
    const tokens = await signIn({ scope: 'openid offline_access' });
    await client.tokenRevocation(config, tokens.refresh_token ?? '');
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
  });

  it('outlives sign-out, as Okta documents for offline_access', async () => {
    const tokens = await signIn({ scope: 'openid offline_access' });
    const url = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token ?? '' });
    const page = await (await browser.get(url.href)).text();
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page) ?? [];
    await browser.post(new URL(actionOf(page), url).href, { xsrf, logout: 'yes' });
    expect((await refresh(tokens.refresh_token)).access_token).toBeTruthy();
  });

  it.each([
    ['is suspended', 'POST', (id: string) => `/api/v1/users/${id}/lifecycle/suspend`, 'unsuspend'],
    ['is no longer assigned to the app', 'DELETE', (id: string) => `/api/v1/apps/${app.id}/users/${id}`, ''],
  ])('is worth nothing once its owner %s', async (_case, method, path, undo) => {
    const id = ids.get(BERT) ?? '';
    const tokens = await signIn({ scope: 'openid offline_access' }, BERT);
    await call(okta, method, path(id));
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    if (undo === '') await call(okta, 'POST', `/api/v1/apps/${app.id}/users`, { id });
    else await call(okta, 'POST', `/api/v1/users/${id}/lifecycle/${undo}`);
  });
});

describe('the sign-in page', () => {
  const form = async (body: string, type = 'application/x-www-form-urlencoded'): Promise<Response> => {
    const { page, url } = await open(await begin());
    return browser.send(new URL(actionOf(page), url).href, body, type);
  };

  it.each([
    ['a name of 10,000 characters', `username=${'x'.repeat(10_000)}&password=p`, 401],
    ['a name with a NUL', 'username=anna%00%40example.com&password=p', 401],
    ['two names', `username=${ANNA}&username=${BERT}&password=${PASSWORD}`, 400],
    ['names in a list', `username[]=${ANNA}&password=${PASSWORD}`, 400],
    ['a name with members', `username[x]=${ANNA}&password[$ne]=x`, 400],
    ['an empty password', `username=${ANNA}&password=`, 400],
    ['broken encoding', 'username=%E0%A4%A&password=%', 401],
    ['nothing', '', 400],
  ])('shows itself again after %s', async (_case, body, status) => {
    const response = await form(body);
    const text = await response.text();
    expect([response.status, text.includes('Unable to sign in')]).toEqual([status, true]);
    expect(text).toContain('name="password"');
  });

  it.each([
    ['a body of 100 kB', `username=${'x'.repeat(100_000)}&password=p`, 'application/x-www-form-urlencoded'],
    ['JSON', JSON.stringify({ username: ANNA, password: PASSWORD }), 'application/json'],
  ])('does not take %s', async (_case, body, type) => {
    const response = await form(body, type);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  });
});
