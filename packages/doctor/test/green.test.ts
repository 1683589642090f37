import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import { createCleanUp } from './clean-up.ts';
import { envText, type Org, startOrg } from './org.ts';
import { examine, freePorts } from './run-doctor.ts';

const cleanUp = createCleanUp();
let directory: TestDirectory;
let org: Org;
let ldapEnv: Record<string, string>;

beforeAll(async () => {
  directory = await startDirectory();
  cleanUp.add(() => directory.remove());
  org = await startOrg(cleanUp, { directory });
  const { hostname, port } = new URL(directory.url);
  const [appPort] = await freePorts(1);
  ldapEnv = { LDAP_HOST: hostname, LDAP_PORT: port, PORT: String(appPort), DIRECTORY: 'as-configured' };
});
afterAll(() => cleanUp.run());

/** Docker is a matter of the machine, not of the test. */
const worse = (examined: Awaited<ReturnType<typeof examine>>) =>
  examined.findings.filter(({ id, outcome }) => outcome !== 'ok' && id !== 'docker');

describe('Where everything is right, every check passes', () => {
  it('of AUTH_MODE=ldap', async () => {
    const examined = await examine({ file: envText({ ...ldapEnv, AUTH_MODE: 'ldap' }) });
    expect(worse(examined)).toEqual([]);
    expect(examined.code).toBe(0);
    expect(examined.of('ldap.groups')).toMatchObject([{ says: 'user01 is in allusers' }]);
  });

  it.each(['ldaps', 'starttls'])('of AUTH_MODE=ldap by %s', async (tls) => {
    const { port } = new URL(tls === 'ldaps' ? directory.ldapsUrl : directory.url);
    const encrypted = { LDAP_HOST: 'localhost', LDAP_PORT: port, LDAP_TLS: tls, LDAP_CA_FILE: directory.caFile };
    const examined = await examine({ file: envText({ ...ldapEnv, ...encrypted, AUTH_MODE: 'ldap' }) });
    expect(worse(examined)).toEqual([]);
    expect(examined.of('ldap.tls')).toMatchObject([
      { says: expect.stringMatching(/TLSv1\.[23], certificate for localhost/) },
    ]);
  });

  it('of AUTH_MODE=okta-ldap', async () => {
    const examined = await examine({ file: envText({ ...org.env, AUTH_MODE: 'okta-ldap' }) });
    expect(worse(examined).map(({ id }) => id)).toEqual(['agent.state', 'agent.values']);
    expect(examined.code).toBe(0);
    expect(examined.of('okta-ldap.groups')).toMatchObject([{ says: 'user01@example.com is in allusers' }]);
    expect(examined.of('agent.status')).toMatchObject([{ says: '1 at work: agent-1 OPERATIONAL' }]);
  });

  it('of AUTH_MODE=oidc', async () => {
    const examined = await examine({ file: envText({ ...org.env, AUTH_MODE: 'oidc' }) });
    expect(worse(examined).map(({ id }) => id)).toEqual(['agent.state', 'agent.values']);
    expect(examined.code).toBe(0);
  });

  it('with a password, by the sign-in of the app itself', async () => {
    const env = { DOCTOR_PASSWORD: 'password1' };
    const both = await Promise.all([
      examine({ file: envText({ ...ldapEnv, AUTH_MODE: 'ldap' }), env, args: ['--sign-in'] }),
      examine({ file: envText({ ...org.env, AUTH_MODE: 'okta-ldap' }), env, args: ['--sign-in', '--user', 'user01'] }),
    ]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both[0].of('ldap.sign-in')).toMatchObject([{ outcome: 'ok' }]);
    expect(both[1].of('okta-ldap.sign-in')).toMatchObject([{ outcome: 'ok' }]);
    expect(both[1].of('okta-ldap.user')).toMatchObject([
      { says: expect.stringContaining('the whole name is user01@example.com') },
    ]);
  });
});
