import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import okta from '@okta/okta-sdk-nodejs';
import type { LocalOkta } from '../src/local-okta.ts';
import { API_TOKEN, call, startLocalOkta, testClock } from './local-okta-fixture.ts';

describe("Okta's own SDK for Node", () => {
  let localOkta: LocalOkta;
  let client: InstanceType<typeof okta.Client>;

  beforeAll(async () => {
    localOkta = await startLocalOkta();
    const configuration = {
      orgUrl: localOkta.urls.okta ?? '',
      token: API_TOKEN,
      // The SDK asks for https; Local Okta speaks http on loopback. Its types do not know the switch.
      testing: { disableHttpsCheck: true },
    };
    client = new okta.Client(configuration);
  });
  afterAll(() => localOkta.close());

  const profile = (login: string) => ({ login, email: login, firstName: 'Ursula', lastName: 'Vernon' });

  async function collect<Item>(collection: AsyncIterable<Item | null>): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of collection) if (item !== null) items.push(item);
    return items;
  }

  it('creates, updates, suspends, deactivates and deletes a user', async () => {
    const user = await client.userApi.createUser({
      body: { profile: profile('sdk@example.com'), credentials: { password: { value: 'Correct-Horse-9' } } },
      activate: true,
    });
    expect(user.status).toBe('ACTIVE');
    expect(user.id).toMatch(/^00u[0-9A-Za-z]{17}$/);
    const userId = String(user.id);

    const updated = await client.userApi.updateUser({ userId, user: { profile: { lastName: 'Le Guin' } } });
    expect(updated.profile).toMatchObject({ firstName: 'Ursula', lastName: 'Le Guin' });

    await client.userApi.suspendUser({ userId });
    expect((await client.userApi.getUser({ userId })).status).toBe('SUSPENDED');
    await client.userApi.unsuspendUser({ userId });
    await client.userApi.deactivateUser({ userId });
    expect((await client.userApi.getUser({ userId })).status).toBe('DEPROVISIONED');
    await client.userApi.activateUser({ userId, sendEmail: false });
    expect((await client.userApi.getUser({ userId })).status).toBe('PROVISIONED');
    await client.userApi.deactivateUser({ userId });
    await client.userApi.deleteUser({ userId });
    await expect(client.userApi.getUser({ userId })).rejects.toMatchObject({ status: 404, errorCode: 'E0000007' });
  });

  it('lists users over several pages', async () => {
    for (let number = 1; number <= 7; number += 1) {
      await client.userApi.createUser({ body: { profile: profile(`page${number}@example.com`) }, activate: false });
    }
    const found = await collect(await client.userApi.listUsers({ search: 'profile.login sw "page"', limit: 3 }));
    expect(found.map((user) => user.profile?.login)).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((number) => `page${number}@example.com`),
    );
  });

  it('creates a group, fills it, reads its members and deletes it', async () => {
    const group = await client.groupApi.createGroup({
      group: { profile: { name: 'Readers', description: 'of books' } },
    });
    const groupId = String(group.id);
    const user = await client.userApi.createUser({ body: { profile: profile('reader@example.com') } });
    await client.groupApi.assignUserToGroup({ groupId, userId: String(user.id) });
    const members = await collect(await client.groupApi.listGroupUsers({ groupId }));
    expect(members.map(({ id }) => id)).toEqual([user.id]);
    const groups = await collect(await client.userApi.listUserGroups({ userId: String(user.id) }));
    expect(groups.map((entry) => entry.profile?.name)).toEqual(['Everyone', 'Readers']);
    const renamed = await client.groupApi.replaceGroup({ groupId, group: { profile: { name: 'Re-readers' } } });
    expect(renamed.profile?.name).toBe('Re-readers');
    await client.groupApi.unassignUserFromGroup({ groupId, userId: String(user.id) });
    expect(await collect(await client.groupApi.listGroupUsers({ groupId }))).toEqual([]);
    await client.groupApi.deleteGroup({ groupId });
    await expect(client.groupApi.getGroup({ groupId })).rejects.toMatchObject({ status: 404 });
  });

  it('makes an app, a role and a resource set, assigns them, and takes them away', async () => {
    const userId = String((await client.userApi.createUser({ body: { profile: profile('assigned@example.com') } })).id);
    const groupId = String((await client.groupApi.createGroup({ group: { profile: { name: 'Assigned' } } })).id);
    const oauthClient = {
      redirect_uris: ['http://localhost:8080/authorization-code/callback'],
      response_types: ['code' as const],
      grant_types: ['authorization_code' as const],
      application_type: 'web' as const,
    };
    const application = {
      name: 'oidc_client',
      label: 'By the SDK',
      signOnMode: 'OPENID_CONNECT' as const,
      credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' as const } },
      settings: { oauthClient },
    };
    const appId = String((await client.applicationApi.createApplication({ application })).id);
    await client.applicationApi.assignUserToApplication({ appId, appUser: { id: userId, scope: 'USER' } });
    await client.applicationApi.assignGroupToApplication({ appId, groupId, applicationGroupAssignment: {} });
    const ids = async (collection: AsyncIterable<{ id?: string } | null>) =>
      (await collect(collection)).map(({ id }) => id);
    expect(await ids(await client.applicationApi.listApplicationUsers({ appId }))).toEqual([userId]);
    expect(await ids(await client.applicationApi.listApplicationGroupAssignments({ appId }))).toEqual([groupId]);
    expect(await ids(await client.groupApi.listAssignedApplicationsForGroup({ groupId }))).toEqual([appId]);
    await client.applicationApi.unassignApplicationFromGroup({ appId, groupId });
    await client.applicationApi.unassignUserFromApplication({ appId, userId });
    await client.applicationApi.deactivateApplication({ appId });
    await client.applicationApi.deleteApplication({ appId });

    const role = await client.customRoleApi.createRole({
      instance: { label: 'sdk-reader', description: 'Reads', permissions: ['okta.users.read', 'okta.groups.read'] },
    });
    const resources = ['users', 'groups'].map((kind) => `${localOkta.urls.okta}/api/v1/${kind}`);
    const set = await client.resourceSetApi.createResourceSet({
      instance: { label: 'sdk-all', description: 'Everything', resources },
    });
    const assignRoleRequest = { type: 'CUSTOM' as const, role: String(role.id), resource_set: String(set.id) };
    await client.roleAssignmentApi.assignRoleToUser({ userId, assignRoleRequest });
    await expect(client.roleAssignmentApi.assignRoleToUser({ userId, assignRoleRequest })).rejects.toMatchObject({
      status: 409,
      errorCode: 'E0000090',
    });
    const [held, ...more] = await collect(await client.roleAssignmentApi.listAssignedRolesForUser({ userId }));
    expect([held, more]).toEqual([expect.objectContaining({ type: 'CUSTOM', label: 'sdk-reader' }), []]);
    await client.roleAssignmentApi.unassignRoleFromUser({ userId, roleId: String(held?.id) });
    await client.customRoleApi.deleteRole({ roleIdOrLabel: 'sdk-reader' });
    await client.resourceSetApi.deleteResourceSet({ resourceSetId: 'sdk-all' });
    expect(await collect(await client.roleAssignmentApi.listAssignedRolesForUser({ userId }))).toEqual([]);
  });

  it('waits at the rate limit until the minute is over, and goes on', async () => {
    // The minute ends about now for the SDK, which reckons with the time of the answers, and once it waits for Local Okta.
    const clock = testClock(new Date(Date.now() - 60_000).toISOString());
    const limited = await startLocalOkta({ clock });
    try {
      const requestExecutor = new okta.DefaultRequestExecutor({ maxRetries: 1, requestTimeout: 0 });
      let waited = 0;
      requestExecutor.on('backoff', () => {
        waited += 1;
        clock.advance(60_000);
      });
      const orgUrl = limited.urls.okta ?? '';
      const patient = new okta.Client({
        ...{ orgUrl, token: API_TOKEN, testing: { disableHttpsCheck: true } },
        requestExecutor,
      });
      await Promise.all(Array.from({ length: 120 }, () => call(limited, 'GET', '/api/v1/logs?limit=1')));
      const events = await collect(
        await patient.systemLogApi.listLogEvents({ limit: 1, until: '2100-01-01T00:00:00Z' }),
      );
      expect([waited, events]).toEqual([1, []]);
    } finally {
      await limited.close();
    }
  });

  it('reads agent pools and the System Log', async () => {
    expect(Array.isArray(await collect(await client.agentPoolsApi.listAgentPools({})))).toBe(true);
    const user = await client.userApi.createUser({ body: { profile: profile('logged@example.com') }, activate: false });
    const events = await collect(
      await client.systemLogApi.listLogEvents({ filter: `target.id eq "${user.id}"`, limit: 1 }),
    );
    expect(events.map(({ eventType }) => eventType)).toEqual(['user.lifecycle.create']);
    expect(events[0]?.actor?.alternateId).toBe('admin@example.com');
  });
});
