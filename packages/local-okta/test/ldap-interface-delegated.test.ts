import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LdapAgent } from '@ldap-to-okta/ldap-agent';
import { Client, ResultCodeError } from 'ldapts';
import type { LocalOkta } from '../src/local-okta.ts';
import type { LogEvent } from '../src/system-log/log-event.ts';
import { call, createCleanup, startAgent, startOkta, startOpenLdap, until } from './agents-fixture.ts';

const APP = '0oa6qvmxznVl4KFXe5d7';
const BASE = 'dc=local,dc=okta,dc=com';
const cleanup = createCleanup();
let okta: LocalOkta;
let agent: LdapAgent;
let ca: string;

beforeAll(async () => {
  const directory = await startOpenLdap(cleanup);
  okta = await startOkta(cleanup, {
    ldapIntegrationId: APP,
    ldapServicePassword: 'Service-1',
    ldapBindLimit: false,
  });
  agent = startAgent(cleanup, okta, directory);
  await until(async () => (await call(okta, 'GET', '/local/setup')).body.state === 'ready', 'ready');
  ca = await (await fetch(`${okta.urls.okta}/local/ldap-interface/ca.pem`)).text();
}, 60_000);
afterAll(() => cleanup.run());

async function session(dn: string, password: string): Promise<Client> {
  const client = new Client({ url: okta.urls.ldaps ?? '', tlsOptions: { ca }, timeout: 30_000 });
  cleanup.add(() => client.unbind().catch(() => undefined));
  await client.bind(dn, password);
  return client;
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 0,
    (error: unknown) => (error instanceof ResultCodeError ? error.code : error),
  );

describe('users whose passwords stay in OpenLDAP', () => {
  it.each([['user01'], ['user01@example.com'], ['USER01@example.com']])('bind as %s', async (name) => {
    await session(`uid=${name},ou=users,${BASE}`, 'password1');
  });

  it('are refused with 49 when OpenLDAP refuses them', async () => {
    expect(await codeOf(session(`uid=user01,ou=users,${BASE}`, 'password2'))).toBe(49);
  });

  it('are in the System Log with the bind that the agent made: as whom, where, how long', async () => {
    const since = new Date().toISOString();
    const dn = `uid=user01,ou=users,${BASE}`;
    await session(dn, 'password1');
    expect(await codeOf(session(dn, 'password2'))).toBe(49);
    const { body } = await call(okta, 'GET', `/api/v1/logs?since=${since}`);
    const of = (type: string) => body.filter(({ eventType }: { eventType: string }) => eventType === type);
    const binds = of('system.ldapi.bind');
    const delegated = of('user.authentication.auth_via_LDAP_agent');
    expect(binds.map(({ debugContext }: LogEvent) => debugContext.debugData)).toEqual([
      expect.objectContaining({ dn, durationMs: expect.stringMatching(/^\d+\.\d$/) }),
      expect.objectContaining({ dn }),
    ]);
    expect(delegated.map(({ debugContext }: LogEvent) => debugContext.debugData)).toEqual(
      Array.from({ length: 2 }, () => ({
        directoryDn: 'cn=user01,ou=users,dc=example,dc=org',
        directoryUrl: expect.stringMatching(/^ldaps?:\/\/.+:\d+$/),
        agent: expect.any(String),
        durationMs: expect.stringMatching(/^\d+\.\d$/),
      })),
    );
    // One sign-in, one transaction.
    expect(delegated.map(({ transaction }: LogEvent) => transaction.id)).toEqual(
      binds.map(({ transaction }: LogEvent) => transaction.id),
    );
    expect(JSON.stringify(body)).not.toMatch(/password[12]/);
  });

  it('have the group of the directory one level under the id of the integration', async () => {
    const client = await session(`uid=ldap-user,${BASE}`, 'Service-1');
    const { searchEntries } = await client.search(`cn=${APP},ou=apps,ou=groups,${BASE}`, {
      scope: 'one',
      filter: `(uniqueMember=uid=user01@example.com,ou=users,${BASE})`,
    });
    expect(searchEntries).toEqual([
      expect.objectContaining({
        dn: `cn=allusers,cn=${APP},ou=apps,ou=groups,${BASE}`,
        uniqueMember: ['user01', 'user02', 'user03'].map((name) => `uid=${name}@example.com,ou=users,${BASE}`),
      }),
    ]);
    const level = await client.search(`ou=groups,${BASE}`, { scope: 'one', filter: '(cn=allusers)' });
    expect(level.searchEntries).toEqual([]);
  });

  it('are shown as the org exposes them: Okta groups, app groups, or both', async () => {
    const client = await session(`uid=ldap-user,${BASE}`, 'Service-1');
    const user01 = `uid=user01@example.com,ou=users,${BASE}`;
    const everyone = `cn=Everyone,ou=groups,${BASE}`;
    const allusers = `cn=allusers,cn=${APP},ou=apps,ou=groups,${BASE}`;
    for (const [groups, shown] of [
      ['okta-groups', [everyone]],
      ['app-groups', [allusers]],
      ['all', [everyone, allusers]],
    ] as const) {
      await call(okta, 'PUT', '/local/ldap-interface', { groups });
      const found = await client.search(`ou=groups,${BASE}`, { filter: `(uniqueMember=${user01})` });
      expect(found.searchEntries.map(({ dn }) => dn)).toEqual(shown);
      const own = await client.search(user01, { scope: 'base', attributes: ['memberOf'] });
      expect([own.searchEntries[0]?.memberOf].flat()).toEqual(shown);
    }
  });

  it('hear that the directory is unavailable when no agent is left', async () => {
    await agent.close();
    expect(await codeOf(session(`uid=user01,ou=users,${BASE}`, 'password1'))).toBe(52);
    const filter = encodeURIComponent('eventType eq "user.authentication.auth_via_LDAP_agent"');
    const { body } = await call(okta, 'GET', `/api/v1/logs?limit=1&sortOrder=DESCENDING&filter=${filter}`);
    expect(body[0]).toMatchObject({
      outcome: { result: 'FAILURE', reason: 'AGENT_UNAVAILABLE' },
      debugContext: { debugData: { error: 'agent-unavailable' } },
    });
    const reader = await session(`uid=ldap-user,${BASE}`, 'Service-1');
    expect((await reader.search(BASE, { scope: 'base' })).searchEntries).toHaveLength(1);
  }, 60_000);
});
