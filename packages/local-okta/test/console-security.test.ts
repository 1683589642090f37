import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import type { LocalOkta } from '../src/local-okta.ts';
import {
  ADMIN,
  type Answer,
  call,
  createCleanup,
  outcomeOf,
  startAgent,
  startOkta,
  startOpenLdap,
  untilReady,
} from './agents-fixture.ts';
import { ConsoleVisitor } from './console-visitor.ts';

const BASE = 'dc=local,dc=okta,dc=com';
const SETS = '/admin/access/resource-sets';
const ROLES = '/admin/access/roles';
const ADMINS = '/admin/access/admins';
const TOKENS = '/admin/access/api/tokens';
const DELEGATION = '/admin/access/delegated-auth';

const cleanup = createCleanup();
let okta: LocalOkta;
let visitor: ConsoleVisitor;

async function visit(options: Parameters<typeof startOkta>[1] = {}): Promise<void> {
  okta = await startOkta(cleanup, { setup: 'manual', ldapBindLimit: false, ...options });
  visitor = new ConsoleVisitor(okta);
  await visitor.signIn(ADMIN.login, ADMIN.password);
}
afterEach(() => cleanup.run());

async function groupsSeenBy(login: string, password: string): Promise<string[]> {
  const ca = await (await fetch(`${okta.urls.okta}/local/ldap-interface/ca.pem`)).text();
  const client = new Client({ url: okta.urls.ldaps ?? '', tlsOptions: { ca }, timeout: 10_000 });
  try {
    await client.bind(`uid=${login},${BASE}`, password);
    const { searchEntries } = await client.search(`ou=groups,${BASE}`, { filter: '(objectClass=groupOfUniqueNames)' });
    return searchEntries.map(({ cn }) => String(cn));
  } finally {
    await client.unbind();
  }
}

describe('Administrators', () => {
  beforeEach(() => visit());

  it('gives the tutorial’s service user its role, by the tutorial’s walk', async () => {
    await call(okta, 'PUT', '/local/ldap-interface', { enabled: true, groups: 'all' });
    const login = 'ldap-user@example.com';
    await call(okta, 'POST', '/api/v1/users', {
      profile: { login, email: login, firstName: 'LDAP', lastName: 'User' },
      credentials: { password: { value: 'Service-user-1' } },
    });
    expect(await groupsSeenBy('ldap-user', 'Service-user-1')).toEqual([]);

    await visitor.open(`${SETS}/create`);
    await visitor.submit(`${SETS}/create`, { label: 'Users & Groups', resources: ['users', 'groups'] });
    expect(visitor.seen.text).toContain('Users & Groups Users & Groups All users, All groups');
    await visitor.open(`${ROLES}/create`);
    const permissions = ['okta.users.read', 'okta.groups.read'];
    await visitor.submit(`${ROLES}/create`, {
      label: 'groups-user-reader',
      description: 'Groups Users Reader',
      permissions,
    });
    expect(visitor.seen.text).toContain(
      'groups-user-reader Groups Users Reader View users and their details View groups and their details',
    );
    const idIn = (html: string, name: string) => new RegExp(`value="(\\w+)" >${name}<`).exec(html)?.[1] ?? '';
    const { html } = await visitor.open(`${ADMINS}/add`);
    const role = idIn(html, 'groups-user-reader');
    const resourceSet = idIn(html, 'Users &#38; Groups');
    await visitor.submit(`${ADMINS}/add`, { person: login, role, resourceSet });
    expect(visitor.seen.text).toContain('LDAP User is an administrator now.');
    expect(visitor.seen.text).toContain('ldap-user@example.com groups-user-reader Users & Groups Remove');
    expect(await groupsSeenBy('ldap-user', 'Service-user-1')).toEqual(['Everyone']);

    await visitor.submit(`${ADMINS}/revoke`);
    expect(visitor.seen.text).toContain('LDAP User has lost the role.');
    expect(await groupsSeenBy('ldap-user', 'Service-user-1')).toEqual([]);
    const { body } = await call(okta, 'GET', '/api/v1/logs?limit=1000');
    expect(body.map(({ eventType }: { eventType: string }) => eventType)).toEqual(
      expect.arrayContaining([
        'iam.resourceset.create',
        'iam.role.create',
        'user.account.privilege.grant',
        'user.account.privilege.revoke',
      ]),
    );
  });

  it('says everything that is wrong with an assignment, a role and a set, and keeps what was typed', async () => {
    await visitor.open(`${ADMINS}/add`);
    expect((await visitor.submit(`${ADMINS}/add`, { person: 'nobody<b>', role: '' })).text).toMatch(
      /Admin: there is nobody, or more than one person, named “nobody<b>” Role: choose one/,
    );
    expect(visitor.seen.html).not.toContain('<b>');
    await visitor.submit(`${ADMINS}/add`, { person: 'admin', role: 'SUPER_ADMIN', resourceSet: 'iam0' });
    expect(visitor.seen.text).toContain('Resource set: a Super Administrator has none');
    await visitor.open(`${ROLES}/create`);
    const wrong = await visitor.submit(`${ROLES}/create`, {
      label: ' ',
      description: 'kept',
      permissions: ['okta.apps.read'],
    });
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringMatching(/name: must not be empty .*at least one/)]);
    expect(wrong.html).toContain('value="kept"');
    await visitor.open(`${SETS}/create`);
    await visitor.submit(`${SETS}/create`, { label: 'Same', resources: ['users'] });
    await visitor.open(`${SETS}/create`);
    const taken = await visitor.submit(`${SETS}/create`, { label: 'Same', resources: ['groups'] });
    expect(taken.text).toContain('An object with this field already exists');
  });

  it('edits and deletes roles and sets, and takes nobody’s own last role', async () => {
    const { body: role } = await call(okta, 'POST', '/api/v1/iam/roles', {
      label: 'reader',
      description: 'x',
      permissions: ['okta.users.read'],
    });
    await visitor.open(`${ROLES}/${role.id}`);
    await visitor.submit(`${ROLES}/${role.id}`, {
      label: 'reader',
      description: 'y',
      permissions: ['okta.groups.read'],
    });
    const { body } = await call(okta, 'GET', `/api/v1/iam/roles/${role.id}/permissions`);
    expect(body.permissions.map(({ label }: { label: string }) => label)).toEqual(['okta.groups.read']);
    await visitor.open(`${ROLES}/${role.id}/delete`);
    expect((await visitor.submit(`${ROLES}/${role.id}/delete`)).text).toContain('The role reader was deleted.');
    expect((await visitor.open(`${ROLES}/${role.id}`)).status).toBe(404);
    await visitor.open(ADMINS);
    expect(visitor.form(`${ADMINS}/revoke`)).toBeUndefined();
    const me = (await call(okta, 'GET', '/api/v1/users/me')).body;
    const [held] = (await call(okta, 'GET', `/api/v1/users/${me.id}/roles`)).body;
    const csrf = /name="csrf" value="(\w+)"/.exec(visitor.seen.html)?.[1] ?? '';
    await visitor.post(`${ADMINS}/revoke`, { csrf, userId: me.id, assignmentId: held.id });
    expect(visitor.seen.text).toContain('You cannot do this to your own account');
  });
});

describe('API tokens', () => {
  it('are shown once, work, and are revoked', async () => {
    await visit();
    await visitor.open(TOKENS);
    const seen = await visitor.submit(`${TOKENS}/create`, { name: 'Terraform' });
    const token = /<code id="token">([\w-]+)<\/code>/.exec(seen.html)?.[1] ?? '';
    const ask = async () =>
      (await fetch(`${okta.urls.okta}/api/v1/users`, { headers: { authorization: `SSWS ${token}` } })).status;
    expect(await ask()).toBe(200);
    const { html, text } = await visitor.open(TOKENS);
    expect(text).toContain('Terraform Local Administrator admin@example.com');
    expect(html).not.toContain(token);
    const id = /name="id" value="(\w+)"><button[^>]*>Revoke<span class="unseen"> the token Terraform/.exec(html)?.[1];
    await visitor.submit(`${TOKENS}/revoke`, { id: id ?? '' });
    expect(await ask()).toBe(401);
  });
});

describe('Delegated Authentication', () => {
  const stateOf = async (): Promise<Answer['body']> => (await call(okta, 'GET', '/local/cut-over')).body;

  it('says beforehand who could sign in and how, and switches off and on', async () => {
    const directory = await startOpenLdap(cleanup);
    await visit({ setup: 'auto' });
    startAgent(cleanup, okta, directory);
    await untilReady(okta);
    await visitor.open(DELEGATION);
    expect(visitor.seen.text).toContain('Delegated authentication to LDAP: Enabled');
    expect(visitor.seen.text).toContain('The directory judges their password 3 0 0');
    expect(visitor.seen.text).toMatch(/A link by which they set a password 0 3 0 No way: locked out 0 0 3/);
    expect(visitor.seen.text).toContain('Without resets these people could not sign in: 3 user01@example.com');

    await visitor.submit(`${DELEGATION}/off`, { passwords: 'keep' });
    expect(visitor.seen.text).toMatch(/Not done\. 3 people who can sign in now could not any more.*checking the box/);
    expect((await stateOf()).delegatedAuthentication).toBe(true);

    await visitor.submit(`${DELEGATION}/off`, { passwords: 'reset' });
    expect(visitor.seen.text).toContain('Okta judges every password.');
    expect(await stateOf()).toMatchObject({ delegatedAuthentication: false, now: { link: 3, nobody: 0 } });
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('invalid');

    await visitor.submit(`${DELEGATION}/on`);
    expect(visitor.seen.text).toContain('Delegated authentication to LDAP: Enabled');
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('ok');
    await visitor.submit(`${DELEGATION}/off`, { passwords: 'keep', resetTheRest: 'on' });
    expect(await stateOf()).toMatchObject({ delegatedAuthentication: false, now: { link: 3 } });
  }, 60_000);

  it('is not offered before there is a directory', async () => {
    await visit();
    await visitor.open(DELEGATION);
    expect(visitor.seen.text).toContain('The LDAP integration is not configured yet');
    expect(visitor.form(`${DELEGATION}/off`)).toBeUndefined();
  });
});
