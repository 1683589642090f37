import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, ResultCodeError } from 'ldapts';
import type { LocalOkta } from '../src/local-okta.ts';
import { call, startLocalOkta, type TestClock, testClock } from './local-okta-fixture.ts';

const BASE = 'dc=local,dc=okta,dc=com';
const READER = `uid=ldap-user,${BASE}`;
const READER_PASSWORD = 'Reader-2026-pw';
const ANNA_PASSWORD = 'Hr-Person-2026';

let okta: LocalOkta;
let clock: TestClock;
let ca: string;
let folder: string;
let client: Client;

/** A user with a password of Okta's own; her id. */
async function makeUser(login: string, password: string, profile: Record<string, unknown> = {}): Promise<string> {
  const answer = await call(okta, 'POST', '/api/v1/users?activate=true', {
    profile: { login, email: login, firstName: 'Given', lastName: 'Family', ...profile },
    credentials: { password: { value: password } },
  });
  expect(answer.status).toBe(200);
  return answer.body.id;
}

async function makeGroup(name: string, members: readonly string[]): Promise<void> {
  const { body } = await call(okta, 'POST', '/api/v1/groups', { profile: { name, description: `About ${name}` } });
  for (const id of members) await call(okta, 'PUT', `/api/v1/groups/${body.id}/users/${id}`);
}

const bound = async (dn: string, password: string): Promise<Client> => {
  const other = newClient();
  await other.bind(dn, password);
  return other;
};

const clients: Client[] = [];

function newClient(): Client {
  const made = new Client({ url: okta.urls.ldaps ?? '', tlsOptions: { ca }, timeout: 10_000 });
  clients.push(made);
  return made;
}

async function codeOf(work: Promise<unknown>): Promise<{ code: number; message: string }> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof ResultCodeError)) throw new Error(`no LDAP error but ${String(error)}`);
  return { code: error.code, message: error.message };
}

async function dnsOf(work: ReturnType<Client['search']>): Promise<string[]> {
  return (await work).searchEntries.map(({ dn }) => dn);
}

beforeAll(async () => {
  clock = testClock(new Date().toISOString());
  okta = await startLocalOkta({ clock, setup: 'auto', ldapServicePassword: READER_PASSWORD });
  const response = await fetch(new URL('/local/ldap-interface/ca.pem', okta.urls.okta));
  ca = await response.text();
  folder = await mkdtemp(join(tmpdir(), 'ldap-interface-'));
  await writeFile(join(folder, 'ca.pem'), ca);
  const anna = await makeUser('anna@example.com', ANNA_PASSWORD, { displayName: 'Änna (HR)' });
  const odd = await makeUser("o'dd+tag@example.com", 'Strange-2026');
  await makeGroup('Staff', [anna, odd]);
  await makeGroup('Sales, North (EU)', [anna]);
});

afterAll(async () => {
  await okta.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  // A new second: the limit of binds must not reach from one test into the next.
  clock.advance(1500);
});

afterEach(async () => {
  for (const made of clients.splice(0)) await made.unbind().catch(() => undefined);
});

describe('connections', () => {
  it('refuses whatever is not encrypted, before it is looked at', async () => {
    const plain = new Client({ url: okta.urls.ldap ?? '' });
    expect(await codeOf(plain.bind(READER, READER_PASSWORD))).toMatchObject({ code: 13 });
    await plain.unbind().catch(() => undefined);
  });

  it('takes StartTLS on the other port', async () => {
    const other = new Client({ url: okta.urls.ldap ?? '' });
    clients.push(other);
    await other.startTLS({ ca });
    await other.bind(READER, READER_PASSWORD);
    expect(await dnsOf(other.search(BASE, { scope: 'base' }))).toEqual([BASE]);
  });

  it('speaks no TLS older than 1.2', async () => {
    const versionOf = (maxVersion: 'TLSv1.1' | 'TLSv1.2'): Promise<string> =>
      new Promise((resolve) => {
        const port = Number(new URL(okta.urls.ldaps ?? '').port);
        // Security level 0: Node's own OpenSSL would not ask for the old ones otherwise.
        const old = { minVersion: 'TLSv1', maxVersion, ciphers: 'DEFAULT@SECLEVEL=0' } as const;
        const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca, ...old });
        const end = (outcome: string): void => {
          socket.destroy();
          resolve(outcome);
        };
        socket.once('secureConnect', () => end(socket.getProtocol() ?? ''));
        socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
      });
    expect(await versionOf('TLSv1.2')).toBe('TLSv1.2');
    expect(await versionOf('TLSv1.1')).toMatch(/ALERT_PROTOCOL_VERSION/);
  });

  it('outlives bytes that are no LDAP', async () => {
    const port = Number(new URL(okta.urls.ldap ?? '').port);
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end('GET / HTTP/1.1\r\n\r\n'));
      socket
        .on('error', () => undefined)
        .on('close', () => resolve())
        .resume();
    });
    await bound(READER, READER_PASSWORD);
  });
});

describe('bind', () => {
  it.each([
    ['the short name under the base', `uid=ldap-user,${BASE}`],
    ['the short name under ou=users', `uid=ldap-user,ou=users,${BASE}`],
    ['the whole login', `uid=ldap-user@example.com,ou=users,${BASE}`],
    ['another case and spaces', `UID=LDAP-User@Example.com , OU=Users, DC=local,dc=okta,dc=com`],
  ])('takes %s', async (_case, dn) => {
    await bound(dn, READER_PASSWORD);
  });

  it.each([
    ['a wrong password', READER, 'wrong'],
    ['an unknown user', `uid=nobody,${BASE}`, READER_PASSWORD],
    ['a DN outside of the tree', 'uid=ldap-user,dc=example,dc=org', READER_PASSWORD],
    ['no DN at all', 'ldap-user', READER_PASSWORD],
    ['a wildcard', `uid=*,${BASE}`, READER_PASSWORD],
  ])("answers %s with 49 and Okta's words", async (_case, dn, password) => {
    const refused = await codeOf(newClient().bind(dn, password));
    expect(refused.code).toBe(49);
    expect(refused.message).toContain('The credentials provided were invalid.');
  });

  it('counts four binds a second for one user, under whatever name', async () => {
    const whole = `uid=LDAP-User@example.com,ou=users,${BASE}`;
    for (const dn of [READER, whole, READER, whole]) await bound(dn, READER_PASSWORD);
    for (const dn of [READER, whole, `uid=ldap-user,ou=users,${BASE}`]) {
      expect(await codeOf(newClient().bind(dn, READER_PASSWORD))).toMatchObject({ code: 11 });
    }
    await bound(`uid=anna,${BASE}`, ANNA_PASSWORD);
    clock.advance(1000);
    await bound(READER, READER_PASSWORD);
  });

  it('forgets a session after an hour, and takes a new bind on the same connection', async () => {
    const session = await bound(READER, READER_PASSWORD);
    clock.advance(60 * 60_000 + 1);
    expect(await codeOf(session.search(BASE, { scope: 'base' }))).toMatchObject({ code: 50 });
    await session.bind(READER, READER_PASSWORD);
    expect(await dnsOf(session.search(BASE, { scope: 'base' }))).toEqual([BASE]);
  });
});

describe('what is refused', () => {
  it('is anything after a bind that failed, also for its mechanism', async () => {
    for (const again of [
      (session: Client) => session.bind('EXTERNAL'),
      (session: Client) => session.bind(READER, 'wrong'),
      (session: Client) => session.bind(READER, ''),
    ]) {
      const session = await bound(READER, READER_PASSWORD);
      await expect(again(session)).rejects.toBeInstanceOf(ResultCodeError);
      expect(await codeOf(session.search(BASE, { scope: 'base' }))).toMatchObject({ code: 50 });
      clock.advance(1000);
    }
  });

  it('is a compare or a change without a bind, as any anonymous operation', async () => {
    const dn = `uid=anna@example.com,ou=users,${BASE}`;
    expect(await codeOf(newClient().compare(dn, 'uid', 'anna@example.com'))).toMatchObject({ code: 50 });
    expect(await codeOf(newClient().del(dn))).toMatchObject({ code: 50 });
  });

  it('answers nothing to somebody who has not bound, the root DSE included', async () => {
    for (const base of ['', BASE, 'cn=schema']) {
      expect(await codeOf(newClient().search(base, { scope: 'base' }))).toMatchObject({ code: 50 });
    }
  });

  it('has no who-am-I, no compare and no writing', async () => {
    const session = await bound(READER, READER_PASSWORD);
    const { searchEntries } = await session.search('', { scope: 'base', attributes: ['+'] });
    expect(searchEntries[0]?.supportedExtension).toEqual('1.3.6.1.4.1.1466.20037');
    const dn = `uid=anna@example.com,ou=users,${BASE}`;
    expect(await codeOf(session.exop('1.3.6.1.4.1.4203.1.11.3'))).toMatchObject({ code: 2 });
    expect(await codeOf(session.compare(dn, 'uid', 'anna@example.com'))).toMatchObject({ code: 53 });
    expect(await codeOf(session.del(dn))).toMatchObject({ code: 53 });
    expect(await codeOf(session.add(`uid=x,ou=users,${BASE}`, { objectClass: 'person' }))).toMatchObject({ code: 53 });
  });
});

describe('the tree', () => {
  beforeEach(async () => {
    client = await bound(READER, READER_PASSWORD);
  });

  it('lists base, ou=users, ou=groups, users, then groups', async () => {
    const dns = await dnsOf(client.search(BASE));
    expect(dns.slice(0, 3)).toEqual([BASE, `ou=users,${BASE}`, `ou=groups,${BASE}`]);
    expect(dns).toContain(`uid=anna@example.com,ou=users,${BASE}`);
    expect(dns.indexOf(`cn=Staff,ou=groups,${BASE}`)).toBeGreaterThan(
      dns.indexOf(`uid=anna@example.com,ou=users,${BASE}`),
    );
  });

  it('shows a user as inetOrgPerson, without memberOf', async () => {
    const { searchEntries } = await client.search(`ou=users,${BASE}`, { filter: '(uid=ANNA@example.com)' });
    expect(searchEntries).toHaveLength(1);
    expect(searchEntries[0]).toMatchObject({
      dn: `uid=anna@example.com,ou=users,${BASE}`,
      uid: 'anna@example.com',
      mail: 'anna@example.com',
      givenName: 'Given',
      sn: 'Family',
      cn: 'Given Family',
      displayName: 'Änna (HR)',
      organizationalStatus: 'ACTIVE',
      objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'],
    });
    expect(searchEntries[0]?.uniqueIdentifier).toMatch(/^00u\w{17}$/);
    expect(searchEntries[0]).not.toHaveProperty('memberOf');
    expect(searchEntries[0]).not.toHaveProperty('userPassword');
  });

  it.each([['memberOf'], ['+'], ['MEMBEROF']])('has memberOf for who asks for %s', async (attribute) => {
    const { searchEntries } = await client.search(`ou=users,${BASE}`, {
      filter: '(uid=anna@example.com)',
      attributes: [attribute],
    });
    expect(searchEntries[0]?.memberOf).toEqual(
      expect.arrayContaining([`cn=Staff,ou=groups,${BASE}`, `cn=Sales\\, North (EU),ou=groups,${BASE}`]),
    );
  });

  it('finds a group by its member, whatever characters the names have', async () => {
    const odd = `uid=o'dd\\+tag@example.com,ou=users,${BASE}`;
    expect(await dnsOf(client.search(odd, { scope: 'base' }))).toEqual([odd]);
    const groups = await client.search(`ou=groups,${BASE}`, {
      filter: `(uniqueMember=uid=anna@example.com, ou=Users,${BASE})`,
      attributes: ['cn', 'uniqueMember', 'description'],
    });
    expect(groups.searchEntries.map(({ cn }) => cn).sort()).toEqual(['Everyone', 'Sales, North (EU)', 'Staff']);
    expect(groups.searchEntries.find(({ cn }) => cn === 'Staff')).toMatchObject({
      description: 'About Staff',
      uniqueMember: [`uid=anna@example.com,ou=users,${BASE}`, odd],
    });
  });

  it('knows of a group whether it has members, and orders no names', async () => {
    const found = async (filter: string) =>
      (
        await client.search(`ou=groups,${BASE}`, { filter: `(&(cn=*)${filter})`, attributes: ['cn'] })
      ).searchEntries.map(({ cn }) => cn);
    const all = await found('');
    const filled = await found('(uniqueMember=*)');
    expect(filled).toEqual(expect.arrayContaining(['Everyone', 'Staff']));
    expect([...filled, ...(await found('(!(uniqueMember=*))'))].sort()).toEqual([...all].sort());
    for (const filter of ['(uniqueMember=uid*)', '(uniqueMember>=a)', '(uniqueMember<=z)'])
      expect(await found(filter)).toEqual([]);
  });

  it('finds a group by its own DN and name, whatever spaces the name has', async () => {
    const names = [' Leading', 'Trailing ', 'Two  spaces', ' Everyone'];
    for (const name of names) await makeGroup(name, []);
    for (const name of names) {
      const filter = `(cn=${name.trim().replace(/ +/g, '   ')})`;
      const { searchEntries } = await client.search(`ou=groups,${BASE}`, { filter, attributes: ['cn'] });
      const own = searchEntries.find(({ cn }) => cn === name);
      const read = await client.search(own?.dn ?? '', { scope: 'base', attributes: ['description'] });
      expect(read.searchEntries).toHaveLength(1);
      if (name !== ' Everyone') expect(read.searchEntries[0]?.description).toBe(`About ${name}`);
    }
    expect(await dnsOf(client.search(`cn=everyone,ou=groups,${BASE}`))).toEqual([`cn=Everyone,ou=groups,${BASE}`]);
  });

  it('names its base and its schema in the root DSE', async () => {
    const { searchEntries } = await client.search('', {
      scope: 'base',
      attributes: ['namingContexts', 'subschemaSubentry'],
    });
    expect(searchEntries).toMatchObject([{ namingContexts: BASE, subschemaSubentry: 'cn=schema' }]);
    expect(await dnsOf(client.search('cn=schema', { scope: 'base', filter: '(objectClass=person)' }))).toEqual([]);
  });

  it('ends a search below what is not there with 32', async () => {
    expect(await codeOf(client.search('ou=nothing,dc=example,dc=org'))).toMatchObject({ code: 32 });
    expect(await codeOf(client.search(`uid=nobody,ou=users,${BASE}`))).toMatchObject({ code: 32 });
  });

  it('shows its schema', async () => {
    const { searchEntries } = await client.search('cn=schema', {
      scope: 'base',
      filter: '(objectclass=subschema)',
      attributes: ['attributeTypes', 'objectClasses'],
    });
    expect(String(searchEntries[0]?.attributeTypes)).toContain("NAME 'uniqueMember'");
  });
});

describe('filters', () => {
  beforeEach(async () => {
    client = await bound(READER, READER_PASSWORD);
  });
  const anna = `uid=anna@example.com,ou=users,${BASE}`;

  it.each([
    ['substrings', '(uid=an*@example.*)'],
    ['and', '(&(objectClass=inetOrgPerson)(mail=anna@example.com))'],
    ['or', '(|(uid=anna@example.com)(uniqueIdentifier=none))'],
    ['not', '(&(givenName=Given)(!(uid=o*)))'],
    ['presence', '(&(displayName=*)(objectClass=person))'],
    ['the DN', `(entryDN=UID=anna@example.com,ou=users,${BASE})`],
    ['a group', `(&(objectClass=inetOrgPerson)(memberOf=cn=sales\\5c, north \\28EU\\29,ou=groups,${BASE}))`],
    ['an order', '(&(uid>=an)(uid<=anz)(sn=family))'],
    ['UTF-8', '(displayName=änna*)'],
    ['a rule', '(&(uid:caseIgnoreMatch:=ANNA@example.com)(!(uid:caseExactMatch:=ANNA@example.com)))'],
  ])('match by %s', async (_case, filter) => {
    expect(await dnsOf(client.search(`ou=users,${BASE}`, { filter }))).toEqual([anna]);
  });

  it.each([
    ['an unknown attribute', '(|(uid=anna@example.com)(shoeSize=42))'],
    ['a sensitive attribute', '(|(uid=anna@example.com)(userPassword=*))'],
    ['a negated unknown attribute', '(!(shoeSize=42))'],
    ['an attribute of other directories', '(|(uid=anna@example.com)(userPrincipalName=x))'],
  ])('find nothing when they name %s', async (_case, filter) => {
    expect(await dnsOf(client.search(BASE, { filter }))).toEqual([]);
  });
});

describe('rights', () => {
  it('without a role: the own entry, nobody else, and no groups', async () => {
    const session = await bound(`uid=anna,ou=users,${BASE}`, ANNA_PASSWORD);
    expect(await dnsOf(session.search(`ou=users,${BASE}`, { filter: '(objectClass=inetOrgPerson)' }))).toEqual([
      `uid=anna@example.com,ou=users,${BASE}`,
    ]);
    expect(await dnsOf(session.search(`ou=groups,${BASE}`, { filter: '(objectClass=groupOfUniqueNames)' }))).toEqual(
      [],
    );
    expect(await codeOf(session.search(`uid=ldap-user@example.com,ou=users,${BASE}`))).toMatchObject({ code: 32 });
    const own = await session.search(`uid=anna@example.com,ou=users,${BASE}`, { attributes: ['memberOf', 'uid'] });
    expect(own.searchEntries[0]).toMatchObject({ uid: 'anna@example.com' });
    expect(own.searchEntries[0]?.memberOf ?? []).toEqual([]);
  });

  it('without a role nobody counts the others', async () => {
    const session = await bound(`uid=anna,ou=users,${BASE}`, ANNA_PASSWORD);
    const { searchEntries } = await session.search(`ou=users,${BASE}`, { scope: 'base', attributes: ['+'] });
    expect(searchEntries[0]?.numSubordinates).toBe('1');
  });

  it('are asked for again with each page: a role that was taken away ends the search', async () => {
    const id = await makeUser('auditor@example.com', 'Looks-Around-2026');
    const roles = `/api/v1/users/${id}/roles`;
    const { body: role } = await call(okta, 'POST', roles, { type: 'SUPER_ADMIN' });
    const session = await bound(`uid=auditor,${BASE}`, 'Looks-Around-2026');
    const pages = session.searchPaginated(`ou=users,${BASE}`, { filter: '(uid=*)', paged: { pageSize: 2 } });
    const seen: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const { searchEntries } of pages) {
        seen.push(searchEntries.length);
        await call(okta, 'DELETE', `${roles}/${role.id}`);
      }
    };
    expect(await codeOf(reading())).toMatchObject({ code: 50 });
    expect(seen).toEqual([2]);
  });

  it('ends with the account: a suspended user is asked to bind again', async () => {
    const id = await makeUser('leaver@example.com', 'Gone-Soon-2026');
    const session = await bound(`uid=leaver,${BASE}`, 'Gone-Soon-2026');
    await call(okta, 'POST', `/api/v1/users/${id}/lifecycle/suspend`);
    expect(await codeOf(session.search(`ou=users,${BASE}`))).toMatchObject({ code: 50 });
  });

  it('shows no Okta groups while only app groups are exposed', async () => {
    const session = await bound(READER, READER_PASSWORD);
    await call(okta, 'PUT', '/local/ldap-interface', { groups: 'app-groups' });
    expect(await dnsOf(session.search(`ou=groups,${BASE}`, { filter: '(cn=Staff)' }))).toEqual([]);
    await call(okta, 'PUT', '/local/ldap-interface', { groups: 'all' });
    expect(await dnsOf(session.search(`ou=groups,${BASE}`, { filter: '(cn=Staff)' }))).toHaveLength(1);
  });

  it('lets nobody bind while the LDAP Interface is not added', async () => {
    const session = await bound(READER, READER_PASSWORD);
    await call(okta, 'PUT', '/local/ldap-interface', { enabled: false });
    expect(await codeOf(session.search(BASE, { scope: 'base' }))).toMatchObject({ code: 50 });
    expect(await codeOf(newClient().bind(READER, READER_PASSWORD))).toMatchObject({ code: 49 });
    await call(okta, 'PUT', '/local/ldap-interface', { enabled: true });
  });
});

describe('limits', () => {
  it('sends 1000 entries and then 4, or pages of at most 1000', async () => {
    for (let batch = 0; batch < 10; batch += 1) {
      await Promise.all(
        Array.from({ length: 105 }, (_, index) =>
          call(okta, 'POST', '/api/v1/users?activate=false', {
            profile: {
              login: `bulk${batch}-${index}@example.com`,
              email: `bulk${batch}-${index}@example.com`,
              firstName: 'B',
              lastName: 'U',
            },
          }),
        ),
      );
      clock.advance(60_000);
    }
    const session = await bound(READER, READER_PASSWORD);
    expect(await codeOf(session.search(`ou=users,${BASE}`, { filter: '(uid=bulk*)' }))).toMatchObject({ code: 4 });
    const all = await session.search(`ou=users,${BASE}`, {
      filter: '(uid=bulk*)',
      paged: { pageSize: 5000 },
      attributes: ['uid'],
    });
    expect(new Set(all.searchEntries.map(({ uid }) => uid)).size).toBe(1050);
  }, 60_000);
});

describe("OpenLDAP's own client", () => {
  const run = promisify(execFile);

  it('lists the groups with their members, as the tutorial does', async () => {
    const { stdout } = await run(
      'ldapsearch',
      [
        '-x',
        '-LLL',
        '-o',
        'ldif-wrap=no',
        '-b',
        `ou=groups,${BASE}`,
        '-H',
        okta.urls.ldaps ?? '',
        '-D',
        READER,
        '-w',
        READER_PASSWORD,
        '(cn=Staff)',
      ],
      { env: { ...process.env, LDAPTLS_CACERT: join(folder, 'ca.pem') } },
    );
    expect(stdout).toContain(`uniqueMember: uid=anna@example.com,ou=users,${BASE}`);
  });

  it('takes StartTLS from it, and refuses it without', async () => {
    const env = { ...process.env, LDAPTLS_CACERT: join(folder, 'ca.pem') };
    const url = (okta.urls.ldap ?? '').replace('127.0.0.1', 'localhost');
    const search = ['-x', '-LLL', '-b', BASE, '-s', 'base', '-H', url, '-D', READER, '-w', READER_PASSWORD, 'dc'];
    await expect(run('ldapsearch', search, { env })).rejects.toMatchObject({ code: 13 });
    const { stdout } = await run('ldapsearch', ['-ZZ', ...search], { env });
    expect(stdout).toContain('dc: local');
  });
});

describe('the System Log', () => {
  it('tells of binds, refusals and searches, and never of a password', async () => {
    await codeOf(newClient().bind(READER, 'not-the-Password-1'));
    await bound(READER, READER_PASSWORD);
    const { body } = await call(
      okta,
      'GET',
      '/api/v1/logs?limit=1000&filter=eventType%20sw%20%22system.ldapi%22&sortOrder=DESCENDING',
    );
    const kinds = body.map(
      (event: { eventType: string; outcome: { result: string } }) => `${event.eventType} ${event.outcome.result}`,
    );
    expect(kinds).toEqual(
      expect.arrayContaining(['system.ldapi.bind SUCCESS', 'system.ldapi.bind FAILURE', 'system.ldapi.search SUCCESS']),
    );
    expect(JSON.stringify(body)).not.toMatch(/not-the-Password-1|Reader-2026-pw/);
  });
});
