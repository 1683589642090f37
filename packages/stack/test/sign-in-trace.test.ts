import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import { type Agent, startAgent } from '../src/agent.ts';
import { appMain, startApp } from '../src/app-process.ts';
import { externalEnv } from '../src/directory.ts';
import { type LocalOrg, startLocalOrg } from '../src/local-org.ts';
import { claimPorts } from '../src/ports.ts';
import { ask, waitUntil } from '../src/readiness.ts';
import { LoginPage } from './sign-in/pages.ts';
import { readTrace, type Trace, traceSignIn } from './sign-in/trace-page.ts';
import { Visitor } from './sign-in/visitor.ts';

const START_MS = 120_000;
const SECRETS = ['password1', 'wrong-password-1', 'own-Passw0rd', 'adminpassword', 'local-ldap-user-password'];
const TOKENS = ['local-okta-api-token-for-this-computer', 'local-client-secret-for-this-computer-only'];

const folder = mkdtempSync(join(tmpdir(), 'sign-in-trace-'));
const closers: (() => Promise<unknown>)[] = [];
let directory: TestDirectory;

beforeAll(async () => {
  directory = await startDirectory();
}, START_MS);
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await directory?.remove();
  rmSync(folder, { recursive: true, force: true });
}, START_MS);

const freePorts = async (count: number): Promise<readonly number[]> =>
  claimPorts(Array.from({ length: count }, () => ({ port: 0, user: 'a test', variable: '' })));

/** An app as an attendee of the workshop has it, whatever is wrong with what it asks. */
async function appOf(mode: string, env: NodeJS.ProcessEnv, wanted?: number): Promise<string> {
  const port = wanted ?? (await freePorts(1))[0] ?? 0;
  const app = await startApp({
    name: mode,
    main: appMain(mode),
    port,
    until: 'alive',
    logFile: join(folder, `${mode}-${port}.log`),
    env: { PATH: process.env.PATH, AUTH_MODE: mode, SIGN_IN_TRACE: 'on', ...env },
  });
  closers.push(() => app.stop());
  return app.url;
}

const traceOf = (url: string, username: string, password: string): Promise<Trace> =>
  traceSignIn(url, username, password, [...SECRETS, ...TOKENS]);

describe('an app that asks the directory', () => {
  const envOf = (): NodeJS.ProcessEnv => ({ ...externalEnv({ url: directory.ldapsUrl, caFile: directory.caFile }) });

  it('shows the way there, and tells a wrong password from an unknown user', async () => {
    const url = await appOf('ldap', envOf());
    const good = await traceOf(url, 'user01', 'password1');
    expect(good).toMatchObject({ title: 'Signed in as user01', between: '' });
    expect(good.hops.at(0)).toBe('Browser → App ok');
    expect(new Set(good.hops.slice(1, -1))).toEqual(new Set(['App → Directory ok']));
    expect(good.text).toContain('(|(cn=user01)(uid=user01)(mail=user01))');
    expect(good.text).toContain('cn=user01,ou=users,dc=example,dc=org');
    expect((await traceOf(url, 'user01', 'wrong-password-1')).title).toBe('The password is wrong');
    expect((await traceOf(url, 'user09', 'wrong-password-1')).title).toBe('There is no such user');
  });

  it('tells a service account that is refused', async () => {
    const url = await appOf('ldap', {
      ...envOf(),
      LDAP_BIND_DN: directory.adminDn,
      LDAP_BIND_PASSWORD: 'wrong-password-1',
    });
    expect(await traceOf(url, 'user01', 'password1')).toMatchObject({
      title: 'The service account is refused',
      between: 'App and Directory',
    });
  });

  it('tells a certificate that is not trusted', async () => {
    const url = await appOf('ldap', { ...envOf(), LDAP_CA_FILE: '' });
    expect((await traceOf(url, 'user01', 'password1')).title).toBe('The certificate of the directory is not trusted');
  });

  it('tells a directory that is stopped', async () => {
    const url = await appOf('ldap', envOf());
    await directory.stop();
    try {
      expect((await traceOf(url, 'user01', 'password1')).title).toBe('The directory cannot be reached');
    } finally {
      await directory.start();
    }
  });
});

describe('apps that ask Okta', () => {
  let org: LocalOrg;
  let agent: Agent;
  let oktaLdap: string;
  let oidc: string;

  const call = async (method: string, path: string, body: unknown): Promise<Response> =>
    fetch(new URL(path, org.url.replace('okta.localhost', 'localhost')), {
      method,
      headers: { authorization: `SSWS ${TOKENS[0]}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  beforeAll(async () => {
    const [http = 0, ldaps = 0, ldap = 0, appPort = 0] = await freePorts(4);
    org = await startLocalOrg({
      ports: { http, ldaps, ldap },
      appUrls: [`http://localhost:${appPort}`],
      env: { PATH: process.env.PATH, LOCAL_OKTA_LDAP_BIND_LIMIT: 'off' },
      folder,
      announce: () => undefined,
    });
    closers.push(() => org.close());
    agent = startAgent({
      env: externalEnv({ url: directory.ldapsUrl, caFile: directory.caFile }),
      oktaUrl: `http://localhost:${http}`,
      stateDir: join(folder, 'agent'),
      logFile: join(folder, 'agent.log'),
      announce: () => undefined,
    });
    closers.push(() => agent.stop());
    await waitUntil(async () => {
      const { text } = await ask(`http://127.0.0.1:${http}/local/setup`);
      return /"state":"ready"/.test(text) ? undefined : text;
    }, new AbortController().signal);
    [oktaLdap, oidc] = await Promise.all([appOf('okta-ldap', org.env), appOf('oidc', org.env, appPort)]);
  }, START_MS);

  it('show the way to Okta, the agent and the directory', async () => {
    const throughLdap = await traceOf(oktaLdap, 'user01@example.com', 'password1');
    expect(throughLdap.title).toBe('Signed in as user01@example.com');
    expect(throughLdap.hops.slice(-3)).toEqual([
      'Okta → LDAP agent ok',
      'LDAP agent → Directory ok',
      'App → Browser ok',
    ]);
    const throughPage = await traceOf(oidc, 'user01@example.com', 'password1');
    expect(throughPage.hops).toEqual([
      'Browser → App ok',
      'App → Browser ok',
      'Browser → Okta ok',
      'Okta → LDAP agent ok',
      'LDAP agent → Directory ok',
      'Okta → App ok',
      'App → Okta ok',
      'App → Browser ok',
    ]);
    for (const { text } of [throughLdap, throughPage]) {
      expect(text).toContain('cn=user01,ou=users,dc=example,dc=org');
      expect(text).toContain(directory.ldapsUrl);
    }
  });

  it('tell a wrong password from an unknown user', async () => {
    for (const url of [oktaLdap, oidc]) {
      expect(await traceOf(url, 'user01@example.com', 'wrong-password-1')).toMatchObject({
        title: 'The password is wrong',
        between: 'LDAP agent and Directory',
      });
      expect((await traceOf(url, 'user09@example.com', 'wrong-password-1')).title).toBe('Okta has no such user');
    }
  });

  it('show one browser nothing of what another does at the same time', async () => {
    const waiting = new Visitor(oidc);
    await LoginPage.open(waiting, '/login');
    await Promise.all([
      traceOf(oidc, 'user02@example.com', 'wrong-password-1'),
      traceOf(oktaLdap, 'user02@example.com', 'wrong-password-1'),
    ]);
    const { title, text } = readTrace((await waiting.visit('/trace')).text);
    expect(title).toBe('The browser was sent to Okta and is not back yet');
    expect(text).not.toContain('user02');
  });

  it('tell a service user that is refused, and a certificate that is not trusted', async () => {
    const refused = await appOf('okta-ldap', { ...org.env, OKTA_LDAP_PASSWORD: 'wrong-password-1' });
    expect((await traceOf(refused, 'user01@example.com', 'password1')).title).toBe('The service account is refused');
    const untrusting = await appOf('okta-ldap', { ...org.env, OKTA_LDAP_CA_FILE: directory.caFile });
    expect((await traceOf(untrusting, 'user01@example.com', 'password1')).title).toBe(
      "The certificate of Okta's LDAP Interface is not trusted",
    );
  });

  it('say what they cannot see where the log is closed to them', async () => {
    const url = await appOf('okta-ldap', { ...org.env, SIGN_IN_TRACE_OKTA_TOKEN: 'another-token' });
    const { title, text } = await traceOf(url, 'user01@example.com', 'password1');
    expect(title).toBe('Signed in as user01@example.com');
    expect(text).toContain('Okta refuses the token');
  });

  it('show no agent where Okta judges the password alone', async () => {
    await call('POST', '/api/v1/users?activate=true', {
      profile: { login: 'own@example.com', email: 'own@example.com', firstName: 'O', lastName: 'Wn' },
      credentials: { password: { value: 'own-Passw0rd' } },
    });
    const { hops, text } = await traceOf(oktaLdap, 'own@example.com', 'own-Passw0rd');
    expect(hops.join()).not.toMatch(/agent|Directory/);
    expect(text).toContain('neither agent nor directory was asked');
    expect((await traceOf(oidc, 'own@example.com', 'own-Passw0rd')).hops.join()).not.toMatch(/agent|Directory/);
  });

  it('tell who is sent back without a sign-in, and an answer that nobody asked for', async () => {
    const visitor = new Visitor(oidc);
    const { form } = await LoginPage.open(visitor, '/login');
    const body = new URLSearchParams({ ...form.hidden, decision: 'cancel' });
    expect((await visitor.visit(form.action, { method: 'POST', body })).status).toBe(401);
    const denied = readTrace((await visitor.visit('/trace')).text);
    expect(denied).toMatchObject({ title: expect.stringContaining('does not open this app'), between: 'Okta and App' });
    expect(denied.hops).toContain('Okta → App failed');
    await visitor.visit('/authorization-code/callback?code=forged-code&state=forged-state');
    const forged = readTrace((await visitor.visit('/trace')).text);
    expect(forged.title).toBe('The answer belongs to no sign-in that is open in this browser');
    expect(forged.text).not.toMatch(/forged-/);
  });

  it('tell a directory that is stopped behind the agent, and an agent that is missing', async () => {
    await directory.stop();
    for (const url of [oktaLdap, oidc]) {
      expect(await traceOf(url, 'user01@example.com', 'password1')).toMatchObject({
        title: 'The LDAP agent cannot reach the directory',
        between: 'LDAP agent and Directory',
      });
    }
    await agent.stop();
    for (const url of [oktaLdap, oidc]) {
      expect(await traceOf(url, 'user01@example.com', 'password1')).toMatchObject({
        title: 'No LDAP agent is connected to Okta',
        between: 'Okta and LDAP agent',
      });
    }
  }, 60_000);
});
