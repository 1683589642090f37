import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { TestDirectory } from '@ldap-to-okta/test-directory';
import { decodeJwt } from 'jose';
import { Client } from 'ldapts';
import type { LocalOkta } from '../src/local-okta.ts';
import {
  type Answer,
  type Cleanup,
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
import { testClock } from './local-okta-fixture.ts';

const SECRET = 'Bearer 0123456789abcdef0123456789abcdef';
const PEOPLE = [
  ['user01', 'password1'],
  ['user02', 'password2'],
  ['user03', 'password3'],
] as const;

const cleanup = createCleanup();
afterEach(() => cleanup.run());

/** An org with the tutorial's three people, whose passwords OpenLDAP keeps. */
async function delegatingOrg(options: Parameters<typeof startOkta>[1] = {}) {
  const directory = await startOpenLdap(cleanup);
  const okta = await startOkta(cleanup, options);
  const agent = startAgent(cleanup, okta, directory);
  await untilReady(okta);
  return { directory, okta, agent };
}

/** The service that binds to OpenLDAP for the hook, as it would be deployed. @returns how to end it */
async function startHook(ends: Cleanup, okta: LocalOkta, directory: TestDirectory): Promise<() => Promise<void>> {
  const main = fileURLToPath(import.meta.resolve('@ldap-to-okta/password-hook').replace('index.js', 'main.js'));
  const port = await freePort();
  const child: ChildProcess = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      HOOK_SECRET: SECRET,
      LDAP_HOST: '127.0.0.1',
      LDAP_PORT: new URL(directory.url).port,
      LOG_LEVEL: 'silent',
    },
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  ends.add(end);
  const base = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${base}/readyz`).catch(() => undefined))?.ok, 'the hook is ready');
  const made = await call(okta, 'POST', '/api/v1/inlineHooks', {
    name: 'Passwords from OpenLDAP',
    type: 'com.okta.user.credential.password.import',
    version: '1.0.0',
    channel: {
      type: 'HTTP',
      version: '1.0.0',
      config: {
        uri: `${base}/okta/password-import`,
        authScheme: { type: 'HEADER', key: 'Authorization', value: SECRET },
      },
    },
  });
  expect(made.status).toBe(200);
  return end;
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const switchTo = (okta: LocalOkta, body: unknown): Promise<Answer> =>
  call(okta, 'PUT', '/local/delegated-authentication', body);
const userOf = async (okta: LocalOkta, name: string) =>
  (await call(okta, 'GET', `/api/v1/users/${name}@example.com`)).body;
const events = async (okta: LocalOkta, type: string) =>
  (await call(okta, 'GET', `/api/v1/logs?limit=1000&filter=${encodeURIComponent(`eventType eq "${type}"`)}`)).body;

/** A whole sign-in at an app, in a browser without scripts. */
async function signInByOidc(okta: LocalOkta, username: string, password: string): Promise<string> {
  const base = okta.urls.okta ?? '';
  const callback = 'http://localhost:9999/callback';
  const { body: app } = await call(okta, 'POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: `App for ${username}`,
    signOnMode: 'OPENID_CONNECT',
    settings: {
      oauthClient: {
        redirect_uris: [callback],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        application_type: 'web',
      },
    },
  });
  const { body: user } = await call(okta, 'GET', `/api/v1/users/${username}`);
  await call(okta, 'POST', `/api/v1/apps/${app.id}/users`, { id: user.id });
  const { client_id, client_secret } = app.credentials.oauthClient;
  const url = new URL(`${base}/oauth2/default/v1/authorize`);
  url.search = String(
    new URLSearchParams({
      client_id,
      redirect_uri: callback,
      response_type: 'code',
      scope: 'openid email',
      state: 's',
    }),
  );
  const browser = new Browser();
  const { response } = await browser.follow(await browser.get(url.href), callback);
  const action = new URL(actionOf(await response.text()), response.url).href;
  const answered = await browser.post(action, { decision: 'sign-in', username, password });
  const { location } = await browser.follow(answered, callback);
  if (location === undefined) return `status ${answered.status}`;
  const tokens = await fetch(`${base}/oauth2/default/v1/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: new URL(location).searchParams.get('code') ?? '',
      redirect_uri: callback,
    }),
  });
  const { id_token } = (await tokens.json()) as { id_token: string };
  return String(decodeJwt(id_token).email);
}

async function bindByLdap(okta: LocalOkta, name: string, password: string): Promise<boolean> {
  const ca = await (await fetch(`${okta.urls.okta}/local/ldap-interface/ca.pem`)).text();
  const client = new Client({ url: okta.urls.ldaps ?? '', tlsOptions: { ca: [ca] } });
  try {
    await client.bind(`uid=${name}@example.com,ou=users,${okta.ldapBase}`, password);
    return true;
  } catch {
    return false;
  } finally {
    await client.unbind();
  }
}

async function setByLink(link: string, password: string, confirmation = password): Promise<Response> {
  const page = await (await fetch(link)).text();
  const [, token = ''] = /name="token" value="(\w+)"/.exec(page) ?? [];
  return fetch(new URL('/reset_password', link), {
    method: 'POST',
    body: new URLSearchParams({ token, password, confirmation }),
  });
}

describe('cut-over with the password import inline hook', () => {
  it('locks nobody out: after one sign-in each, OpenLDAP, agent and hook can be stopped', async () => {
    const { directory, okta, agent } = await delegatingOrg();
    const before = (await call(okta, 'GET', '/local/cut-over')).body;
    expect(before.now).toMatchObject({ delegated: 3, ownPassword: 1, nobody: 0 });
    expect(before.after.resetPasswords).toMatchObject({ delegated: 0, link: 3, nobody: 0 });
    expect(before.after.keepPasswords).toMatchObject({ hook: 0, nobody: 3 });
    expect(before.after.keepPasswords.nobodyLogins).toContain('user02@example.com');

    const refused = await switchTo(okta, { enabled: false, resetPasswords: false });
    expect([refused.status, refused.body.errorSummary]).toEqual([409, expect.stringContaining('3 people')]);
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('ok');

    const stopHook = await startHook(cleanup, okta, directory);
    expect((await call(okta, 'GET', '/local/cut-over')).body.after.keepPasswords).toMatchObject({ hook: 3, nobody: 0 });
    const done = await switchTo(okta, { enabled: false, resetPasswords: false });
    expect(done.body).toMatchObject({ delegatedAuthentication: false, now: { hook: 3, ownPassword: 1, nobody: 0 } });
    await agent.close();
    expect((await userOf(okta, 'user01')).credentials.provider).toEqual({ type: 'IMPORT', name: 'IMPORT' });
    expect(await outcomeOf(okta, 'user01', 'wrong')).toBe('invalid');
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('ok');
    expect(await signInByOidc(okta, 'user02@example.com', 'password2')).toBe('user02@example.com');
    expect(await bindByLdap(okta, 'user03', 'password3')).toBe(true);
    expect((await call(okta, 'GET', '/local/cut-over')).body.now).toMatchObject({ hook: 0, ownPassword: 4 });

    await stopHook();
    await directory.stop();
    for (const [name, password] of PEOPLE) {
      expect([name, await signInByOidc(okta, `${name}@example.com`, password)]).toEqual([name, `${name}@example.com`]);
      expect([name, await bindByLdap(okta, name, password)]).toEqual([name, true]);
      expect(await outcomeOf(okta, name, 'wrong')).toBe('invalid');
      expect((await userOf(okta, name)).credentials.provider).toEqual({ type: 'OKTA', name: 'OKTA' });
    }
    const results = (await events(okta, 'user.import.password')).map(
      ({ outcome }: { outcome: { result: string } }) => outcome.result,
    );
    expect(results.sort()).toEqual(['FAILURE', 'SUCCESS', 'SUCCESS', 'SUCCESS']);
    expect(await events(okta, 'application.lifecycle.update')).toHaveLength(1);
  }, 90_000);

  it('says that a password cannot be checked, and not that it is wrong, while the hook is down', async () => {
    const { directory, okta } = await delegatingOrg();
    const stopHook = await startHook(cleanup, okta, directory);
    await switchTo(okta, { enabled: false, resetPasswords: false });
    await stopHook();
    for (let attempt = 0; attempt < 11; attempt += 1) {
      expect(await outcomeOf(okta, 'user01', 'password1')).toBe('hook-failed');
    }
    expect(await signInByOidc(okta, 'user01@example.com', 'password1')).toBe('status 503');
    expect((await userOf(okta, 'user01')).status).toBe('ACTIVE');
  }, 60_000);
});

describe('cut-over with password resets', () => {
  it('gives everybody a link by which they set a password, once, within an hour', async () => {
    const clock = testClock('2026-06-01T08:00:00.000Z');
    const { directory, okta, agent } = await delegatingOrg({ clock });
    const done = await switchTo(okta, { enabled: false });
    expect(done.body.now).toMatchObject({ link: 3, nobody: 0, delegated: 0 });
    await agent.close();
    await directory.stop();
    expect((await userOf(okta, 'user01')).status).toBe('RECOVERY');
    expect((await userOf(okta, 'user01')).credentials).toEqual({ provider: { type: 'OKTA', name: 'OKTA' } });
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('invalid');
    const { body: outbox } = await call(okta, 'GET', '/local/outbox');
    expect(outbox.map(({ to, kind }: { to: string; kind: string }) => `${kind} ${to}`).sort()).toEqual(
      PEOPLE.map(([name]) => `reset-password ${name}@example.com`),
    );
    const linkOf = (name: string): string => outbox.find(({ to }: { to: string }) => to === `${name}@example.com`).link;

    const link = linkOf('user01');
    expect((await fetch(link)).status).toBe(200);
    expect((await setByLink(link, 'short')).status).toBe(400);
    expect((await setByLink(link, 'User01-is-me', 'User01-is-me')).status).toBe(400);
    expect(await (await setByLink(link, 'New-Passw0rd', 'Old-Passw0rd')).text()).toContain('not the same');
    expect((await setByLink(link, 'New-Passw0rd')).status).toBe(200);
    expect(await outcomeOf(okta, 'user01', 'New-Passw0rd')).toBe('ok');
    expect(await signInByOidc(okta, 'user01@example.com', 'New-Passw0rd')).toBe('user01@example.com');
    expect(await bindByLdap(okta, 'user01', 'New-Passw0rd')).toBe(true);
    expect((await fetch(link)).status).toBe(410);
    expect((await setByLink(link, 'Other-Passw0rd')).status).toBe(410);

    clock.advance(60 * 60_000 + 1);
    expect((await fetch(linkOf('user02'))).status).toBe(410);
    expect((await call(okta, 'GET', '/local/cut-over')).body.now).toMatchObject({ link: 0, nobody: 2 });
    const { body: user } = await call(okta, 'GET', '/api/v1/users/user02');
    const again = await call(okta, 'POST', `/api/v1/users/${user.id}/lifecycle/reset_password?sendEmail=false`);
    expect((await setByLink(again.body.resetPasswordUrl, 'New-Passw0rd')).status).toBe(200);
    expect(await outcomeOf(okta, 'user02', 'New-Passw0rd')).toBe('ok');
    expect(await events(okta, 'user.account.reset_password')).toHaveLength(4);
    const log = JSON.stringify((await call(okta, 'GET', '/api/v1/logs?limit=1000')).body);
    for (const secret of ['New-Passw0rd', link.split('/').at(-1)]) expect(log).not.toContain(secret);
  }, 60_000);

  it('has pages that leave no trace of the link and load nothing', async () => {
    const { okta } = await delegatingOrg();
    await switchTo(okta, { enabled: false });
    const { body: outbox } = await call(okta, 'GET', '/local/outbox');
    const response = await fetch(outbox[0].link);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('cache-control')).toContain('no-store');
    expect((await fetch(`${okta.urls.okta}/local/outbox`)).status).toBe(401);
    expect((await fetch(`${okta.urls.okta}/reset_password/${'x'.repeat(32)}`)).status).toBe(410);
    const forged = await fetch(`${okta.urls.okta}/reset_password`, { method: 'POST', body: new URLSearchParams() });
    expect(forged.status).toBe(410);
  }, 60_000);

  it('gives links to those only for whom there is no other way, where that is asked for', async () => {
    const { okta } = await delegatingOrg();
    const done = await switchTo(okta, { enabled: false, resetPasswords: false, resetTheRest: true });
    expect([done.status, done.body.now]).toEqual([200, expect.objectContaining({ link: 3, nobody: 0 })]);
  }, 60_000);
});

describe('switching back', () => {
  it('lets the directory judge again, whatever was set in Okta, and makes links worthless', async () => {
    const { okta, agent } = await delegatingOrg();
    const settings = (await call(okta, 'GET', '/local/integration/settings')).body;
    await switchTo(okta, { enabled: false });
    const { body: outbox } = await call(okta, 'GET', '/local/outbox');
    const mine = outbox.find(({ to }: { to: string }) => to === 'user01@example.com');
    await setByLink(mine.link, 'New-Passw0rd');
    expect((await switchTo(okta, { enabled: true })).body.now).toMatchObject({ delegated: 3, nobody: 0 });
    for (const [name, password] of PEOPLE) expect(await outcomeOf(okta, name, password)).toBe('ok');
    expect(await outcomeOf(okta, 'user01', 'New-Passw0rd')).toBe('invalid');
    expect((await fetch(outbox.at(-1).link)).status).toBe(410);
    expect((await call(okta, 'GET', '/local/integration/settings')).body).toEqual(settings);

    await switchTo(okta, { enabled: false });
    await agent.close();
    await until(async () => (await switchTo(okta, { enabled: true })).status === 409, 'no agent, no way back');
  }, 60_000);

  it('is not done by the settings, which would leave everybody without a password', async () => {
    const { okta } = await delegatingOrg();
    const { body: settings } = await call(okta, 'GET', '/local/integration/settings');
    const change = { ...settings, delegatedAuthentication: false, justInTime: false };
    const refused = await call(okta, 'PUT', '/local/integration/settings', change);
    expect([refused.status, refused.body.errorCauses[0].errorSummary]).toEqual([
      400,
      expect.stringContaining('/local/delegated-authentication'),
    ]);
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('ok');
  }, 60_000);
});

describe('profiles', () => {
  it('are the directory’s until Okta sources them; then imports change nobody, remove nobody, and bring new people', async () => {
    const { directory, okta } = await delegatingOrg();
    const { id } = await userOf(okta, 'user01');
    const rename = (firstName: string) => call(okta, 'POST', `/api/v1/users/${id}`, { profile: { firstName } });
    const refused = await rename('Renamed');
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'E0000023']);
    expect((await switchTo(okta, { enabled: false })).body.profileSource).toBe('LDAP');
    expect((await rename('Renamed')).status).toBe(403);

    const { body: state } = await call(okta, 'PUT', '/local/profile-source', { source: 'OKTA' });
    expect(state.profileSource).toBe('OKTA');
    expect((await rename('Renamed')).status).toBe(200);
    const client = new Client({ url: directory.url });
    await client.bind(directory.adminDn, directory.adminPassword);
    await client.del('cn=user03,ou=users,dc=example,dc=org');
    await client.add('cn=user04,ou=users,dc=example,dc=org', {
      objectClass: ['inetOrgPerson'],
      cn: 'user04',
      sn: 'Bar4',
      givenName: 'User4',
      uid: 'user04',
      mail: 'user04@example.com',
    });
    await client.unbind();
    const { body: settings } = await call(okta, 'GET', '/local/integration/settings');
    const unguarded = { ...settings, import: { ...settings.import, safeguardPercent: 100 } };
    await call(okta, 'PUT', '/local/integration/settings', unguarded);
    expect((await runImport(okta, 'full')).state).toBe('completed');
    expect((await userOf(okta, 'user01')).profile.firstName).toBe('Renamed');
    expect((await userOf(okta, 'user03')).status).toBe('RECOVERY');
    const arrived = await until(async () => {
      const user = await userOf(okta, 'user04');
      return user.status === undefined ? undefined : user;
    }, 'the new person is confirmed');
    expect([arrived.status, arrived.credentials.provider.type]).toEqual(['PROVISIONED', 'OKTA']);
    const { body: outbox } = await call(okta, 'GET', '/local/outbox');
    expect((await setByLink(outbox.at(-1).link, 'New-Passw0rd')).status).toBe(200);
    expect(await outcomeOf(okta, 'user04', 'New-Passw0rd')).toBe('ok');
  }, 60_000);
});
