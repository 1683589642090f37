import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCertificateAuthority } from '@ldap-to-okta/ldap-server';
import { startDirectory } from '@ldap-to-okta/test-directory';
import { Client } from 'ldapts';
import { createCleanUp } from './clean-up.ts';
import { startFront } from './fronts.ts';
import { envText, LDAP_ID, type Org, startOrg } from './org.ts';
import { type Env, examine } from './run-doctor.ts';

const cleanUp = createCleanUp();
let org: Org;

beforeAll(async () => {
  const directory = await startDirectory();
  cleanUp.add(() => directory.remove());
  org = await startOrg(cleanUp, { directory, ldapBindLimit: false });
});
afterAll(() => cleanUp.run());

const fault = (changes: Env, args: readonly string[] = []) =>
  examine({ file: envText({ ...org.env, AUTH_MODE: 'okta-ldap', ...changes }), args });
const failedWith = (words: RegExp) => [
  expect.objectContaining({ outcome: 'failed', says: expect.stringMatching(words), todo: expect.any(String) }),
];

/** A service user of the test's own, with the permissions that it names. */
async function serviceUser(name: string, permissions: readonly string[]): Promise<Env> {
  const user = await org.call('POST', '/api/v1/users?activate=true', {
    profile: { login: `${name}@example.com`, email: `${name}@example.com`, firstName: 'Service', lastName: name },
    credentials: { password: { value: 'S3rvice-other' } },
  });
  if (permissions.length > 0) {
    const role = await org.call('POST', '/api/v1/iam/roles', { label: name, description: name, permissions });
    const set = await org.call('POST', '/api/v1/iam/resource-sets', {
      label: name,
      description: name,
      resources: ['users', 'groups'].map((kind) => `${org.env.OKTA_URL}/api/v1/${kind}`),
    });
    await org.call('POST', `/api/v1/users/${user.id}/roles`, { type: 'CUSTOM', role: role.id, 'resource-set': set.id });
  }
  return { OKTA_LDAP_USERNAME: name, OKTA_LDAP_PASSWORD: 'S3rvice-other' };
}

describe("At Okta's LDAP Interface, doctor recognises", () => {
  it('a wrong service password, and prints it nowhere', async () => {
    const examined = await fault({ OKTA_LDAP_PASSWORD: 'S3cret-wrong' });
    expect(examined.of('okta-ldap.bind')).toEqual(
      failedWith(/wrong name or password \(49: The credentials provided were invalid/),
    );
    expect(examined.of('okta-ldap.bind')[0]?.todo).toMatch(/OKTA_LDAP_PASSWORD.*locked.*LDAP Interface is not added/);
    expect(examined.of('okta-ldap.user')).toMatchObject([
      { outcome: 'not checked', says: 'because “service bind” failed' },
    ]);
    expect(examined.code).toBe(1);
    expect(examined.stdout + examined.stderr).not.toContain('S3cret-wrong');
  });

  it('a locked service user, by what the API says of it', async () => {
    const { OKTA_LDAP_USERNAME = '' } = await serviceUser('locked-service', []);
    const ca = readFileSync(org.env.OKTA_LDAP_CA_FILE ?? '', 'utf8');
    for (let guess = 0; guess < 10; guess += 1) {
      const client = new Client({ url: org.okta.urls.ldaps ?? '', tlsOptions: { ca } });
      await client.bind(`uid=${OKTA_LDAP_USERNAME},${org.okta.ldapBase}`, `guess-${guess}`).catch(() => undefined);
      await client.unbind();
    }
    const examined = await fault({ OKTA_LDAP_USERNAME, OKTA_LDAP_PASSWORD: 'S3rvice-other' });
    expect(examined.of('okta-ldap.bind')).toEqual(failedWith(/Okta says that this user is LOCKED_OUT/));
    expect(examined.of('okta-ldap.bind')[0]?.todo).toMatch(/Unlock it/);
    expect(examined.code).toBe(1);
  });

  it('a sign-on policy that wants more than a password', async () => {
    await org.call('PUT', '/local/faults', { signOnPolicyDenies: true });
    const examined = await fault({});
    await org.call('PUT', '/local/faults', {});
    expect(examined.of('okta-ldap.bind')).toEqual(failedWith(/sign-on policy, which may want MFA \(49/));
    expect(examined.of('okta-ldap.bind')[0]?.todo).toMatch(/password alone/);
    expect(examined.code).toBe(1);
  });

  it('a service user without a role: it sees itself alone', async () => {
    const examined = await fault(await serviceUser('no-role', []));
    expect(examined.of('okta-ldap.bind')).toMatchObject([{ outcome: 'ok' }]);
    expect(examined.of('okta-ldap.user')).toEqual(failedWith(/sees nobody but itself/));
    expect(examined.of('okta-ldap.user')[0]?.todo).toMatch(/groups-user-reader/);
    expect(examined.code).toBe(1);
  });

  it('a role that lets it view users and no groups', async () => {
    const examined = await fault(await serviceUser('no-groups', ['okta.users.read']));
    expect(examined.of('okta-ldap.user')).toMatchObject([{ outcome: 'ok' }]);
    expect(examined.of('okta-ldap.groups')).toEqual(failedWith(/none anywhere else: the service user may see none/));
    expect(examined.of('okta-ldap.groups')[0]?.todo).toMatch(/View groups and their details/);
    expect(examined.code).toBe(1);
  });

  it('a wrong OKTA_LDAP_ID, and says which there are', async () => {
    const examined = await fault({ OKTA_LDAP_ID: '0oaSomebodyElses0000' });
    expect(examined.of('okta-ldap.group-base')).toEqual(
      failedWith(new RegExp(`integrations that show groups are ${LDAP_ID}`)),
    );
    expect(examined.of('okta-ldap.group-base')[0]?.todo).toContain(`OKTA_LDAP_ID=${LDAP_ID}`);
    expect(examined.of('okta-ldap.user')).toMatchObject([{ outcome: 'ok' }]);
    expect(examined.code).toBe(1);
  });

  it('app groups that are not exposed', async () => {
    await org.call('PUT', '/local/ldap-interface', { enabled: true, groups: 'okta-groups' });
    const examined = await fault({});
    await org.call('PUT', '/local/ldap-interface', { enabled: true, groups: 'all' });
    expect(examined.of('okta-ldap.groups')).toEqual(failedWith(/no group is shown below .*; other groups are/));
    expect(examined.of('okta-ldap.groups')[0]?.todo).toMatch(/App groups/);
    expect(examined.code).toBe(1);
  });

  it('an LDAP Interface that is not added', async () => {
    await org.call('PUT', '/local/ldap-interface', { enabled: false, groups: 'all' });
    const examined = await fault({});
    await org.call('PUT', '/local/ldap-interface', { enabled: true, groups: 'all' });
    expect(examined.of('okta-ldap.bind')[0]?.todo).toMatch(/LDAP Interface is not added/);
  });

  it('a wrong base, by the bind that fails', async () => {
    const examined = await fault({ OKTA_LDAP_BASE: 'dc=other,dc=okta,dc=com' });
    expect(examined.of('okta-ldap.bind')).toEqual(failedWith(/uid=ldap-user,dc=other/));
    expect(examined.of('okta-ldap.bind')[0]?.todo).toMatch(/OKTA_LDAP_BASE/);
  });

  it('groups that a search one level below ou=groups would miss', async () => {
    const examined = await fault({ OKTA_LDAP_GROUPS: 'all', OKTA_LDAP_ID: '' });
    expect(examined.of('okta-ldap.groups')).toMatchObject([
      { outcome: 'ok', says: expect.stringMatching(/Everyone.*one level below ou=groups would miss allusers/) },
    ]);
    expect(examined.code).toBe(0);
  });

  it('a person in no group of the integration, and what memberOf has', async () => {
    const examined = await fault({}, ['--user', 'admin@example.com']);
    expect(examined.of('okta-ldap.groups')).toMatchObject([
      { outcome: 'warning', says: expect.stringMatching(/memberOf, which Okta gives only when asked by name, has 1/) },
    ]);
  });

  it('somebody who is not there, and the short name of somebody who is', async () => {
    const nobody = await fault({}, ['--user', 'nobody@example.com']);
    expect(nobody.of('okta-ldap.user')).toEqual(
      failedWith(/nobody is nobody@example\.com .* where \d+ people are seen/),
    );
    expect(nobody.code).toBe(1);
    expect((await fault({}, ['--user', 'user01'])).of('okta-ldap.user')).toMatchObject([
      { outcome: 'ok', says: expect.stringContaining('the whole name is user01@example.com') },
    ]);
  });

  it('a certificate of another authority, and one for another name', async () => {
    const authority = createCertificateAuthority();
    const file = join(org.folder, 'other-ca.pem');
    writeFileSync(file, authority.caPem);
    const untrusted = await fault({ OKTA_LDAP_CA_FILE: file });
    expect(untrusted.of('okta-ldap.tls')).toEqual(
      failedWith(/signed by “Local Okta CA .*OKTA_LDAP_CA_FILE holds “Local LDAP CA/),
    );
    const front = await startFront(cleanUp, { tls: authority.issue({ names: ['acme.ldap.okta.com'] }) });
    const misnamed = await fault({ OKTA_LDAP_CA_FILE: file, OKTA_LDAP_PORT: String(front.port) });
    expect(misnamed.of('okta-ldap.tls')).toEqual(failedWith(/for acme\.ldap\.okta\.com, and not for localhost/));
    expect([untrusted.code, misnamed.code]).toEqual([1, 1]);
  });

  it('an LDAP Interface that is down', async () => {
    await org.call('PUT', '/local/faults', { ldapInterfaceDown: true });
    const examined = await fault({});
    await org.call('PUT', '/local/faults', {});
    expect(examined.of('okta-ldap.port')).toEqual(failedWith(/nothing answers at localhost/));
    expect(examined.of('org.port')).toMatchObject([{ outcome: 'ok' }]);
  });
});

describe('More binds than Okta takes in a second', () => {
  it('are told from a wrong password', async () => {
    // a clock that stands still: the second in which four binds were made does not end
    const now = Date.now();
    const frozen = await startOrg(cleanUp, { clock: { now: () => now } });
    const env = { ...frozen.env, AUTH_MODE: 'okta-ldap' };
    const ca = readFileSync(frozen.env.OKTA_LDAP_CA_FILE ?? '', 'utf8');
    for (let bind = 0; bind < 4; bind += 1) {
      const client = new Client({ url: frozen.okta.urls.ldaps ?? '', tlsOptions: { ca } });
      await client.bind(`uid=ldap-user,${frozen.okta.ldapBase}`, 'S3rvice-right');
      await client.unbind();
    }
    const examined = await examine({ file: envText(env) });
    expect(examined.of('okta-ldap.bind')).toEqual(failedWith(/too many binds .*four a second for one user/));
    expect(examined.code).toBe(1);
  });
});
