import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { LdapAgent } from '@ldap-to-okta/ldap-agent';
import { Client, ResultCodeError } from 'ldapts';
import * as client from 'openid-client';
import type { LocalOkta } from '../src/local-okta.ts';
import {
  call,
  createCleanup,
  outcomeOf,
  runImport,
  startAgent,
  startOkta,
  startOpenLdap,
  until,
  untilReady,
} from './agents-fixture.ts';
import { actionOf, Browser } from './browser.ts';

const CREDENTIALS = { clientId: 'faulty-planner', clientSecret: 'A-secret-of-the-planner' };
const SERVICE_USER = 'uid=ldap-user,dc=local,dc=okta,dc=com';
const SERVICE_PASSWORD = 'Service-user-1';
const NOTHING = {
  agentsUnreachable: false,
  agentDelayMs: 0,
  ldapInterfaceDown: false,
  ldapInterfaceDelayMs: 0,
  signOnPolicyDenies: false,
  discoveryUnreachable: false,
  tokenEndpointFails: false,
  tokenEndpointDelayMs: 0,
  unknownSigningKey: false,
  clockOffsetSeconds: 0,
  rateLimitReached: false,
};

const cleanup = createCleanup();
let okta: LocalOkta;
let agent: LdapAgent;
let ca: string;
let issuer: string;

beforeAll(async () => {
  const directory = await startOpenLdap(cleanup);
  okta = await startOkta(cleanup, {
    ldapServicePassword: SERVICE_PASSWORD,
    ldapBindLimit: false,
    oidcApp: { ...CREDENTIALS, appUrls: ['http://localhost:9999'] },
  });
  agent = startAgent(cleanup, okta, directory);
  await untilReady(okta);
  issuer = `${okta.urls.okta}/oauth2/default`;
  ca = await (await fetch(`${okta.urls.okta}/local/ldap-interface/ca.pem`)).text();
}, 60_000);
afterAll(() => cleanup.run());
afterEach(() => fault({}));

const fault = (faults: Record<string, unknown>) => call(okta, 'PUT', '/local/faults', faults);

async function bind(dn = SERVICE_USER, password = SERVICE_PASSWORD): Promise<{ code: number | string; text: string }> {
  const ldap = new Client({ url: okta.urls.ldaps ?? '', tlsOptions: { ca }, timeout: 10_000 });
  try {
    await ldap.bind(dn, password);
    return { code: 0, text: '' };
  } catch (error) {
    if (error instanceof ResultCodeError) return { code: error.code, text: error.message };
    return { code: (error as NodeJS.ErrnoException).code ?? 'none', text: String(error) };
  } finally {
    await ldap.unbind().catch(() => undefined);
  }
}

const discover = (): Promise<client.Configuration> =>
  client.discovery(new URL(issuer), CREDENTIALS.clientId, CREDENTIALS.clientSecret, undefined, {
    execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
  });

/** Signs user01 in, as an app does that looks at every signature. @returns the login in the ID token, or why not */
async function signIn(): Promise<string> {
  const redirect_uri = 'http://localhost:9999/authorization-code/callback';
  const config = await discover();
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedNonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: 'openid profile email',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    nonce: expectedNonce,
  });
  const browser = new Browser();
  const { response } = await browser.follow(await browser.get(url.href), redirect_uri);
  const action = new URL(actionOf(await response.text()), response.url).href;
  const answered = await browser.post(action, {
    username: 'user01@example.com',
    password: 'password1',
    decision: 'sign-in',
  });
  const { location } = await browser.follow(answered, redirect_uri);
  try {
    const tokens = await client.authorizationCodeGrant(config, new URL(location ?? ''), {
      pkceCodeVerifier,
      expectedNonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    const hash = createHash('sha256').update(tokens.access_token).digest().subarray(0, 16).toString('base64url');
    expect(claims?.at_hash).toBe(hash);
    return String(claims?.email);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
    return `${String(error)} ${cause}`;
  }
}

describe('faults', () => {
  it('are off, are set all together, and every problem of a request is named', async () => {
    expect((await call(okta, 'GET', '/local/faults')).body).toEqual(NOTHING);
    const set = await fault({ agentDelayMs: 5, rateLimitReached: false });
    expect(set).toEqual({ status: 200, body: { ...NOTHING, agentDelayMs: 5 } });
    const wrong = await fault({
      agentsUnreachable: 'yes',
      agentDelayMs: -1,
      tokenEndpointDelayMs: 1e9,
      clockOffsetSeconds: 1.5,
      earthquake: true,
    });
    expect(wrong.status).toBe(400);
    expect(wrong.body.errorCauses.map(({ errorSummary }: { errorSummary: string }) => errorSummary)).toEqual([
      'agentsUnreachable: must be true or false',
      'agentDelayMs: must not be negative',
      'tokenEndpointDelayMs: must be at most 60000 milliseconds',
      'clockOffsetSeconds: must be a whole number of seconds',
      'body: Unrecognized key: "earthquake"',
    ]);
    expect((await call(okta, 'GET', '/local/faults')).body).toEqual({ ...NOTHING, agentDelayMs: 5 });
    expect((await fault({})).body).toEqual(NOTHING);
  });

  it('want an administrator’s token, and are in the System Log', async () => {
    const refused = await fetch(`${okta.urls.okta}/local/faults`, { method: 'PUT', body: '{}' });
    expect(refused.status).toBe(401);
    await fault({ ldapInterfaceDelayMs: 1, signOnPolicyDenies: true });
    await fault({});
    const filter = encodeURIComponent('eventType eq "local.faults.update"');
    const { body } = await call(okta, 'GET', `/api/v1/logs?filter=${filter}&sortOrder=DESCENDING&limit=2`);
    const [off, on] = body;
    expect(on).toMatchObject({
      severity: 'WARN',
      actor: { alternateId: 'admin@example.com' },
      debugContext: { debugData: { ldapInterfaceDelayMs: '1', signOnPolicyDenies: 'true' } },
    });
    expect(off).toMatchObject({ severity: 'INFO', debugContext: { debugData: {} } });
  });
});

describe('the agents', () => {
  const login = () => outcomeOf(okta, 'user01', 'password1');

  it('that cannot reach Okta are disconnected, and come back by themselves', async () => {
    expect(await login()).toBe('ok');
    await fault({ agentsUnreachable: true });
    await until(() => agent.status().state !== 'connected', 'the agent notices');
    expect(await login()).toBe('agent-unavailable');
    const { body } = await call(okta, 'GET', '/api/v1/agentPools');
    expect(body[0].operationalStatus).toBe('DISRUPTED');
    await fault({});
    await until(() => agent.status().state === 'connected', 'the agent is back', 35_000);
    expect(await login()).toBe('ok');
  }, 60_000);

  it('that answer late delay a sign-in, and one that is too late is given up', async () => {
    await fault({ agentDelayMs: 300 });
    const startedAt = performance.now();
    expect(await login()).toBe('ok');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(295);
    expect((await runImport(okta, 'full')).state).toBe('completed');
    await fault({ agentDelayMs: 2_000 });
    expect(await outcomeOf(okta, 'user01', 'password1', 200)).toBe('timeout');
  });
});

describe('the LDAP Interface', () => {
  it('that is down refuses connections, and is back at the same place', async () => {
    const open = new Client({ url: okta.urls.ldaps ?? '', tlsOptions: { ca }, timeout: 10_000 });
    await open.bind(SERVICE_USER, SERVICE_PASSWORD);
    await fault({ ldapInterfaceDown: true });
    expect(await bind()).toMatchObject({ code: 'ECONNREFUSED' });
    await until(() => !open.isConnected, 'the open connection is cut');
    await fault({});
    expect(await bind()).toEqual({ code: 0, text: '' });
  });

  it('that answers late delays binds and searches', async () => {
    await fault({ ldapInterfaceDelayMs: 200 });
    const startedAt = performance.now();
    expect(await bind()).toEqual({ code: 0, text: '' });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(195);
  });

  it('whose sign-on policy denies says so for a right password only', async () => {
    await fault({ signOnPolicyDenies: true });
    const denied = await bind();
    expect(denied.code).toBe(49);
    expect(denied.text).toContain('Resource owner password credentials authentication denied by sign on policy.');
    const wrong = await bind(SERVICE_USER, 'wrong');
    expect(wrong.code).toBe(49);
    expect(wrong.text).toContain('The credentials provided were invalid.');
  });
});

describe('OpenID Connect', () => {
  it('without discovery leaves an app waiting, and works again afterwards', async () => {
    await fault({ discoveryUnreachable: true });
    await expect(discover()).rejects.toThrow();
    await expect(fetch(`${okta.urls.okta}/.well-known/openid-configuration`)).rejects.toThrow();
    await fault({});
    expect(await signIn()).toBe('user01@example.com');
  });

  it('ends at a token endpoint that fails, and waits for one that is slow', async () => {
    await fault({ tokenEndpointFails: true });
    expect(await signIn()).toContain('unexpected HTTP response status code');
    await fault({ tokenEndpointDelayMs: 200 });
    const startedAt = performance.now();
    expect(await signIn()).toBe('user01@example.com');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(195);
  });

  it('gives tokens that an app must refuse: of an unknown key, or expired', async () => {
    await fault({ unknownSigningKey: true });
    expect(await signIn()).toContain('no applicable keys found');
    await fault({ clockOffsetSeconds: -7200 });
    expect(await signIn()).toContain('expiration is past current timestamp');
    await fault({ clockOffsetSeconds: 5 });
    expect(await signIn()).toBe('user01@example.com');
  });

  it('tells the clock that is off in the Date of each answer', async () => {
    const difference = async (): Promise<number> => {
      const { headers } = await fetch(`${issuer}/.well-known/openid-configuration`);
      return Math.round((Date.parse(headers.get('date') ?? '') - Date.now()) / 60_000) + 0; // never -0
    };
    await fault({ clockOffsetSeconds: -3600 });
    expect(await difference()).toBe(-60);
    await fault({});
    expect(await difference()).toBe(0);
  });

  it('is refused, like the API, while the rate limit is reached', async () => {
    await fault({ rateLimitReached: true });
    const limited = await call(okta, 'GET', '/api/v1/users');
    expect([limited.status, limited.body.errorCode]).toEqual([429, 'E0000047']);
    const token = await fetch(`${issuer}/v1/token`, { method: 'POST' });
    expect([token.status, token.headers.get('x-rate-limit-remaining')]).toEqual([429, '0']);
    await fault({});
    expect((await call(okta, 'GET', '/api/v1/users')).status).toBe(200);
  });
});

describe('a reset', () => {
  it('ends all faults', async () => {
    const other = await startOkta(cleanup, { setup: 'manual' });
    await call(other, 'PUT', '/local/faults', { ldapInterfaceDown: true, rateLimitReached: true });
    await other.reset();
    expect((await call(other, 'GET', '/local/faults')).body).toEqual(NOTHING);
    expect((await call(other, 'GET', '/api/v1/users')).status).toBe(200);
    expect((await fetch(`${other.urls.okta}/local/ldap-interface/ca.pem`)).status).toBe(200);
    const ldap = new Client({ url: other.urls.ldap ?? '', timeout: 10_000 });
    await expect(ldap.bind(SERVICE_USER, 'x')).rejects.toThrow(ResultCodeError);
    await ldap.unbind().catch(() => undefined);
  });
});
