import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '../src/local-okta.ts';
import { call, prepareData, startLocalOkta } from './local-okta-fixture.ts';

describe('apps', () => {
  let dataDir: string;
  let okta: LocalOkta;
  let appId = '';
  let userId = '';

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'local-okta-'));
    await prepareData(dataDir, async ({ apps, groups, users, appUsers }) => {
      const app = apps.create({ name: 'intranet', label: 'Intranet', settings: { secret: 'top-secret-value' } });
      appId = app.id;
      const login = 'user01@example.com';
      const profile = { login, email: login, firstName: 'User1', lastName: 'Bar1' };
      userId = (await users.create({ profile })).id;
      groups.create({ name: 'allusers', source: { appId, externalId: 'g1' }, attributes: { dn: 'cn=allusers' } });
      appUsers.save({ appId, externalId: 'waiting', importState: 'unconfirmed', profile: {} });
    });
    okta = await startLocalOkta({ dataDir });
  });
  afterAll(async () => {
    await okta.close();
    rmSync(dataDir, { recursive: true });
  });

  it('are listed and shown without their settings, which may hold secrets', async () => {
    const list = await call(okta, 'GET', '/api/v1/apps?q=intra');
    expect(list.body).toMatchObject([{ id: appId, name: 'intranet', label: 'Intranet', status: 'ACTIVE' }]);
    const one = await call(okta, 'GET', `/api/v1/apps/${appId}`);
    expect(one.body.id).toMatch(/^0oa[0-9A-Za-z]{17}$/);
    expect(JSON.stringify([list.body, one.body])).not.toContain('top-secret-value');
    expect((await call(okta, 'GET', '/api/v1/apps/0oaNobodyNobodyNobody')).body.errorCode).toBe('E0000007');
  });

  it('have users assigned and taken away, and show no record that still waits to be confirmed', async () => {
    const users = `/api/v1/apps/${appId}/users`;
    expect((await call(okta, 'GET', users)).body).toEqual([]);
    const assigned = await call(okta, 'POST', users, { id: userId, scope: 'USER' });
    expect(assigned.body).toMatchObject({ id: userId, scope: 'USER', status: 'ACTIVE' });
    expect((await call(okta, 'GET', users)).body).toMatchObject([{ id: userId }]);
    expect((await call(okta, 'GET', `${users}/${userId}`)).body.id).toBe(userId);
    expect((await call(okta, 'GET', `/api/v1/users/${userId}/appLinks`)).body).toMatchObject([
      { appInstanceId: appId },
    ]);
    expect((await call(okta, 'DELETE', `${users}/${userId}`)).status).toBe(204);
    expect((await call(okta, 'DELETE', `${users}/${userId}`)).status).toBe(404);
    expect((await call(okta, 'GET', `/api/v1/users/${userId}/appLinks`)).body).toEqual([]);
  });

  it('have groups assigned and taken away, and are found by them, by status and by kind', async () => {
    const { body: group } = await call(okta, 'POST', '/api/v1/groups', { profile: { name: 'Staff' } });
    const groups = `/api/v1/apps/${appId}/groups`;
    const found = async (filter: string) => {
      const { body } = await call(okta, 'GET', `/api/v1/apps?filter=${encodeURIComponent(filter)}`);
      return body.errorCode ?? body.map(({ id }: { id: string }) => id);
    };
    expect((await call(okta, 'GET', groups)).body).toEqual([]);
    expect(await found(`group.id eq "${group.id}"`)).toEqual([]);
    expect((await call(okta, 'PUT', `${groups}/${group.id}`)).body.id).toBe(group.id);
    expect((await call(okta, 'GET', groups)).body).toEqual([{ id: group.id, priority: 0, profile: {} }]);
    expect((await call(okta, 'GET', group._links.apps.href)).body).toMatchObject([{ id: appId, label: 'Intranet' }]);
    for (const filter of [`group.id eq "${group.id}"`, 'status eq "ACTIVE"', 'name eq "intranet"']) {
      expect([filter, await found(filter)]).toEqual([filter, [appId]]);
    }
    expect(await found('status eq "INACTIVE"')).toEqual([]);
    expect(await found('credentials.signing.kid eq "x"')).toBe('E0000031');
    expect((await call(okta, 'DELETE', `${groups}/${group.id}`)).status).toBe(204);
    expect((await call(okta, 'GET', `/api/v1/groups/${group.id}/apps`)).body).toEqual([]);
  });

  it('bring groups that are shown with their source and that the API cannot change', async () => {
    const { body } = await call(okta, 'GET', `/api/v1/groups?filter=${encodeURIComponent('type eq "APP_GROUP"')}`);
    expect(body).toMatchObject([
      { type: 'APP_GROUP', profile: { name: 'allusers', dn: 'cn=allusers' }, source: { id: appId } },
    ]);
    const group = `/api/v1/groups/${body[0].id}`;
    expect((await call(okta, 'PUT', `${group}/users/${userId}`)).body.errorCode).toBe('E0000006');
    expect((await call(okta, 'DELETE', group)).body.errorCode).toBe('E0000006');
    // Okta's own groups may have the same name: app groups are known by their app.
    expect((await call(okta, 'POST', '/api/v1/groups', { profile: { name: 'allusers' } })).status).toBe(200);
  });
});
