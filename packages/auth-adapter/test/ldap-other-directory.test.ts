import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type OtherDirectory, startOtherDirectory } from '@ldap-to-okta/test-directory';
import { type AuthAdapter, createAuthAdapter, type Environment, type PasswordAuth, type Step } from '../src/index.ts';

// The mode for OpenLDAP on directories of other makers: environment variables are all that changes.

const bySam = '(sAMAccountName={{username}})';
const byUpn = '(userPrincipalName={{username}})';

let directory: OtherDirectory;
const open: AuthAdapter[] = [];
afterEach(async () => {
  directory.behave();
  await Promise.all(open.splice(0).map((adapter) => adapter.close()));
});
afterAll(() => directory?.close());

function adapterFor(changes: Environment = {}): PasswordAuth {
  const { hostname, port } = new URL(directory.url);
  const adapter = createAuthAdapter({
    AUTH_MODE: 'ldap',
    LDAP_HOST: hostname,
    LDAP_PORT: port,
    LDAP_ROOT: directory.base,
    LDAP_USER_BASE: directory.userBase,
    LDAP_GROUP_BASE: directory.groupBase,
    LDAP_BIND_DN: directory.serviceDn,
    LDAP_BIND_PASSWORD: directory.servicePassword,
    LDAP_USER_FILTER: bySam,
    LDAP_GROUP_FILTER: '(member={{dn}})',
    ...changes,
  });
  open.push(adapter);
  if (adapter.kind !== 'password') {
    throw new Error('not an adapter with a form');
  }
  return adapter;
}

const signIn = (username: string, password = 'password1', changes: Environment = {}, steps: Step[] = []) =>
  adapterFor(changes).authenticate({ username, password }, (step) => steps.push(step));

describe('the ldap adapter before Active Directory', () => {
  beforeAll(async () => {
    directory = await startOtherDirectory({ flavour: 'active-directory' });
  });
  afterAll(() => directory.close());

  it.each([
    ['sAMAccountName', bySam, 'anna'],
    ['userPrincipalName', byUpn, 'anna@corp.example'],
    ['either', `(&(objectClass=user)(|${bySam}${byUpn}))`, 'ANNA@corp.example'],
  ])('signs in by %s', async (_, LDAP_USER_FILTER, username) => {
    expect(await signIn(username, 'password1', { LDAP_USER_FILTER })).toMatchObject({
      ok: true,
      identity: {
        displayName: 'Anna Jensen',
        email: 'anna@corp.example',
        dn: 'CN=Anna Jensen,OU=Staff,DC=corp,DC=example',
        groups: ['Office'],
        mode: 'ldap',
      },
    });
  });

  it('finds the groups of somebody whose name has a comma, brackets and an umlaut, and the groups around them', async () => {
    expect(await signIn('emre')).toMatchObject({
      identity: { displayName: 'Öztürk, Emre (Sales)', groups: ['Office', 'Sales (EU)'] },
    });
    expect(await signIn('emre', 'password1', { LDAP_NESTED_GROUPS: 'true' })).toMatchObject({
      identity: { groups: ['Everyone', 'Office', 'Sales (EU)', 'Staff'] },
    });
    const inChain = { LDAP_GROUP_FILTER: '(member:1.2.840.113556.1.4.1941:={{dn}})' };
    expect(await signIn('anna', 'password1', inChain)).toMatchObject({
      identity: { groups: ['Everyone', 'Office', 'Staff'] },
    });
  });

  it.each([
    ['a wrong password', 'anna', 'wrong', 'invalid-credentials'],
    ['somebody unknown', 'nobody', 'password1', 'invalid-credentials'],
    ['a password that ran out', 'expired', 'password1', 'password-expired'],
    ['a disabled account', 'disabled', 'password1', 'disabled'],
    ['a password that must be changed', 'newcomer', 'password1', 'must-change-password'],
    ['a locked account', 'locked', 'password1', 'locked'],
    ['a disabled account whose password is not known', 'disabled', 'wrong', 'invalid-credentials'],
  ])('refuses %s, for its own reason', async (_, username, password, reason) => {
    expect(await signIn(username, password)).toEqual({ ok: false, reason });
  });

  it.each([
    ['may not at this hour', 'nightshift', 'not-permitted-now'],
    ['may not at this workstation', 'elsewhere', 'not-permitted-now'],
    ['had an account until it ran out', 'leaver', 'account-expired'],
  ])('refuses who %s as disabled, and tells the log exactly why', async (_, username, detail) => {
    expect(await signIn(username)).toEqual({ ok: false, reason: 'disabled', detail });
  });

  it('tells an unknown name and a wrong password apart in nothing, the steps of a bind included', async () => {
    const outcomes = await Promise.all(
      [
        ['anna', 'wrong'],
        ['nobody', 'wrong'],
      ].map(async ([username, password]) => {
        const steps: Step[] = [];
        const result = await signIn(username ?? '', password, {}, steps);
        return [result, steps.filter(({ kind }) => kind === 'bind').map((step) => 'outcome' in step && step.outcome)];
      }),
    );
    expect(outcomes[1]).toEqual(outcomes[0]);
  });

  it('searches the whole domain without following what it refers to', async () => {
    const steps: Step[] = [];
    const changes = { LDAP_USER_BASE: directory.base, LDAP_GROUP_BASE: directory.base };
    expect(await signIn('anna', 'password1', changes, steps)).toMatchObject({ identity: { groups: ['Office'] } });
    const connected = steps.filter(({ kind }) => kind === 'connect').map((step) => 'url' in step && step.url);
    expect([...new Set(connected)]).toEqual([directory.url]);
  });

  it('signs in over LDAPS with the CA it is given', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'other-directory-'));
    try {
      const LDAP_CA_FILE = join(folder, 'ca.pem');
      writeFileSync(LDAP_CA_FILE, directory.caPem);
      const { hostname, port } = new URL(directory.ldapsUrl);
      const changes = { LDAP_TLS: 'ldaps', LDAP_HOST: hostname, LDAP_PORT: port, LDAP_CA_FILE };
      expect(await signIn('anna', 'password1', changes)).toMatchObject({ ok: true });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('sends nothing in clear when StartTLS, which this directory has not, is asked for', async () => {
    const before = directory.requests().length;
    await expect(signIn('anna', 'password1', { LDAP_TLS: 'starttls' })).rejects.toMatchObject({
      name: 'AuthError',
      detail: expect.stringContaining('starttls'),
    });
    expect(directory.requests()).toHaveLength(before);
  });

  it.each<[string, string, Environment, object]>([
    ['nobody is named to search as', 'anna', noServiceAccount(), { code: 'misconfigured', detail: 'bind-required' }],
    ['the service password is wrong', 'anna', { LDAP_BIND_PASSWORD: 'wrong' }, { code: 'service-bind-failed' }],
    ['two people have the name', 'twins@corp.example', { LDAP_USER_FILTER: '(mail={{username}})' }, ambiguous()],
    ['there are more groups than are given at once', 'collector', {}, { code: 'size-limit' }],
    ['the base is in another domain', 'anna', otherDomain(), { code: 'misconfigured', detail: 'referral' }],
  ])('throws rather than blaming the password when %s', async (_, username, changes, expected) => {
    await expect(signIn(username, 'password1', changes)).rejects.toMatchObject({ name: 'AuthError', ...expected });
  });

  it('is not ready while the directory does not let it search', async () => {
    await adapterFor().ready();
    await expect(adapterFor({ LDAP_BIND_PASSWORD: 'wrong' }).ready()).rejects.toMatchObject({
      code: 'service-bind-failed',
    });
  });
});

describe('the ldap adapter before a rude directory', () => {
  beforeAll(async () => {
    directory = await startOtherDirectory({ flavour: 'rude' });
  });
  const changes = { ...noServiceAccount(), LDAP_USER_FILTER: '(uid={{username}})' };
  const plain = { ok: true, identity: { username: 'plain', groups: ['one'] } };

  it('takes the one entry out of an answer full of references', async () => {
    expect(await signIn('plain', 'password1', { ...changes, LDAP_USER_BASE: directory.base })).toMatchObject(plain);
  });

  it.each([
    ['locked', 'retried'],
    ['disabled', 'inactive'],
    ['invalid-credentials', 'nobody'],
  ])('refuses with %s where a bare result code is all there is', async (reason, username) => {
    expect(await signIn(username, 'password1', changes)).toEqual({ ok: false, reason });
  });

  it.each([
    ['busy', 'search', 51, 'unavailable'],
    ['shutting down', 'search', 52, 'unavailable'],
    ['cut short', 'search', 4, 'size-limit'],
    ['busy', 'bind', 51, 'unavailable'],
    ['shutting down', 'bind', 52, 'unavailable'],
  ] as const)(
    'throws when the directory says %s to a %s, and signs in when it is well again',
    async (_, on, code, expected) => {
      directory.misbehave(on, { kind: 'code', code, after: 1 });
      await expect(signIn('plain', 'password1', changes)).rejects.toMatchObject({ name: 'AuthError', code: expected });
      await expect(signIn('plain', 'wrong', changes)).rejects.toMatchObject({ name: 'AuthError', code: expected });
      directory.behave();
      expect(await signIn('plain', 'password1', changes)).toMatchObject(plain);
    },
  );

  it('throws rather than giving three of four groups', async () => {
    await expect(signIn('joiner', 'password1', changes)).rejects.toMatchObject({ code: 'size-limit' });
  });
});

function noServiceAccount(): Environment {
  return { LDAP_BIND_DN: undefined, LDAP_BIND_PASSWORD: undefined };
}

function otherDomain(): Environment {
  return { LDAP_ROOT: 'dc=other,dc=example', LDAP_USER_BASE: undefined, LDAP_GROUP_BASE: undefined };
}

function ambiguous(): object {
  return { code: 'ambiguous-user' };
}
