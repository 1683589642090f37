import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startDirectory, startLdapProxy, type TestDirectory } from '@ldap-to-okta/test-directory';
import { type AuthAdapter, createAuthAdapter, type Environment, type SignInResult, type Step } from '../src/index.ts';

const tutorial = fileURLToPath(new URL('../../../ldifs/users.ldif', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ldap-directories-'));

/** More groups than the directory returns at once, all of them user02's. */
const manyGroups = join(folder, 'many-groups.ldif');
writeFileSync(
  manyGroups,
  Array.from({ length: 1_001 }, (_, number) =>
    [
      `dn: cn=many${number},ou=groups,dc=example,dc=org`,
      'objectClass: groupOfNames',
      `cn: many${number}`,
      'member: cn=user02,ou=users,dc=example,dc=org\n',
    ].join('\n'),
  ).join('\n'),
);

let directory: TestDirectory;
const open: AuthAdapter[] = [];
beforeAll(async () => {
  directory = await startDirectory({ ldifFiles: [tutorial, manyGroups], personas: true });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((adapter) => adapter.close()));
});
afterAll(async () => {
  await directory?.remove();
  rmSync(folder, { recursive: true });
});

async function signIn(
  username: string,
  { env = {}, password = 'password1', steps = [] }: { env?: Environment; password?: string; steps?: Step[] } = {},
): Promise<SignInResult> {
  const { hostname, port } = new URL(directory.url);
  const adapter = createAuthAdapter({ AUTH_MODE: 'ldap', LDAP_HOST: hostname, LDAP_PORT: port, ...env });
  open.push(adapter);
  if (adapter.kind !== 'password') {
    throw new Error('not an adapter with a form');
  }
  return adapter.authenticate({ username, password }, (step) => steps.push(step));
}

describe('the ldap adapter reaches a directory', () => {
  it('by StartTLS, with the CA it is given', async () => {
    const env = { LDAP_HOST: 'localhost', LDAP_TLS: 'starttls', LDAP_CA_FILE: directory.caFile };
    expect(await signIn('user01', { env })).toMatchObject({ ok: true });
    await expect(signIn('user01', { env: { ...env, LDAP_CA_FILE: '' } })).rejects.toMatchObject({
      code: 'misconfigured',
      detail: 'certificate-untrusted',
    });
  });

  it('by LDAPS, with the CA it is given', async () => {
    const steps: Step[] = [];
    const { port } = new URL(directory.ldapsUrl);
    const env = { LDAP_HOST: 'localhost', LDAP_TLS: 'ldaps', LDAP_PORT: port, LDAP_CA_FILE: directory.caFile };
    expect(await signIn('user01', { env, steps })).toMatchObject({ ok: true });
    expect(steps).toContainEqual(expect.objectContaining({ kind: 'connect', url: `ldaps://localhost:${port}` }));
  });

  it('by the second host when the first is not there', async () => {
    const { host } = new URL(directory.url);
    expect(await signIn('user01', { env: { LDAP_HOST: `127.0.0.1:1, ${host}` } })).toMatchObject({ ok: true });
  });

  it('as a service account, where one is given', async () => {
    const steps: Step[] = [];
    const dn = 'cn=reader,ou=services,dc=example,dc=org';
    const env = { LDAP_BIND_DN: dn, LDAP_BIND_PASSWORD: 'reader-password' };
    expect(await signIn('user01', { env, steps })).toMatchObject({ ok: true });
    expect(steps).toContainEqual(expect.objectContaining({ kind: 'bind', purpose: 'service', dn, outcome: 'ok' }));
  });

  it('over connections that stay open: none is opened and the service account binds no more after the first sign-ins', async () => {
    const { hostname, port } = new URL(directory.url);
    const proxy = await startLdapProxy({ target: { host: hostname, port: Number(port) } });
    try {
      const adapter = createAuthAdapter({
        LDAP_HOST: '127.0.0.1',
        LDAP_PORT: String(proxy.port),
        LDAP_BIND_DN: 'cn=reader,ou=services,dc=example,dc=org',
        LDAP_BIND_PASSWORD: 'reader-password',
      });
      open.push(adapter);
      if (adapter.kind !== 'password') {
        throw new Error('not an adapter with a form');
      }
      for (let round = 0; round < 5; round++) {
        await adapter.authenticate({ username: 'user01', password: 'password1' });
      }
      proxy.reset();
      for (let round = 0; round < 20; round++) {
        expect(await adapter.authenticate({ username: 'user01', password: 'password1' })).toMatchObject({ ok: true });
      }
      expect(proxy.counts()).toMatchObject({
        connections: 0,
        binds: { 'cn=user01,ou=users,dc=example,dc=org': 20 },
      });
      expect(Object.keys(proxy.counts().binds)).toHaveLength(1);
    } finally {
      await proxy.close();
    }
  });
});

describe('the ldap adapter makes an identity', () => {
  it.each<[string, string, object]>([
    ['of an entry without uid', 'no-uid', { username: 'no-uid', email: 'no-uid@example.com' }],
    ['of an entry two levels down', 'deep', { dn: 'cn=deep,ou=team,ou=users,dc=example,dc=org' }],
    [
      'of an entry with three addresses',
      'third@example.com',
      { username: 'attributes', email: 'attributes@example.com' },
    ],
    ['whatever the case of what was typed', 'mixed.case@EXAMPLE.com', { username: 'MixedCase' }],
    ['with the group that names the person by uniqueMember', 'unique', { groups: expect.arrayContaining(['unique']) }],
    ['with a group of a thousand', 'crowd-member', { groups: ['crowd'] }],
  ])('%s', async (_, username, identity) => {
    expect(await signIn(username)).toMatchObject({ ok: true, identity });
  });

  it('without an address where the entry has none', async () => {
    const result = await signIn('no-mail');
    expect(result.ok && Object.keys(result.identity).sort()).toEqual([
      'displayName',
      'dn',
      'groups',
      'mode',
      'username',
    ]);
  });

  it('with the groups around its groups only where that is asked for, and ends where they go round', async () => {
    const env = { LDAP_NESTED_GROUPS: 'true' };
    expect(await signIn('nested')).toMatchObject({ identity: { groups: ['inner'] } });
    expect(await signIn('nested', { env })).toMatchObject({ identity: { groups: ['inner', 'middle', 'outer'] } });
    expect(await signIn('cyclist', { env })).toMatchObject({ identity: { groups: ['cycle-a', 'cycle-b'] } });
  });

  it('by the filters of another directory, where they are given', async () => {
    const env = {
      LDAP_USER_FILTER: '(&(objectClass=inetOrgPerson)(uid={{username}}))',
      LDAP_GROUP_FILTER: '(member={{dn}})',
    };
    expect(await signIn('crowd-member', { env })).toMatchObject({ ok: true, identity: { groups: ['crowd'] } });
    expect(await signIn('user01', { env })).toMatchObject({ ok: true, identity: { groups: [] } });
    expect(await signIn('user01@example.com', { env })).toMatchObject({ ok: false });
    const posix = { LDAP_GROUP_FILTER: '(&(objectClass=posixGroup)(memberUid={{username}}))' };
    expect(await signIn('unique', { env: posix })).toMatchObject({ ok: true, identity: { groups: ['plain-names'] } });
  });

  it('only of people below the user base', async () => {
    expect(await signIn('clash', { password: 'password2' })).toEqual({ ok: false, reason: 'invalid-credentials' });
    expect(await signIn('clash')).toMatchObject({ ok: true });
  });
});

describe('the ldap adapter tells apart', () => {
  it('a password that ran out, and one that has sign-ins left', async () => {
    expect(await signIn('expired')).toMatchObject({ ok: false, reason: 'password-expired' });
    expect(await signIn('grace')).toMatchObject({ ok: true });
  });

  it('an account that three wrong guesses have just locked', async () => {
    for (const password of ['guess1', 'guess2', 'guess3']) {
      expect(await signIn('guessed', { password })).toMatchObject({ ok: false, reason: 'invalid-credentials' });
    }
    expect(await signIn('guessed')).toMatchObject({ ok: false, reason: 'locked' });
  });

  it('an entry without a password from nothing: both are the same refusal', async () => {
    expect(await signIn('no-password')).toEqual({ ok: false, reason: 'invalid-credentials' });
  });

  it('groups that the directory cut short', async () => {
    await expect(signIn('user02', { password: 'password2' })).rejects.toMatchObject({ code: 'size-limit' });
  });
});
