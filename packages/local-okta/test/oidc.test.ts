import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import type { LocalOkta } from '../src/local-okta.ts';
import type { LogEvent } from '../src/system-log/log-event.ts';
import { actionOf, Browser } from './browser.ts';
import { call, startLocalOkta } from './local-okta-fixture.ts';

const CALLBACK = 'http://localhost:9999/callback';
const SIGNED_OUT = 'http://localhost:9999/';
const PASSWORD = 'Summer-Rain-2026';

let okta: LocalOkta;
let issuer: string;
let userId: string;
let app: { id: string; secret: string };
let browser: Browser;

async function makeApp(label: string, change: Record<string, unknown> = {}): Promise<{ id: string; secret: string }> {
  const answer = await call(okta, 'POST', '/api/v1/apps', {
    name: 'oidc_client',
    label,
    signOnMode: 'OPENID_CONNECT',
    settings: {
      oauthClient: {
        redirect_uris: [CALLBACK],
        post_logout_redirect_uris: [SIGNED_OUT],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
        application_type: 'web',
        ...change,
      },
    },
  });
  expect(answer.status).toBe(200);
  return { id: answer.body.id, secret: answer.body.credentials.oauthClient.client_secret };
}

const discover = (server = issuer, { id, secret } = app): Promise<client.Configuration> =>
  client.discovery(new URL(server), id, undefined, client.ClientSecretBasic(secret), {
    execute: [client.allowInsecureRequests],
  });

interface Attempt {
  readonly config: client.Configuration;
  readonly url: URL;
  readonly checks: client.AuthorizationCodeGrantChecks;
}

async function begin(config: client.Configuration, parameters: Record<string, string> = {}): Promise<Attempt> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedNonce = client.randomNonce();
  const expectedState = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid profile email',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    nonce: expectedNonce,
    state: expectedState,
    ...parameters,
  });
  return { config, url, checks: { pkceCodeVerifier, expectedNonce, expectedState, idTokenExpected: true } };
}

/** The sign-in page of an attempt, and what the browser gets when it answers it. */
async function answerPage(attempt: Attempt, form: Record<string, string>) {
  const { response } = await browser.follow(await browser.get(attempt.url.href), CALLBACK);
  const page = await response.text();
  const action = new URL(actionOf(page), response.url).href;
  const answered = await browser.post(action, { decision: 'sign-in', ...form });
  return browser.follow(answered, CALLBACK);
}

async function signIn(attempt: Attempt, username = 'anna@example.com', password = PASSWORD) {
  const { location } = await answerPage(attempt, { username, password });
  return client.authorizationCodeGrant(attempt.config, new URL(location ?? ''), attempt.checks);
}

beforeAll(async () => {
  okta = await startLocalOkta();
  issuer = `${okta.urls.okta}/oauth2/default`;
  const user = await call(okta, 'POST', '/api/v1/users?activate=true', {
    profile: { login: 'anna@example.com', email: 'anna@example.com', firstName: 'Anna', lastName: 'Ostrow' },
    credentials: { password: { value: PASSWORD } },
  });
  userId = user.body.id;
  app = await makeApp('Holiday planner');
  await call(okta, 'POST', `/api/v1/apps/${app.id}/users`, { id: userId });
});
afterAll(() => okta.close());
beforeEach(() => {
  browser = new Browser();
});

describe('discovery', () => {
  it.each([
    ['default', '/oauth2/default', '/oauth2/default/v1'],
    ['org', '', '/oauth2/v1'],
  ])('of the %s server names the endpoints where Okta has them', async (_name, path, endpoints) => {
    const base = okta.urls.okta ?? '';
    const { body } = await call(okta, 'GET', `${path}/.well-known/openid-configuration`, undefined, {});
    expect(body).toMatchObject({
      issuer: `${base}${path}`,
      authorization_endpoint: `${base}${endpoints}/authorize`,
      token_endpoint: `${base}${endpoints}/token`,
      userinfo_endpoint: `${base}${endpoints}/userinfo`,
      jwks_uri: `${base}${endpoints}/keys`,
      introspection_endpoint: `${base}${endpoints}/introspect`,
      revocation_endpoint: `${base}${endpoints}/revoke`,
      end_session_endpoint: `${base}${endpoints}/logout`,
    });
  });

  it('says the same under whatever name the server was reached', async () => {
    const port = new URL(okta.urls.okta ?? '').port;
    const response = await fetch(`http://127.0.0.1:${port}/oauth2/default/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({ issuer, token_endpoint: `${issuer}/v1/token` });
  });
});

describe('a sign-in', () => {
  it('gives tokens of Okta’s form', async () => {
    const tokens = await signIn(await begin(await discover()));
    expect(tokens.claims()).toMatchObject({
      sub: userId,
      name: 'Anna Ostrow',
      email: 'anna@example.com',
      preferred_username: 'anna@example.com',
      ver: 1,
      iss: issuer,
      aud: app.id,
      amr: ['pwd'],
      idp: expect.stringMatching(/^00o/),
      jti: expect.stringMatching(/^ID\./),
      auth_time: expect.any(Number),
      // The left half of the hash of the access token (OpenID Connect Core, section 3.1.3.6).
      at_hash: createHash('sha256').update(tokens.access_token).digest().subarray(0, 16).toString('base64url'),
    });
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      ver: 1,
      iss: issuer,
      aud: 'api://default',
      cid: app.id,
      uid: userId,
      sub: 'anna@example.com',
      scp: ['openid', 'profile', 'email'],
      jti: expect.stringMatching(/^AT\./),
      auth_time: expect.any(Number),
    });
    expect(tokens.refresh_token).toBeUndefined();
  });

  it('works against the org server too', async () => {
    const tokens = await signIn(await begin(await discover(okta.urls.okta)));
    expect(tokens.claims()).toMatchObject({ iss: okta.urls.okta, sub: userId });
  });

  it('brings groups where the scope asks for them', async () => {
    const tokens = await signIn(await begin(await discover(), { scope: 'openid groups' }));
    expect(tokens.claims()).toMatchObject({ groups: ['Everyone'] });
  });

  it('takes the short name of the login', async () => {
    const tokens = await signIn(await begin(await discover()), 'anna');
    expect(tokens.claims()).toMatchObject({ sub: userId });
  });

  it('asks once: a second app of the same browser is signed in at once', async () => {
    const second = await makeApp('Expenses');
    await call(okta, 'POST', `/api/v1/apps/${second.id}/users`, { id: userId });
    await signIn(await begin(await discover()));
    const attempt = await begin(await discover(issuer, second));
    const { location } = await browser.follow(await browser.get(attempt.url.href), CALLBACK);
    const tokens = await client.authorizationCodeGrant(attempt.config, new URL(location ?? ''), attempt.checks);
    expect(tokens.claims()).toMatchObject({ sub: userId, aud: second.id });
  });

  it('answers access_denied for an app that is not assigned', async () => {
    const other = await makeApp('Nobody’s app');
    const { location } = await answerPage(await begin(await discover(issuer, other)), {
      username: 'anna@example.com',
      password: PASSWORD,
    });
    expect(new URL(location ?? '').searchParams.get('error')).toBe('access_denied');
    expect(new URL(location ?? '').searchParams.get('error_description')).toContain('not assigned');
  });

  it('is in the System Log from the form to the tokens, under an id that the app can make of its state', async () => {
    const since = new Date().toISOString();
    const attempt = await begin(await discover());
    await answerPage(attempt, { username: 'nobody-here@example.com', password: PASSWORD });
    browser = new Browser();
    await answerPage(attempt, { username: 'anna@example.com', password: 'Winter-Rain-2026' });
    browser = new Browser();
    await signIn(attempt);
    const { body } = await call(okta, 'GET', `/api/v1/logs?since=${since}`);
    const expectedState = String(attempt.checks.expectedState);
    const id = createHash('sha256').update(expectedState).digest('base64url').slice(0, 22);
    const mine = body.filter(({ debugContext }: LogEvent) => debugContext.debugData.authnRequestId === id);
    expect(
      mine.map(({ eventType, actor, outcome }: LogEvent) => [eventType, actor.id, actor.alternateId, outcome.reason]),
    ).toEqual([
      ['user.session.start', 'unknown', 'nobody-here@example.com', 'INVALID_CREDENTIALS'],
      ['user.session.start', userId, 'anna@example.com', 'INVALID_CREDENTIALS'],
      ['user.session.start', userId, 'anna@example.com', null],
      ['app.oauth2.as.authorize.code', userId, 'anna@example.com', null],
    ]);
    expect(body.at(-1)).toMatchObject({
      eventType: 'app.oauth2.as.token.grant',
      actor: { id: userId },
      target: [{ id: app.id, type: 'AppInstance' }],
    });
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`${PASSWORD}|Winter-Rain|${app.secret}|${expectedState}`));
  });

  it('answers access_denied when the person cancels', async () => {
    const { location } = await answerPage(await begin(await discover()), { decision: 'cancel' });
    expect(new URL(location ?? '').searchParams.get('error')).toBe('access_denied');
  });

  it.each([
    ['a wrong password', 'anna@example.com', 'Wrong-2026-xyz'],
    ['an unknown user', 'nobody@example.com', PASSWORD],
    ['a wildcard', '*', PASSWORD],
    ['markup', '"><script>alert(1)</script>', PASSWORD],
  ])('shows the page again after %s, with one message for all', async (_case, username, password) => {
    const { response, location } = await answerPage(await begin(await discover()), { username, password });
    const page = await response.text();
    expect([response.status, location]).toEqual([401, undefined]);
    expect(page).toContain('Unable to sign in');
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain(password);
  });

  it('takes no answer from a browser that did not begin it', async () => {
    const attempt = await begin(await discover());
    const { response } = await browser.follow(await browser.get(attempt.url.href), CALLBACK);
    const action = new URL(actionOf(await response.text()), response.url).href;
    const stranger = await new Browser().post(action, {
      decision: 'sign-in',
      username: 'anna@example.com',
      password: PASSWORD,
    });
    expect(stranger.status).toBe(400);
  });

  it('sends nobody to an address that is not registered', async () => {
    const attempt = await begin(await discover(), { redirect_uri: 'http://localhost:9999/callback/' });
    const response = await browser.get(attempt.url.href);
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    expect(await response.text()).toContain('redirect_uri');
  });

  it('takes a code once', async () => {
    const attempt = await begin(await discover());
    const { location } = await answerPage(attempt, { username: 'anna', password: PASSWORD });
    const url = new URL(location ?? '');
    await client.authorizationCodeGrant(attempt.config, url, attempt.checks);
    await expect(client.authorizationCodeGrant(attempt.config, url, attempt.checks)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('asks again once the account is suspended', async () => {
    await signIn(await begin(await discover()));
    await call(okta, 'POST', `/api/v1/users/${userId}/lifecycle/suspend`);
    const attempt = await begin(await discover());
    const { response, location } = await browser.follow(await browser.get(attempt.url.href), CALLBACK);
    expect(location).toBeUndefined();
    expect(await response.text()).toContain('name="password"');
    await call(okta, 'POST', `/api/v1/users/${userId}/lifecycle/unsuspend`);
  });
});

describe('tokens', () => {
  it('open userinfo until they are revoked', async () => {
    const config = await discover();
    const tokens = await signIn(await begin(config));
    expect(await client.fetchUserInfo(config, tokens.access_token, userId)).toMatchObject({
      sub: userId,
      given_name: 'Anna',
      family_name: 'Ostrow',
      email_verified: true,
    });
    expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({
      active: true,
      username: 'anna@example.com',
      client_id: app.id,
    });
    await client.tokenRevocation(config, tokens.access_token);
    expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: false });
    await expect(client.fetchUserInfo(config, tokens.access_token, userId)).rejects.toThrow();
  });

  it('are refreshed with offline_access', async () => {
    const config = await discover();
    const tokens = await signIn(await begin(config, { scope: 'openid offline_access' }));
    const again = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(decodeJwt(again.access_token)).toMatchObject({ uid: userId });
    await client.tokenRevocation(config, again.refresh_token ?? tokens.refresh_token ?? '');
    await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('stay good when the signing key is rotated, and new ones carry the new key', async () => {
    const config = await discover();
    const before = await signIn(await begin(config));
    const { body } = await call(okta, 'POST', '/local/keys/rotate');
    expect(await client.fetchUserInfo(config, before.access_token, userId)).toMatchObject({ sub: userId });
    browser.forget();
    await signIn(await begin(await discover()));
    const keys = await call(okta, 'GET', '/oauth2/default/v1/keys', undefined, {});
    expect(keys.body.keys.map(({ kid }: { kid: string }) => kid)[0]).toBe(body.kid);
    expect(keys.body.keys.length).toBeGreaterThan(1);
    expect(JSON.stringify(keys.body)).not.toContain('"d"');
  });

  it('are nothing to a stranger with a wrong secret', async () => {
    const config = await discover(issuer, { id: app.id, secret: 'not-the-secret-0' });
    await expect(client.tokenIntrospection(config, 'anything')).rejects.toMatchObject({
      code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE',
    });
  });
});

describe('signing out', () => {
  it.each([
    ['', 0],
    [', by an ID token that has expired too', 3_601_000],
  ])('ends the session and comes back to the app%s', async (_, passed) => {
    const config = await discover();
    const tokens = await signIn(await begin(config));
    const later = Date.now() + passed - performance.now();
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => later + performance.now());
    try {
      const url = client.buildEndSessionUrl(config, {
        id_token_hint: tokens.id_token ?? '',
        post_logout_redirect_uri: SIGNED_OUT,
        state: 'bye',
      });
      expect(
        (await browser.follow(await browser.get((await begin(config)).url.href), CALLBACK)).location,
      ).toBeDefined();
      const page = await (await browser.get(url.href)).text();
      const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page) ?? [];
      const answered = await browser.post(new URL(actionOf(page), url).href, { xsrf, logout: 'yes' });
      expect(answered.headers.get('location')).toBe(`${SIGNED_OUT}?state=bye`);
      const again = await browser.follow(await browser.get((await begin(config)).url.href), CALLBACK);
      expect(again.location).toBeUndefined();
    } finally {
      clock.mockRestore();
    }
  });

  it('leads to no address that is not registered', async () => {
    const config = await discover();
    const tokens = await signIn(await begin(config));
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: 'https://evil.example/',
    });
    const response = await browser.get(url.href);
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  });
});

describe('OIDC apps by the API', () => {
  it('are shown with their client credentials, changed, and deleted once they are inactive', async () => {
    const made = await makeApp('Short-lived');
    const shown = await call(okta, 'GET', `/api/v1/apps/${made.id}`);
    expect(shown.body).toMatchObject({ name: 'oidc_client', credentials: { oauthClient: { client_id: made.id } } });
    expect((await call(okta, 'DELETE', `/api/v1/apps/${made.id}`)).body).toMatchObject({ errorCode: 'E0000056' });
    await call(okta, 'POST', `/api/v1/apps/${made.id}/lifecycle/deactivate`);
    expect((await call(okta, 'DELETE', `/api/v1/apps/${made.id}`)).status).toBe(204);
  });

  it.each([
    ['no redirect URI', { redirect_uris: [] }],
    ['a script as redirect URI', { redirect_uris: ['javascript:alert(1)'] }],
    ['a fragment', { redirect_uris: ['http://localhost/#x'] }],
    ['the implicit flow', { response_types: ['token'] }],
  ])('are refused with %s, by the name of the field', async (_case, change) => {
    const answer = await call(okta, 'POST', '/api/v1/apps', {
      name: 'oidc_client',
      label: 'Bad',
      signOnMode: 'OPENID_CONNECT',
      settings: { oauthClient: { redirect_uris: [CALLBACK], ...change } },
    });
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000001']);
    expect(answer.body.errorSummary).toContain('settings.oauthClient.');
  });
});

describe('the automatic set-up', () => {
  it('makes the app of the tutorial with the client credentials it was given, twice as good as once', async () => {
    const oidcApp = {
      clientId: '0oaTutorialApp000001',
      clientSecret: 'secret-of-the-tutorial-app',
      appUrls: ['http://localhost:8080', 'http://localhost:8082'],
    };
    const auto = await startLocalOkta({ setup: 'auto', oidcApp });
    try {
      await auto.reset();
      const { body } = await call(auto, 'GET', `/api/v1/apps/${oidcApp.clientId}`);
      expect(body).toMatchObject({
        credentials: { oauthClient: { client_id: oidcApp.clientId, client_secret: oidcApp.clientSecret } },
        settings: {
          oauthClient: {
            redirect_uris: oidcApp.appUrls.map((url) => `${url}/authorization-code/callback`),
            post_logout_redirect_uris: oidcApp.appUrls.map((url) => `${url}/`),
          },
        },
      });
    } finally {
      await auto.close();
    }
  });
});
