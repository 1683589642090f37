import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import type { LocalOkta } from '../src/local-okta.ts';
import { call, startLocalOkta } from './local-okta-fixture.ts';

let okta: LocalOkta;
beforeAll(async () => {
  okta = await startLocalOkta({ rateLimits: false, ldapBindLimit: false });
});
afterAll(() => okta.close());

async function makeUser(login: string): Promise<string> {
  const { body } = await call(okta, 'POST', '/api/v1/users?activate=true', {
    profile: { login, email: login, firstName: 'Some', lastName: 'Body' },
    credentials: { password: { value: 'Summer-Rain-2026' } },
  });
  return body.id;
}

/** How many groups somebody finds through the LDAP Interface. */
async function groupsSeenBy(login: string): Promise<number> {
  const ca = await (await fetch(`${okta.urls.okta}/local/ldap-interface/ca.pem`)).text();
  const client = new Client({ url: okta.urls.ldaps ?? '', tlsOptions: { ca: [ca] } });
  try {
    await client.bind(`uid=${login},${okta.ldapBase}`, 'Summer-Rain-2026');
    return (await client.search(`ou=groups,${okta.ldapBase}`, { filter: '(objectClass=groupOfUniqueNames)' }))
      .searchEntries.length;
  } finally {
    await client.unbind();
  }
}

describe('roles and resource sets by the API', () => {
  it('give the tutorial’s service user sight of users and groups, without a console', async () => {
    const id = await makeUser('ldap-user@example.com');
    await call(okta, 'PUT', '/local/ldap-interface', { enabled: true, groups: 'all' });
    expect(await groupsSeenBy('ldap-user')).toBe(0);
    const { status, body: role } = await call(okta, 'POST', '/api/v1/iam/roles', {
      label: 'groups-user-reader',
      description: 'View users and groups',
      permissions: ['okta.users.read', 'okta.groups.read'],
    });
    expect([status, role.label, Object.keys(role._links)]).toEqual([
      200,
      'groups-user-reader',
      ['permissions', 'self'],
    ]);
    const { body: set } = await call(okta, 'POST', '/api/v1/iam/resource-sets', {
      label: 'Users & Groups',
      description: 'All users and all groups',
      resources: [`${okta.urls.okta}/api/v1/users`, 'orn:okta:directory:00o1n8sbwArJ7OQRw406:groups'],
    });
    const { body: resources } = await call(okta, 'GET', `/api/v1/iam/resource-sets/${set.id}/resources`);
    expect(resources.resources.map(({ orn }: { orn: string }) => orn.split(':').at(-1))).toEqual(['users', 'groups']);
    const made = await call(okta, 'POST', `/api/v1/users/${id}/roles`, {
      type: 'CUSTOM',
      role: role.id,
      'resource-set': set.id,
    });
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({
        type: 'CUSTOM',
        label: 'groups-user-reader',
        status: 'ACTIVE',
        assignmentType: 'USER',
        role: role.id,
        'resource-set': set.id,
      }),
    ]);
    expect(await groupsSeenBy('ldap-user')).toBeGreaterThan(0);
    const again = { type: 'CUSTOM', role: 'groups-user-reader', 'resource-set': set.id };
    expect(await call(okta, 'POST', `/api/v1/users/${id}/roles`, again)).toMatchObject({
      status: 409,
      body: { errorCode: 'E0000090' },
    });
    expect((await call(okta, 'GET', `/api/v1/users/${id}/roles`)).body).toEqual([made.body]);

    await call(okta, 'DELETE', `/api/v1/iam/roles/groups-user-reader/permissions/okta.groups.read`);
    expect(await groupsSeenBy('ldap-user')).toBe(0);
    await call(okta, 'POST', `/api/v1/iam/roles/${role.id}/permissions/okta.groups.read`);
    expect(await groupsSeenBy('ldap-user')).toBeGreaterThan(0);
    expect((await call(okta, 'DELETE', `/api/v1/users/${id}/roles/${made.body.id}`)).status).toBe(204);
    expect(await groupsSeenBy('ldap-user')).toBe(0);
  });

  it('can be listed, renamed, extended and removed', async () => {
    const { body: role } = await call(okta, 'POST', '/api/v1/iam/roles', {
      label: 'reader',
      permissions: ['okta.users.read'],
    });
    const { body: set } = await call(okta, 'POST', '/api/v1/iam/resource-sets', {
      label: 'People',
      resources: ['orn:okta:directory:00o1:users'],
    });
    await call(okta, 'PUT', `/api/v1/iam/roles/${role.id}`, { label: 'looker', description: 'Looks' });
    expect((await call(okta, 'GET', '/api/v1/iam/roles/looker')).body).toMatchObject({ id: role.id });
    const permissions = await call(okta, 'GET', `/api/v1/iam/roles/${role.id}/permissions`);
    expect(permissions.body.permissions[0].label).toBe('okta.users.read');
    const extended = await call(okta, 'PATCH', `/api/v1/iam/resource-sets/${set.id}/resources`, {
      additions: [`${okta.urls.okta}/api/v1/groups`],
    });
    expect(extended.status).toBe(200);
    const { body: two } = await call(okta, 'GET', `/api/v1/iam/resource-sets/People/resources`);
    expect(two.resources).toHaveLength(2);
    const path = `/api/v1/iam/resource-sets/${set.id}/resources/${two.resources[0].id}`;
    expect((await call(okta, 'DELETE', path)).status).toBe(204);
    expect((await call(okta, 'DELETE', path)).status).toBe(404);
    for (const [kind, id] of [
      ['roles', role.id],
      ['resource-sets', set.id],
    ]) {
      const { body } = await call(okta, 'GET', `/api/v1/iam/${kind}`);
      expect(body[kind].map((item: { id: string }) => item.id)).toContain(id);
      expect((await call(okta, 'DELETE', `/api/v1/iam/${kind}/${id}`)).status).toBe(204);
      expect((await call(okta, 'GET', `/api/v1/iam/${kind}/${id}`)).status).toBe(404);
    }
  });

  it.each([
    ['/api/v1/iam/roles', { label: 'x' }, 'permissions'],
    ['/api/v1/iam/roles', { label: '', permissions: ['okta.users.read'] }, 'label'],
    ['/api/v1/iam/roles', { label: 'x', permissions: ['okta.everything'] }, 'permissions.0'],
    [
      '/api/v1/iam/resource-sets',
      { label: 'x', resources: ['https://evil.example/api/v1/groups/00g1'] },
      'resources.0',
    ],
    ['/api/v1/iam/resource-sets', { label: 'x', resources: [] }, 'resources'],
    ['/api/v1/users/me/roles', { type: 'ORG_ADMIN' }, 'type'],
    ['/api/v1/users/me/roles', { type: 'CUSTOM', role: 'none', 'resource-set': 'none' }, 'role'],
    ['/api/v1/users/me/roles', { type: 'CUSTOM' }, 'resource-set'],
  ])('%s refuses %j and names %s', async (path, body, field) => {
    const answer = await call(okta, 'POST', path, body);
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000001']);
    expect(JSON.stringify(answer.body.errorCauses)).toContain(field);
  });

  it('have labels of their own, and are for super administrators only', async () => {
    const role = { label: 'once', permissions: ['okta.users.read'] };
    expect((await call(okta, 'POST', '/api/v1/iam/roles', role)).status).toBe(200);
    expect((await call(okta, 'POST', '/api/v1/iam/roles', role)).status).toBe(400);
    const { body: mine } = await call(okta, 'GET', '/api/v1/users/me/roles');
    expect(mine[0].type).toBe('SUPER_ADMIN');
    expect((await call(okta, 'DELETE', `/api/v1/users/me/roles/${mine[0].id}`)).status).toBe(400);
    const other = await makeUser('second-admin@example.com');
    const made = await call(okta, 'POST', `/api/v1/users/${other}/roles`, { type: 'SUPER_ADMIN' });
    expect([made.status, made.body.label]).toEqual([201, 'Super Administrator']);
    expect((await call(okta, 'DELETE', `/api/v1/users/${other}/roles/${made.body.id}`)).status).toBe(204);
  });
});
