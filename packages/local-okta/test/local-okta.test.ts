import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SettingsError } from '../src/config.ts';
import type { Permission } from '../src/directory/admin-roles.ts';
import type { Directory } from '../src/directory/directory.ts';
import { reachesBeyondThisComputer } from '../src/http/reach.ts';
import { createLocalOkta } from '../src/local-okta.ts';
import { ADMIN_PASSWORD, API_TOKEN, call, prepareData, startLocalOkta } from './local-okta-fixture.ts';

/** A user with sight of users only, or with these permissions, and a token in their name. */
async function tokenOfReader(
  { users, adminRoles, apiTokens }: Directory,
  permissions: readonly Permission[] = ['okta.users.read'],
): Promise<string> {
  const profile = { login: 'reader@example.com', email: 'reader@example.com', firstName: 'R', lastName: 'E' };
  const { id } = await users.create({ profile, password: 'Correct-Horse-9' });
  const role = adminRoles.saveRole({ label: 'reader', description: '', permissions });
  const set = adminRoles.saveResourceSet({ label: 'all', description: '', resources: ['users', 'groups'] });
  adminRoles.assign(id, role.id, set.id);
  return apiTokens.create({ name: 'reader', userId: id }).value;
}

describe('Local Okta', () => {
  it('starts with an administrator, the group Everyone and the LDAP base of its org', async () => {
    const okta = await startLocalOkta();
    try {
      expect(okta.urls.okta).toMatch(/^http:\/\/localhost:\d+$/);
      expect(okta.ldapBase).toBe('dc=local,dc=okta,dc=com');
      expect(okta.admin).toEqual({ login: 'admin@example.com', password: ADMIN_PASSWORD, apiToken: API_TOKEN });
      const { body } = await call(okta, 'GET', '/api/v1/groups');
      expect(body.map((group: { profile: { name: string } }) => group.profile.name)).toContain('Everyone');
    } finally {
      await okta.close();
    }
  });

  it('warns of other computers where it listens for them, and not in a container, whose ports others publish', () => {
    const outside = (): boolean => false;
    expect(
      ['127.0.0.1', 'localhost', '::1', '0.0.0.0', '192.0.2.1'].map((host) => reachesBeyondThisComputer(host, outside)),
    ).toEqual([false, false, false, true, true]);
    for (const mark of ['/.dockerenv', '/run/.containerenv']) {
      expect(reachesBeyondThisComputer('0.0.0.0', (file) => file === mark)).toBe(false);
    }
  });

  it('brings the seed back on reset, by function and by its local control, and the token still works', async () => {
    const okta = await startLocalOkta();
    try {
      const profile = { login: 'extra@example.com', email: 'extra@example.com', firstName: 'E', lastName: 'X' };
      const users = async () => (await call(okta, 'GET', '/api/v1/users')).body.length;
      const seeded = await users();
      await call(okta, 'POST', '/api/v1/users', { profile });
      expect(await users()).toBe(seeded + 1);
      await okta.reset();
      expect(await users()).toBe(seeded);
      await call(okta, 'POST', '/api/v1/users', { profile });
      expect((await call(okta, 'POST', '/local/reset')).status).toBe(204);
      expect(await users()).toBe(seeded);
      expect(
        (await call(okta, 'GET', '/api/v1/logs?limit=1000')).body.filter(
          (event: { eventType: string }) => event.eventType === 'user.lifecycle.create',
        ),
      ).toEqual([]);
    } finally {
      await okta.close();
    }
  });

  it('lets only administrators use the local controls, and others read and change what their role allows', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'local-okta-'));
    await (await startLocalOkta({ dataDir })).close();
    let token = '';
    await prepareData(dataDir, async (directory) => {
      token = await tokenOfReader(directory);
    });
    const okta = await startLocalOkta({ dataDir });
    try {
      const asReader = async (method: string, path: string, body?: unknown) =>
        (await call(okta, method, path, body, { authorization: `SSWS ${token}` })).status;
      expect(await asReader('POST', '/local/reset')).toBe(403);
      expect(await asReader('GET', '/api/v1/users')).toBe(200);
      expect(await asReader('GET', '/api/v1/groups')).toBe(403);
      expect(await asReader('GET', '/api/v1/users/me')).toBe(200);
      expect(await asReader('DELETE', '/api/v1/users/admin')).toBe(403);
      await call(okta, 'POST', '/api/v1/users/reader/lifecycle/suspend');
      expect(await asReader('GET', '/api/v1/users')).toBe(401);
    } finally {
      await okta.close();
      rmSync(dataDir, { recursive: true });
    }
  });

  it('keeps whoever manages people from becoming an administrator by way of one', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'local-okta-'));
    await (await startLocalOkta({ dataDir })).close();
    let token = '';
    await prepareData(dataDir, async (directory) => {
      token = await tokenOfReader(directory, ['okta.users.read', 'okta.users.manage']);
    });
    const okta = await startLocalOkta({ dataDir });
    const asManager = async (method: string, path: string, body?: unknown) =>
      (await call(okta, method, path, body, { authorization: `SSWS ${token}` })).status;
    try {
      const profile = { login: 'user01@example.com', email: 'user01@example.com', firstName: 'U', lastName: 'B' };
      expect(await asManager('POST', '/api/v1/users', { profile })).toBe(200);
      const password = { credentials: { password: { value: 'Taken-Over-9' } } };
      const old = { oldPassword: { value: ADMIN_PASSWORD }, newPassword: { value: 'Taken-Over-9' } };
      for (const [method, path, body] of [
        ['POST', '', password],
        ['PUT', '', { profile, ...password }],
        ['POST', '/lifecycle/reset_password?sendEmail=false', undefined],
        ['POST', '/lifecycle/expire_password?tempPassword=true', undefined],
        ['POST', '/credentials/change_password', old],
        ['POST', '/lifecycle/deactivate', undefined],
        ['POST', '/roles', { type: 'SUPER_ADMIN' }],
        ['DELETE', '', undefined],
      ] as const) {
        expect([path, await asManager(method, `/api/v1/users/admin${path}`, body)]).toEqual([path, 403]);
      }
      expect(await asManager('POST', '/api/v1/users/user01', password)).toBe(200);
      expect(await asManager('POST', '/api/v1/users/me', { profile: { lastName: 'Manager' } })).toBe(200);
    } finally {
      await okta.close();
      rmSync(dataDir, { recursive: true });
    }
  });

  it('runs twice beside itself, each with its own data', async () => {
    const [one, two] = await Promise.all([startLocalOkta(), startLocalOkta()]);
    try {
      await call(one, 'POST', '/api/v1/groups', { profile: { name: 'Only here' } });
      const { body } = await call(two, 'GET', '/api/v1/groups?q=only');
      expect(body).toEqual([]);
    } finally {
      await Promise.all([one.close(), two.close()]);
    }
  });

  it('lets the administrator of its settings in at every start, whatever was done to them', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'local-okta-'));
    try {
      for (const operation of ['deactivate', 'suspend', 'lock_out', 'expire_password'] as const) {
        const before = await startLocalOkta({ dataDir });
        expect((await call(before, 'GET', '/api/v1/users/me')).body.status).toBe('ACTIVE');
        await before.close();
        await prepareData(dataDir, ({ users }) => {
          users.transition(users.findByLogin('admin@example.com')?.id ?? '', operation);
        });
      }
      const after = await startLocalOkta({ dataDir });
      const { body } = await call(after, 'GET', '/api/v1/users/me');
      expect([body.status, body.credentials.password]).toEqual(['ACTIVE', {}]);
      await after.close();
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  });

  it('names every setting that is wrong', async () => {
    const settings = { memory: true, dataDir: 'x', port: 70_000, org: 'Über', admin: { login: 'admin' } };
    const error = await createLocalOkta(settings).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SettingsError);
    expect((error as SettingsError).problems.map(({ setting }) => setting)).toEqual(['port', 'org', 'admin.login']);
    await expect(createLocalOkta({})).rejects.toMatchObject({ problems: [{ setting: 'dataDir' }] });
  });

  it('leaves nothing open after a start that failed', async () => {
    const okta = await startLocalOkta();
    const port = Number(new URL(okta.urls.okta ?? '').port);
    await expect(startLocalOkta({ port })).rejects.toMatchObject({ code: 'port-in-use' });
    await okta.close();
    const again = await startLocalOkta({ port });
    await again.close();
  });
});
