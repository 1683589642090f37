import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import type { LocalOkta } from '../src/local-okta.ts';
import { actionOf, Browser } from './browser.ts';
import { call, startLocalOkta, type TestClock, testClock } from './local-okta-fixture.ts';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const ANNA = 'anna@example.com';
const PASSWORD = 'Summer-Rain-2026';

let okta: LocalOkta;
let clock: TestClock;
let userId: string;
let app: { readonly id: string; readonly secret: string | undefined };
let browser: Browser;

interface AppChange {
  readonly oauthClient?: Readonly<Record<string, unknown>>;
  readonly credentials?: Readonly<Record<string, unknown>>;
}

function createApp(label: string, { oauthClient, credentials }: AppChange = {}) {
  return call(okta, 'POST', '/api/v1/apps', {
    name: 'oidc_client',
    label,
    signOnMode: 'OPENID_CONNECT',
    ...(credentials === undefined ? {} : { credentials: { oauthClient: credentials } }),
    settings: {
      oauthClient: { grant_types: [DEVICE_GRANT, 'refresh_token'], application_type: 'native', ...oauthClient },
    },
  });
}

async function makeApp(label: string, change?: AppChange, assigned = true): Promise<typeof app> {
  const { status, body } = await createApp(label, change);
  expect(status).toBe(200);
  if (assigned) await call(okta, 'POST', `/api/v1/apps/${body.id}/users`, { id: userId });
  return { id: body.id, secret: body.credentials.oauthClient.client_secret };
}

const discover = (server = '/oauth2/default', { id, secret } = app): Promise<client.Configuration> =>
  client.discovery(
    new URL(`${okta.urls.okta}${server}`),
    id,
    undefined,
    secret === undefined ? client.None() : client.ClientSecretBasic(secret),
    { execute: [client.allowInsecureRequests] },
  );

/** What the device hears when it asks, without the pause between two questions. */
const poll = (config: client.Configuration, { device_code }: client.DeviceAuthorizationResponse) =>
  client.genericGrantRequest(config, DEVICE_GRANT, { device_code });

async function visit(url: string): Promise<Page> {
  const { response } = await browser.follow(await browser.get(url), 'nowhere:');
  return { url: response.url, status: response.status, text: await response.text() };
}

interface Page {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

/** Sends the form of a page with its hidden fields. */
async function send(page: Page, fields: Readonly<Record<string, string>>): Promise<Page> {
  const hidden = [...page.text.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, n = '', v = '']) => [
    n,
    v,
  ]);
  const answer = await browser.post(new URL(actionOf(page.text), page.url).href, {
    ...Object.fromEntries(hidden),
    ...fields,
  });
  const { response } = await browser.follow(answer, 'nowhere:');
  return { url: response.url, status: response.status, text: await response.text() };
}

const allow = (page: Page): Promise<Page> => send(page, { confirm: 'yes' });
const signIn = (page: Page, password = PASSWORD): Promise<Page> =>
  send(page, { username: ANNA, password, decision: 'sign-in' });

beforeAll(async () => {
  clock = testClock(new Date().toISOString());
  okta = await startLocalOkta({ clock });
  const user = await call(okta, 'POST', '/api/v1/users?activate=true', {
    profile: { login: ANNA, email: ANNA, firstName: 'Anna', lastName: 'Ostrow' },
    credentials: { password: { value: PASSWORD } },
  });
  userId = user.body.id;
  app = await makeApp('Television');
});
afterAll(() => okta.close());
beforeEach(() => {
  browser = new Browser();
  clock.advance(61_000); // wrong codes of the test before are forgotten
});

describe('device authorization', () => {
  it.each(['', '/oauth2/default'])('signs a device in at the authorization server %j', async (server) => {
    const config = await discover(server);
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid profile email offline_access' });
    expect(device).toMatchObject({
      user_code: expect.stringMatching(/^[A-Z]{8}$/),
      verification_uri: `${okta.urls.okta}/activate`,
      verification_uri_complete: `${okta.urls.okta}/activate?user_code=${device.user_code}`,
      expires_in: 600,
      interval: 5,
    });
    await expect(poll(config, device)).rejects.toMatchObject({ error: 'authorization_pending' });

    const asked = await visit(`${device.verification_uri}`);
    expect(asked.text).toContain('name="user_code"');
    const confirmation = await visit(`${device.verification_uri}?user_code=${device.user_code}`);
    expect(confirmation.text).toContain('Television');
    expect(confirmation.text).toContain(device.user_code);
    const form = await allow(confirmation);
    expect(form.text).toContain('name="password"');
    clock.advance(5_000);
    await expect(poll(config, device)).rejects.toMatchObject({ error: 'authorization_pending' });
    const wrong = await signIn(form, 'Wrong-2026-xyz');
    expect([wrong.status, wrong.text.includes('Unable to sign in')]).toEqual([401, true]);
    const done = await signIn(wrong);
    expect([done.status, done.text.includes('Device activated')]).toEqual([200, true]);

    const tokens = await poll(config, device);
    expect(tokens.claims()).toMatchObject({ sub: userId, email: ANNA, amr: ['pwd'], auth_time: expect.any(Number) });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ cid: app.id, uid: userId, auth_time: expect.any(Number) });
    const again = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(decodeJwt(again.access_token)).toMatchObject({ uid: userId });
    await expect(poll(config, device)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('is polled for by openid-client until the person has decided', async () => {
    const config = await discover();
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid' });
    config[client.customFetch] = (url, options) => {
      clock.advance(5_000); // which the device waits, in a twentieth of the time
      return fetch(url, options as RequestInit);
    };
    const polling = client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0.25 });
    await signIn(await allow(await visit(device.verification_uri_complete ?? '')));
    expect((await polling).claims()).toMatchObject({ sub: userId });
  });

  it('tells a device that asks too often to slow down, until it does, and no other', async () => {
    const config = await discover();
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid' });
    const other = await client.initiateDeviceAuthorization(config, { scope: 'openid' });
    const heard = async (asks = device): Promise<unknown> => poll(config, asks).catch(({ error }) => error);
    expect([await heard(), await heard(other)]).toEqual(['authorization_pending', 'authorization_pending']);
    clock.advance(2_000);
    expect(await heard()).toBe('slow_down');
    clock.advance(3_000);
    expect([await heard(), await heard(other)]).toEqual(['slow_down', 'authorization_pending']);
    clock.advance(5_000);
    expect(await heard()).toBe('authorization_pending');
    await signIn(await allow(await visit(device.verification_uri_complete ?? '')));
    expect(await heard()).toMatchObject({ id_token: expect.any(String) });
  });

  it('takes a code in small letters, with blanks and dashes', async () => {
    const device = await client.initiateDeviceAuthorization(await discover(), { scope: 'openid' });
    const typed = `${device.user_code.slice(0, 4)}-${device.user_code.slice(4)} `.toLowerCase();
    expect((await visit(`${device.verification_uri}?user_code=${encodeURIComponent(typed)}`)).text).toContain(
      'Television',
    );
  });

  it('asks nobody to sign in who has a session, and says whose it is', async () => {
    const config = await discover();
    const first = await client.initiateDeviceAuthorization(config, { scope: 'openid' });
    await signIn(await allow(await visit(first.verification_uri_complete ?? '')));
    const second = await client.initiateDeviceAuthorization(config, { scope: 'openid' });
    const confirmation = await visit(second.verification_uri_complete ?? '');
    expect(confirmation.text).toContain(ANNA);
    expect((await allow(confirmation)).text).toContain('Device activated');
    expect((await poll(config, second)).claims()).toMatchObject({ sub: userId });
  });

  it.each([
    ['at the question', (page: Page) => send(page, { abort: 'yes' })],
    ['at the sign-in page', async (page: Page) => send(await allow(page), { decision: 'cancel' })],
  ])('tells the device when the person refuses %s', async (_where, refuse) => {
    const config = await discover();
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid' });
    const result = await refuse(await visit(device.verification_uri_complete ?? ''));
    expect(result.text).toContain('you did not allow access');
    await expect(poll(config, device)).rejects.toMatchObject({ error: 'access_denied' });
  });

  it('tells the device and the person when the app is not assigned', async () => {
    const config = await discover(undefined, await makeApp('Nobody’s radio', {}, false));
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid' });
    const result = await signIn(await allow(await visit(device.verification_uri_complete ?? '')));
    expect([result.status, result.text.includes('You are not assigned')]).toEqual([403, true]);
    await expect(poll(config, device)).rejects.toMatchObject({ error: 'access_denied' });
  });

  it('tells the device and the person that a code is expired', async () => {
    const config = await discover();
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid' });
    const confirmation = await visit(device.verification_uri_complete ?? '');
    clock.advance(601_000);
    expect(await allow(confirmation)).toMatchObject({ status: 410, text: expect.stringContaining('expired') });
    expect(await visit(device.verification_uri_complete ?? '')).toMatchObject({ status: 410 });
    await expect(poll(config, device)).rejects.toMatchObject({ error: 'expired_token' });
  });

  it('takes a decision once', async () => {
    const device = await client.initiateDeviceAuthorization(await discover(), { scope: 'openid' });
    const confirmation = await visit(device.verification_uri_complete ?? '');
    await signIn(await allow(confirmation));
    expect(await visit(device.verification_uri_complete ?? '')).toMatchObject({
      status: 409,
      text: expect.stringContaining('has been used'),
    });
  });

  it.each([
    ['that nobody was given', 'ZZZZZZZZ'],
    ['with markup', '"><script>alert(1)</script>'],
    ['with a NUL', '\0'],
    ['of 10,000 letters', 'x'.repeat(10_000)],
    ['of digits', '1'],
  ])('says that a code %s is not valid, and repeats no markup', async (_case, code) => {
    const page = await visit(`${okta.urls.okta}/activate?user_code=${encodeURIComponent(code)}`);
    expect([page.status, page.text.includes('Invalid code')]).toEqual([404, true]);
    expect(page.text).not.toContain('<script>alert');
    expect(page.text.length).toBeLessThan(10_000);
  });

  it('slows down who tries codes, and lets them go on after a minute', async () => {
    const attempts: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      attempts.push((await visit(`${okta.urls.okta}/activate?user_code=BBBBBBB${'BCDFGH'[count]}`)).status);
    }
    expect(attempts).toEqual([404, 404, 404, 404, 404, 429]);
    clock.advance(61_000);
    expect((await visit(`${okta.urls.okta}/activate`)).status).toBe(200);
  });

  it('takes no decision that was forged', async () => {
    const config = await discover();
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid' });
    const { text, url } = await visit(device.verification_uri_complete ?? '');
    const action = new URL(actionOf(text), url).href;
    for (const forger of [new Browser(), browser]) {
      const answer = await forger.post(action, { user_code: device.user_code, confirm: 'yes', xsrf: 'forged' });
      expect(answer.status).toBe(400);
    }
    await expect(poll(config, device)).rejects.toMatchObject({ error: 'authorization_pending' });
  });

  it('is nothing to an app without the grant type, to another app, and to a wrong secret', async () => {
    const web = await makeApp('Web', {
      oauthClient: { grant_types: ['authorization_code'], redirect_uris: ['http://localhost:9999/callback'] },
    });
    await expect(client.initiateDeviceAuthorization(await discover(undefined, web), {})).rejects.toMatchObject({
      error: 'invalid_request',
    });
    const device = await client.initiateDeviceAuthorization(await discover(), { scope: 'openid' });
    await expect(poll(await discover(undefined, await makeApp('Radio')), device)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const wrong = await discover(undefined, { ...app, secret: 'not-the-secret-0' });
    await expect(client.initiateDeviceAuthorization(wrong, {})).rejects.toThrow();
  });
});

describe('a native app', () => {
  it('without a secret says who it is, and proves with PKCE that a code is its own', async () => {
    const callback = 'http://localhost:9999/callback';
    const made = await makeApp('Phone', {
      credentials: { token_endpoint_auth_method: 'none' },
      oauthClient: { grant_types: ['authorization_code', DEVICE_GRANT], redirect_uris: [callback] },
    });
    expect(made.secret).toBeUndefined();
    const config = await discover(undefined, made);
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid' });
    await signIn(await allow(await visit(device.verification_uri_complete ?? '')));
    const tokens = await poll(config, device);
    expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true });
    await client.tokenRevocation(config, tokens.access_token);
    expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: false });
    const url = client.buildAuthorizationUrl(config, { redirect_uri: callback, scope: 'openid', state: 'x' });
    const { location } = await browser.follow(await browser.get(url.href), callback);
    expect(new URL(location ?? '').searchParams.get('error')).toBe('invalid_request');
  });

  it('is shown with its grant types, and refused without a grant that begins a sign-in', async () => {
    const { body } = await createApp('Shown');
    expect(body.settings.oauthClient).toMatchObject({
      grant_types: [DEVICE_GRANT, 'refresh_token'],
      application_type: 'native',
      redirect_uris: [],
    });
    const refused = await createApp('Bad', { oauthClient: { grant_types: ['refresh_token'] } });
    expect([refused.status, refused.body.errorSummary]).toEqual([400, expect.stringContaining('grant_types')]);
  });
});

describe('the ID token', () => {
  it('has at_hash, of the very access token that came with it, also when they are refreshed', async () => {
    const config = await discover();
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid offline_access' });
    await signIn(await allow(await visit(device.verification_uri_complete ?? '')));
    const tokens = await poll(config, device);
    expect(tokens.claims()?.at_hash).toBe(atHash(tokens.access_token));
    const again = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(again.access_token).not.toBe(tokens.access_token);
    expect(again.claims()?.at_hash).toBe(atHash(again.access_token));
  });
});

/** The left half of the hash of the signature's algorithm (OpenID Connect Core, section 3.1.3.6). */
function atHash(token: string): string {
  return createHash('sha256').update(token, 'ascii').digest().subarray(0, 16).toString('base64url');
}
