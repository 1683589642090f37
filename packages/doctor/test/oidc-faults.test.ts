import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCertificateAuthority } from '@ldap-to-okta/ldap-server';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import type { Finding } from '../src/exam.ts';
import { createCleanUp } from './clean-up.ts';
import { startFront } from './fronts.ts';
import { envText, type Org, startOrg } from './org.ts';
import { type Env, examine, freePorts, runProcess } from './run-doctor.ts';

const cleanUp = createCleanUp();
let org: Org;

let directory: TestDirectory;

beforeAll(async () => {
  directory = await startDirectory();
  cleanUp.add(() => directory.remove());
  org = await startOrg(cleanUp, { directory });
});
afterAll(() => cleanUp.run());

const fault = (changes: Env, args: readonly string[] = [], env: Env = {}) =>
  examine({ file: envText({ ...org.env, AUTH_MODE: 'oidc', ...changes }), args, env });
const failedWith = (words: RegExp) => [
  expect.objectContaining({ outcome: 'failed', says: expect.stringMatching(words), todo: expect.any(String) }),
];
const withoutToken = { OKTA_API_TOKEN: '' };

describe('With OpenID Connect, doctor recognises', () => {
  it('an authorization server that is not there, and says which one is', async () => {
    const examined = await fault({ ISSUER: `${org.env.OKTA_URL}/oauth2/nothing` });
    expect(examined.of('oidc.discovery')).toEqual(
      failedWith(/there is no authorization server at .*\/oauth2\/nothing/),
    );
    expect(examined.of('oidc.discovery')[0]?.todo).toContain(`ISSUER=${org.env.OKTA_URL}`);
    expect(examined.of('oidc.client')).toMatchObject([{ outcome: 'not checked', says: 'because “discovery” failed' }]);
    expect(examined.code).toBe(1);
  });

  it('localhost in one place and 127.0.0.1 in the other', async () => {
    const elsewhere = `${org.env.OKTA_URL}`.replace('localhost', '127.0.0.1');
    const examined = await fault({ ISSUER: `${elsewhere}/oauth2/default` });
    expect(examined.of('oidc.discovery')).toEqual(failedWith(/calls itself http:\/\/localhost:\d+\/oauth2\/default/));
    expect(examined.of('oidc.discovery')[0]?.todo).toContain(`ISSUER=${org.env.OKTA_URL}/oauth2/default`);
    expect(examined.of('oidc.together')).toMatchObject([{ subject: 'ISSUER', outcome: 'warning' }]);
    expect(examined.code).toBe(1);
  });

  it('a wrong client secret, and prints it nowhere', async () => {
    const examined = await fault({ CLIENT_SECRET: 'S3cret-of-another-app' });
    expect(examined.of('oidc.client')).toEqual(failedWith(/client id and secret are refused \(invalid_client/));
    expect(examined.of('oidc.client')[0]?.todo).toMatch(/CLIENT_SECRET/);
    expect(examined.of('oidc.redirect-uri')).toMatchObject([{ outcome: 'ok' }]);
    expect(examined.code).toBe(1);
    expect(examined.stdout + examined.stderr).not.toContain('S3cret-of-another-app');
  });

  it('a client id that the org does not know', async () => {
    const examined = await fault({ CLIENT_ID: '0oaNobodysApp0000001' });
    expect(examined.of('oidc.client')).toEqual(
      failedWith(/knows no active app with the client id 0oaNobodysApp0000001/),
    );
    expect(examined.of('oidc.client')[0]?.todo).toMatch(/npm run okta:app/);
    expect(examined.of('oidc.redirect-uri')).toMatchObject([{ outcome: 'not checked' }]);
    expect(examined.code).toBe(1);
  });

  it.each([
    ['with a token, by what is registered', {}],
    ['without one, by trying the usual mistakes', withoutToken],
  ])('a redirect URI that is not registered: %s', async (_how, token) => {
    const examined = await fault({ ...token, APP_BASE_URL: `http://127.0.0.1:${org.env.PORT}` });
    const registered = `http://localhost:${org.env.PORT}/authorization-code/callback`;
    expect(examined.of('oidc.redirect-uri')).toEqual(
      failedWith(new RegExp(`127\\.0\\.0\\.1.* is not registered; registered is ${registered}`)),
    );
    expect(examined.of('oidc.post-logout-uri')).toEqual(failedWith(/127\.0\.0\.1:\d+\/ is not registered/));
    expect(examined.of('oidc.client')).toMatchObject([{ outcome: 'ok' }]);
    expect(examined.code).toBe(1);
  });

  it('a slash at the end, which counts', async () => {
    const app = await org.call('GET', `/api/v1/apps/${org.env.CLIENT_ID}`);
    const { oauthClient } = app.settings;
    const settings = {
      ...app.settings,
      oauthClient: {
        ...oauthClient,
        redirect_uris: oauthClient.redirect_uris.map((uri: string) => `${uri}/`),
        post_logout_redirect_uris: oauthClient.post_logout_redirect_uris.map((uri: string) => uri.replace(/\/$/, '')),
      },
    };
    const put = (body: object) =>
      org.call('PUT', `/api/v1/apps/${app.id}`, {
        name: app.name,
        label: app.label,
        signOnMode: app.signOnMode,
        ...body,
      });
    await put({ settings });
    const [withToken, without] = await Promise.all([fault({}), fault(withoutToken)]);
    await put({ settings: app.settings });
    for (const examined of [withToken, without]) {
      expect(examined.of('oidc.redirect-uri')).toEqual(
        failedWith(/callback is not registered; registered is .*\/callback\/$/),
      );
      expect(examined.of('oidc.post-logout-uri')).toEqual(failedWith(/\/ is not registered/));
    }
    expect((await fault({})).code).toBe(0);
  });

  it('a scope that is not offered', async () => {
    const examined = await fault({ OIDC_SCOPE: 'openid profile email payroll' });
    expect(examined.of('oidc.scopes')).toEqual(failedWith(/payroll is not offered/));
    expect(examined.code).toBe(1);
  });

  it('something that is no OpenID provider', async () => {
    const front = await startFront(cleanUp, {
      answer: () => 'HTTP/1.1 200 OK\r\ncontent-length: 26\r\nconnection: close\r\n\r\n<html>Please pay for WiFi.',
    });
    front.to(org.webPort);
    const examined = await fault({ OKTA_URL: `http://localhost:${front.port}` });
    expect(examined.of('oidc.discovery')).toEqual(
      failedWith(/does not answer as an OpenID provider does \(HTTP 200\)/),
    );
    expect(examined.of('oidc.discovery')[0]?.todo).toMatch(/sign-in page of a network/);
    expect(examined.of('org.token')).toEqual(failedWith(/does not answer as an Okta org does/));
    expect(examined.code).toBe(1);
  });

  it('keys that are missing', async () => {
    const front = await startFront(cleanUp, { answer: (bytes) => bytes.toString('latin1').replace('"kty"', '"ktx"') });
    const renamed = await startOrg(cleanUp, { publicUrl: `http://localhost:${front.port}` });
    front.to(renamed.webPort);
    const examined = await examine({
      file: envText({ ...renamed.env, OKTA_URL: `http://localhost:${front.port}`, AUTH_MODE: 'oidc' }),
    });
    expect(examined.of('oidc.discovery')).toMatchObject([{ outcome: 'ok' }]);
    expect(examined.of('oidc.keys')).toEqual(failedWith(/gives no key to check tokens with/));
    expect(examined.code).toBe(1);
  });

  it.each([
    [-3600, 'ahead of', 'failed'],
    [3600, 'behind', 'failed'],
    [60, 'behind', 'warning'],
  ])('a clock that is %d s from that of the org', async (clockOffsetSeconds, words, outcome) => {
    await org.call('PUT', '/local/faults', { clockOffsetSeconds });
    const examined = await fault({});
    await org.call('PUT', '/local/faults', {});
    expect(examined.of('org.clock')).toMatchObject([
      { outcome, says: expect.stringContaining(words), todo: expect.stringContaining('NTP') },
    ]);
    expect(examined.code).toBe(outcome === 'failed' ? 1 : 0);
  });

  it('an org that cuts discovery off, and one whose rate limit is used up', async () => {
    await org.call('PUT', '/local/faults', { discoveryUnreachable: true });
    const cut = await fault({});
    await org.call('PUT', '/local/faults', {});
    expect(cut.of('oidc.discovery')).toEqual(failedWith(/cannot be reached \(ECONNRESET\)/));
    expect(cut.code).toBe(1);
  });

  it('that nothing answers, and that a port hangs', async () => {
    const [port] = await freePorts(1);
    const nothing = await fault({ OKTA_URL: `http://localhost:${port}` });
    expect(nothing.of('org.port')).toEqual(failedWith(/nothing answers at localhost/));
    expect(nothing.of('oidc.discovery')).toMatchObject([{ outcome: 'not checked', says: 'because “port” failed' }]);
    const front = await startFront(cleanUp, {});
    const hanging = await fault({ OKTA_URL: `http://localhost:${front.port}` }, ['--timeout', '1']);
    expect(hanging.of('oidc.discovery')).toEqual(failedWith(/did not answer in time/));
    expect([nothing.code, hanging.code]).toEqual([1, 1]);
  });
});

describe('An org by https', () => {
  let secure: Org;
  beforeAll(async () => {
    secure = await startOrg(cleanUp, { https: true, directory });
  });
  const env = (changes: Env = {}) => envText({ ...secure.env, AUTH_MODE: 'oidc', ...changes });
  /** Node reads its authorities when it starts. */
  const examineTrusting = async (file: string): Promise<readonly Finding[]> => {
    const run = await runProcess({ file, env: { NODE_EXTRA_CA_CERTS: secure.webCaFile }, args: ['--json'] });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(run.stdout).findings;
  };

  it('passes everything, where its authority is trusted', async () => {
    const findings = [...(await examineTrusting(env())), ...(await examineTrusting(env({ AUTH_MODE: 'okta-ldap' })))];
    const notPassed = findings.filter(({ outcome }) => outcome !== 'ok').map(({ id }) => id);
    expect([...new Set(notPassed)]).toEqual(['docker', 'agent.state', 'agent.values']);
    expect(findings).toContainEqual(
      expect.objectContaining({
        id: 'oidc.tls',
        says: expect.stringMatching(/^TLSv1\.[23], certificate for localhost/),
      }),
    );
  });

  it('of an unknown authority is told with its name, and where to name it', async () => {
    const examined = await examine({ file: env() });
    expect(examined.of('org.tls')).toEqual(failedWith(/signed by “Local LDAP CA .*does not trust/));
    expect(examined.of('org.tls')[0]?.todo).toMatch(/NODE_EXTRA_CA_CERTS, in the environment/);
    expect(examined.code).toBe(1);
  });

  it('with an expired certificate, or one for another name, is told apart', async () => {
    const authority = createCertificateAuthority();
    const expired = await startFront(cleanUp, {
      tls: authority.issue({ notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') }),
    });
    const misnamed = await startFront(cleanUp, { tls: authority.issue({ names: ['acme.okta.com'] }) });
    const [first, second] = await Promise.all(
      [expired, misnamed].map(({ port }) => examine({ file: env({ OKTA_URL: `https://localhost:${port}` }) })),
    );
    expect(first?.of('org.tls')).toEqual(failedWith(/expired on 2020-02-01/));
    expect(second?.of('org.tls')).toEqual(failedWith(/for acme\.okta\.com, and not for localhost/));
  });

  it('without a token says what is not looked at, and does not count it as passed', async () => {
    const findings = await examineTrusting(env({ OKTA_API_TOKEN: '' }));
    expect(findings).toContainEqual(
      expect.objectContaining({
        id: 'org.token',
        outcome: 'not checked',
        says: expect.stringContaining('OKTA_API_TOKEN is not set'),
      }),
    );
    expect(findings).toContainEqual(expect.objectContaining({ id: 'agent.status', outcome: 'not checked' }));
  });
});
