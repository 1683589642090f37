import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LdapjsClient, openLdapjsClient } from '@ldap-to-okta/test-directory';
import type { LocalOkta } from '../src/local-okta.ts';
import { call, startLocalOkta, type TestClock, testClock } from './local-okta-fixture.ts';

const BASE = 'dc=local,dc=okta,dc=com';
const READER = `uid=ldap-user,${BASE}`;
const READER_PASSWORD = 'Reader-2026-pw';
const ANNA = `uid=anna@example.com,ou=users,${BASE}`;

// The client that many apps bring with them when they are pointed at the LDAP Interface.
describe('the LDAP Interface by the client of ldapjs 3', () => {
  let okta: LocalOkta;
  let clock: TestClock;
  let ca: string;
  const open: LdapjsClient[] = [];

  beforeAll(async () => {
    clock = testClock(new Date().toISOString());
    okta = await startLocalOkta({ clock, setup: 'auto', ldapServicePassword: READER_PASSWORD });
    ca = await (await fetch(new URL('/local/ldap-interface/ca.pem', okta.urls.okta))).text();
    const members: string[] = [];
    for (const login of ['anna@example.com', 'bert@example.com']) {
      const { body } = await call(okta, 'POST', '/api/v1/users?activate=true', {
        profile: { login, email: 'someone@example.com', firstName: 'Änna', lastName: 'Family' },
        credentials: { password: { value: 'Hr-Person-2026' } },
      });
      members.push(body.id);
    }
    const { body: group } = await call(okta, 'POST', '/api/v1/groups', { profile: { name: 'Sales, North (EU)' } });
    for (const id of members) await call(okta, 'PUT', `/api/v1/groups/${group.id}/users/${id}`);
  });
  afterAll(() => okta.close());
  // A new second: the limit of binds must not reach from one test into the next.
  beforeEach(() => clock.advance(1500));
  afterEach(() => {
    for (const made of open.splice(0)) made.close();
  });

  const client = (url = okta.urls.ldaps ?? ''): LdapjsClient => {
    const made = openLdapjsClient(url, { ca });
    open.push(made);
    return made;
  };
  const reader = async (): Promise<LdapjsClient> => {
    const made = client();
    expect(await made.bind(READER, READER_PASSWORD)).toMatchObject({ code: 0 });
    return made;
  };

  it('binds over LDAPS, as a person too, and is refused with 49', async () => {
    const made = await reader();
    expect(await made.bind(ANNA, 'Hr-Person-2026')).toMatchObject({ code: 0 });
    expect(await made.bind(ANNA, 'wrong')).toMatchObject({ code: 49 });
    expect(await made.bind(`uid=nobody,ou=users,${BASE}`, 'wrong')).toMatchObject({ code: 49 });
  });

  it('binds after StartTLS, and not without', async () => {
    const made = client(okta.urls.ldap);
    expect(await made.bind(READER, READER_PASSWORD)).toMatchObject({ code: 13 });
    const secured = client(okta.urls.ldap);
    await secured.startTls(ca);
    expect(await secured.bind(READER, READER_PASSWORD)).toMatchObject({ code: 0 });
  });

  it('searches only after a bind', async () => {
    expect(await client().search(BASE)).toMatchObject({ code: 50, entries: [] });
    expect(await (await reader()).search(BASE)).toMatchObject({ code: 0, entries: [{ dn: BASE }] });
  });

  it.each([
    ['an equality', '(uid=anna@example.com)'],
    ['a substring', '(uid=anna@*)'],
    ['and, or, not', '(&(objectClass=inetOrgPerson)(|(uid=anna@example.com)(uid=x))(!(uid=y)))'],
    ['an object', { attribute: 'uid', value: 'ANNA@example.com' }],
  ])('finds a person by %s', async (_, filter) => {
    const found = await (await reader()).search(`ou=users,${BASE}`, {
      scope: 'sub',
      filter,
      attributes: ['givenName', 'mail'],
    });
    expect(found.entries).toEqual([{ dn: ANNA, attributes: { givenName: ['Änna'], mail: ['someone@example.com'] } }]);
  });

  it('finds a group with commas and brackets in its name by a member', async () => {
    const found = await (await reader()).search(`ou=groups,${BASE}`, {
      scope: 'sub',
      filter: { attribute: 'uniqueMember', value: ANNA },
      attributes: ['cn'],
    });
    expect(found.entries.map(({ attributes }) => attributes.cn?.[0])).toContain('Sales, North (EU)');
  });

  it('reads users in pages, and stops at a size limit', async () => {
    const made = await reader();
    const everybody = { scope: 'sub', filter: '(objectClass=inetOrgPerson)', attributes: ['uid'] } as const;
    const whole = await made.search(`ou=users,${BASE}`, everybody);
    const paged = await made.search(`ou=users,${BASE}`, { ...everybody, pageSize: 1 });
    expect(whole.entries.length).toBeGreaterThan(1);
    expect(paged.entries.map(({ dn }) => dn)).toEqual(whole.entries.map(({ dn }) => dn));
    const cut = await made.search(`ou=users,${BASE}`, { ...everybody, sizeLimit: 1 });
    expect([cut.code, cut.entries.length]).toEqual([4, 1]);
  });

  it('hears that there is no compare, and goes on', async () => {
    const made = await reader();
    await expect(made.compare(ANNA, 'uid', 'anna@example.com')).rejects.toMatchObject({ code: 53 });
    expect(await made.search(BASE)).toMatchObject({ code: 0 });
  });

  it('goes on after it abandoned a search, and unbinds', async () => {
    const made = await reader();
    const searching = made.search(BASE, { scope: 'sub' }).catch(() => undefined);
    await made.abandon(2);
    expect(await made.search(BASE)).toMatchObject({ code: 0 });
    await made.unbind();
    await searching;
  });
});
