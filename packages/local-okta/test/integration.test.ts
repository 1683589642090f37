import { afterEach, describe, expect, it } from '@jest/globals';
import { call, createCleanup, startAgent, startOkta, startOpenLdap, until } from './agents-fixture.ts';

interface OktaUser {
  readonly status: string;
  readonly profile: { readonly login: string };
  readonly credentials: { readonly provider: { readonly type: string } };
}

const cleanup = createCleanup();
afterEach(() => cleanup.run());

describe('automatic set-up', () => {
  it('lets the agent in, imports three people and their group, and confirms them', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, {
      ldapIntegrationId: '0oa6qvmxznVl4KFXe5d7',
      ldapServicePassword: 'Service-1',
    });
    startAgent(cleanup, okta, directory);
    await until(async () => (await call(okta, 'GET', '/local/setup')).body.state === 'ready', 'ready');
    const { body: runs } = await call(okta, 'GET', '/local/integration/imports');
    expect(runs[0]).toMatchObject({
      state: 'completed',
      counts: {
        users: { scanned: 3, new: 3, updated: 0, unchanged: 0, removed: 0 },
        groups: { scanned: 1, new: 1, updated: 0, unchanged: 0, removed: 0 },
      },
    });
    const { body: users } = await call(okta, 'GET', '/api/v1/users');
    expect(
      users.map((user: OktaUser) => `${user.profile.login} ${user.status} ${user.credentials.provider.type}`),
    ).toEqual([
      'admin@example.com ACTIVE OKTA',
      'ldap-user@example.com ACTIVE OKTA',
      'user01@example.com ACTIVE LDAP',
      'user02@example.com ACTIVE LDAP',
      'user03@example.com ACTIVE LDAP',
    ]);
  });
});
