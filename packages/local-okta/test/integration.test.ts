import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { TestDirectory } from '@ldap-to-okta/test-directory';
import { Attribute, Change, Client } from 'ldapts';
import Database from 'libsql';
import type { LocalOkta } from '../src/local-okta.ts';
import {
  ADMIN,
  call,
  connectByHand,
  createCleanup,
  endOfImport,
  outcomeOf,
  runImport,
  startAgent,
  startOkta,
  startOpenLdap,
  tempDir,
  until,
  untilReady,
} from './agents-fixture.ts';

const cleanup = createCleanup();
afterEach(() => cleanup.run());

const tutorialLdif = fileURLToPath(new URL('../../../ldifs/users.ldif', import.meta.url));
const oddities = fileURLToPath(new URL('./oddities.ldif', import.meta.url));

async function logins(okta: LocalOkta): Promise<string[]> {
  const { body } = await call(okta, 'GET', '/api/v1/users?limit=200');
  return body
    .map((user: { profile: { login: string }; status: string; credentials: { provider: { type: string } } }) =>
      [user.profile.login, user.status, user.credentials.provider.type].join(' '),
    )
    .sort();
}

async function members(okta: LocalOkta, name: string): Promise<string[]> {
  const { body: groups } = await call(okta, 'GET', `/api/v1/groups?q=${name}`);
  const group = groups.find((one: { profile: { name: string } }) => one.profile.name === name);
  if (group === undefined) return [`no group ${name}`];
  const { body } = await call(okta, 'GET', `/api/v1/groups/${group.id}/users`);
  return body.map((user: { profile: { login: string } }) => user.profile.login).sort();
}

/** Changes the directory as its administrator. */
async function change(directory: TestDirectory, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ url: directory.url });
  await client.bind(directory.adminDn, directory.adminPassword);
  await work(client);
  await client.unbind();
}

const replace = (type: string, value: string) =>
  new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) });

async function settings(okta: LocalOkta, more: Record<string, unknown> = {}) {
  const { body } = await call(okta, 'GET', '/local/integration/settings');
  return call(okta, 'PUT', '/local/integration/settings', { ...body, ...more });
}

const wrongPassword = ({ profile }: { profile: { login: string } }) => ({ username: profile.login, password: 'wrong' });

const none = { scanned: 0, new: 0, updated: 0, unchanged: 0, removed: 0 };

describe('automatic set-up', () => {
  it('lets the agent in, imports three people and their group, and confirms them', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, {
      ldapIntegrationId: '0oa6qvmxznVl4KFXe5d7',
      ldapServicePassword: 'Service-1',
    });
    startAgent(cleanup, okta, directory);
    await untilReady(okta);
    const { body: runs } = await call(okta, 'GET', '/local/integration/imports');
    expect(runs[0]).toMatchObject({
      state: 'completed',
      counts: { users: { ...none, scanned: 3, new: 3 }, groups: { ...none, scanned: 1, new: 1 } },
    });
    expect(await logins(okta)).toEqual([
      'admin@example.com ACTIVE OKTA',
      'ldap-user@example.com ACTIVE OKTA',
      'user01@example.com ACTIVE LDAP',
      'user02@example.com ACTIVE LDAP',
      'user03@example.com ACTIVE LDAP',
    ]);
    expect(await members(okta, 'allusers')).toEqual(['user01@example.com', 'user02@example.com', 'user03@example.com']);
    expect((await call(okta, 'GET', '/api/v1/apps/0oa6qvmxznVl4KFXe5d7')).status).toBe(200);
  });
});

describe('set-up up to a step of the tutorial', () => {
  const people = ['user01', 'user02', 'user03'].map((name) => `${name}@example.com ACTIVE LDAP`);
  const admin = 'admin@example.com ACTIVE OKTA';

  it.each([
    ['step-3', { users: [admin, ...people], ldapInterface: false, app: 404 }],
    ['step-4', { users: [admin, 'ldap-user@example.com ACTIVE OKTA', ...people], ldapInterface: true, app: 404 }],
    ['step-5', { users: [admin, 'ldap-user@example.com ACTIVE OKTA', ...people], ldapInterface: true, app: 200 }],
  ] as const)('has done what comes before %s, and leaves the rest to a person', async (setup, expected) => {
    const directory = await startOpenLdap(cleanup);
    const clientId = '0oalocaloidcapp00001';
    const okta = await startOkta(cleanup, {
      setup,
      ldapServicePassword: 'Service-1',
      oidcApp: { clientId, clientSecret: 'a-secret-of-a-test-alone', appUrls: ['http://localhost:8080'] },
    });
    startAgent(cleanup, okta, directory);
    await untilReady(okta);
    expect({
      users: await logins(okta),
      ldapInterface: (await call(okta, 'GET', '/local/ldap-interface')).body.enabled,
      app: (await call(okta, 'GET', `/api/v1/apps/${clientId}`)).status,
    }).toEqual(expected);
  });
});

describe('set-up by hand', () => {
  it('walks through settings, test, import, results and confirmation', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, { setup: 'manual' });
    expect((await call(okta, 'GET', '/local/integration/settings')).status).toBe(409);
    await connectByHand(cleanup, okta, directory);
    expect((await call(okta, 'POST', '/local/integration/imports', { kind: 'full' })).status).toBe(409);
    const { body: defaults } = await call(okta, 'GET', '/local/integration/settings');
    expect(defaults).toMatchObject({
      ldapVersion: 'OpenLDAP',
      userSearchBase: 'ou=users,dc=example,dc=org',
      groupSearchBase: 'ou=groups,dc=example,dc=org',
      groupObjectClass: 'posixgroup',
      groupObjectFilter: '(objectclass=posixgroup)',
      memberAttribute: 'memberuid',
      usernameFormat: 'email',
      exampleUsername: 'user01@example.com',
    });
    expect((await settings(okta)).status).toBe(200);
    const { body: test } = await call(okta, 'POST', '/local/integration/test');
    expect(test).toMatchObject({
      valid: true,
      message: 'Validation successful',
      user: {
        status: 'ACTIVE',
        uid: 'user01',
        uniqueId: expect.stringMatching(/^[\da-f-]{36}$/),
        dn: 'cn=user01,ou=users,dc=example,dc=org',
        fullName: 'User1 Bar1',
        email: 'user01@example.com',
        groups: ['allusers'],
      },
    });
    expect((await runImport(okta, 'full')).counts.users).toEqual({ ...none, scanned: 3, new: 3 });
    const { body: results } = await call(okta, 'GET', '/local/integration/results');
    expect(results.map(({ match, text }: { match: string; text: string }) => [match, text])).toEqual(
      Array(3).fill(['none', 'NO Okta user matches found']),
    );
    expect(await logins(okta)).toEqual(['admin@example.com ACTIVE OKTA']);
    const [first, second] = results;
    const some = await call(okta, 'POST', '/local/integration/confirm', {
      assignments: [{ externalId: first.externalId }, { externalId: second.externalId, action: 'ignore' }],
      activate: false,
    });
    expect(some.body).toEqual({ confirmed: 1, ignored: 1, refused: [] });
    expect((await logins(okta)).filter((line) => line.endsWith('LDAP'))).toEqual([
      `${first.profile.login} STAGED LDAP`,
    ]);
    const rest = await call(okta, 'POST', '/local/integration/confirm', { activate: true });
    expect(rest.body.confirmed).toBe(1);
    expect((await members(okta, 'allusers')).length).toBe(2);
  });

  it('confirms thousands, and a group of them all, while people sign in', async () => {
    const many = 4_000;
    const ldif = join(tempDir(cleanup), 'many.ldif');
    const dn = (at: number): string => `cn=p${at},ou=users,dc=example,dc=org`;
    const people = Array.from(
      { length: many },
      (_, at) =>
        `dn: ${dn(at)}\nobjectClass: inetOrgPerson\ncn: p${at}\nuid: p${at}\nsn: P\ngivenName: N${at}\nmail: p${at}@example.com\n`,
    );
    const members = people.map((_, at) => `memberUid: ${dn(at)}`).join('\n');
    const group = `dn: cn=crowd,ou=groups,dc=example,dc=org\nobjectClass: posixGroup\ncn: crowd\ngidNumber: 300\n${members}\n`;
    writeFileSync(ldif, [...people, group].join('\n'));
    const directory = await startOpenLdap(cleanup, { ldifFiles: [tutorialLdif, ldif] });
    const okta = await startOkta(cleanup, { setup: 'manual' });
    await connectByHand(cleanup, okta, directory);
    await settings(okta);
    await runImport(okta, 'full');
    const { body: results } = await call(okta, 'GET', '/local/integration/results?limit=1000');
    const { externalId } = results[0];
    await call(okta, 'POST', '/local/integration/confirm', { assignments: [{ externalId }], activate: true });

    let over = false;
    const confirmed = call(okta, 'POST', '/local/integration/confirm', { activate: true }).finally(() => {
      over = true;
    });
    let answered = 0;
    while (!over) {
      expect((await call(okta, 'POST', '/local/integration/test-sign-in', wrongPassword(results[0]))).status).toBe(200);
      answered += 1;
    }
    expect((await confirmed).body.confirmed).toBe(many + 2);
    // The last one may have been answered after it was over.
    expect(answered).toBeGreaterThan(2);
    for (const at of [0, 499, 500, many - 1]) {
      const { body: groups } = await call(okta, 'GET', `/api/v1/users/p${at}@example.com/groups`);
      expect(groups.map(({ profile }: { profile: { name: string } }) => profile.name)).toContain('crowd');
    }
  }, 60_000);

  it('says honestly what is wrong with a configuration', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, { setup: 'manual' });
    const agent = await connectByHand(cleanup, okta, directory);
    const { body: good } = await call(okta, 'GET', '/local/integration/settings');
    const message = async (more: object) =>
      (await call(okta, 'POST', '/local/integration/test', { ...good, ...more })).body.message;
    expect(await message({ userSearchBase: 'ou=people,dc=example,dc=org' })).toContain(
      'ou=people,dc=example,dc=org does not exist',
    );
    expect(await message({ userObjectFilter: '(objectclass=device)' })).toContain('matches (objectclass=device)');
    expect(await message({ memberAttribute: 'uniqueMember' })).toContain(
      'No group has the member attribute uniqueMember',
    );
    expect(await message({ exampleUsername: 'nobody@example.com' })).toContain('is named nobody@example.com');
    expect(await message({ mapping: { ...good.mapping, firstName: 'carLicense' } })).toContain('has no carLicense');
    const bad = await call(okta, 'PUT', '/local/integration/settings', {
      userSearchBase: 'users',
      groupSearchBase: 'ou=groups,dc=elsewhere',
      groupObjectFilter: 'objectclass=x',
      surprise: 1,
    });
    expect([bad.status, bad.body.errorCauses.length]).toEqual([400, 3]);
    await agent.close();
    expect(await message({})).toContain('No LDAP agent is connected');
  });
});

describe('importing again', () => {
  it('updates what has changed, leaves the rest alone, and removes what is gone', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup);
    startAgent(cleanup, okta, directory);
    await untilReady(okta);
    expect((await runImport(okta, 'full')).counts.users).toEqual({ ...none, scanned: 3, unchanged: 3 });
    await change(directory, async (client) => {
      await client.modify('cn=user01,ou=users,dc=example,dc=org', [replace('givenName', 'Ursula')]);
      await client.add('cn=user04,ou=users,dc=example,dc=org', {
        objectClass: ['inetOrgPerson'],
        cn: 'user04',
        sn: 'Bar4',
        givenName: 'User4',
        uid: 'user04',
        mail: 'user04@example.com',
        userPassword: 'password4',
      });
      await client.modifyDN('cn=user02,ou=users,dc=example,dc=org', 'cn=renamed');
      await client.modify('cn=allusers,ou=groups,dc=example,dc=org', [
        replace('memberUid', 'cn=user04,ou=users,dc=example,dc=org'),
      ]);
    });
    const run = await runImport(okta, 'incremental');
    expect(run.counts.users).toMatchObject({ new: 1, updated: 2, removed: 0 });
    expect(run.counts.groups).toMatchObject({ updated: 1 });
    expect(await members(okta, 'allusers')).toEqual(['user04@example.com']);
    expect((await call(okta, 'GET', '/api/v1/users/user01@example.com')).body.profile.firstName).toBe('Ursula');
    expect(await outcomeOf(okta, 'user02', 'password2')).toBe('ok');

    await change(directory, (client) => client.del('cn=user03,ou=users,dc=example,dc=org'));
    expect((await runImport(okta, 'incremental')).counts.users).toMatchObject({ removed: 0 });
    const stopped = await runImport(okta, 'full');
    expect(stopped).toMatchObject({ state: 'stopped', message: expect.stringContaining('1 of 4 users (25 %)') });
    expect(await logins(okta)).toContain('user03@example.com ACTIVE LDAP');
    const { body: now } = await call(okta, 'GET', '/local/integration/settings');
    await settings(okta, { import: { ...now.import, safeguardPercent: 30 } });
    expect((await runImport(okta, 'full')).counts.users).toMatchObject({ removed: 1 });
    expect((await call(okta, 'GET', '/api/v1/users/user03@example.com')).body.status).toBe('DEPROVISIONED');
  });

  it('matches people whom Okta knows already, and leaves administrators to a person', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, { setup: 'manual' });
    const make = (login: string, firstName: string, lastName: string) =>
      call(okta, 'POST', '/api/v1/users?activate=true', {
        profile: { login, email: login, firstName, lastName },
        credentials: { password: { value: 'Own-passw0rd' } },
      });
    await make('user01@example.com', 'Some', 'Body');
    await make('other@example.com', 'User2', 'Bar2');
    await connectByHand(cleanup, okta, directory);
    await settings(okta);
    await runImport(okta, 'full');
    const { body: results } = await call(okta, 'GET', '/local/integration/results');
    const kinds = results.map(({ dn, match }: { dn: string; match: string }) => `${dn.slice(0, 9)} ${match}`).sort();
    expect(kinds).toEqual(['cn=user01 exact', 'cn=user02 partial', 'cn=user03 none']);
    expect((await call(okta, 'POST', '/local/integration/confirm', { activate: true })).body.confirmed).toBe(2);
    expect(await outcomeOf(okta, 'user01', 'Own-passw0rd')).toBe('invalid');
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('ok');
  });

  it('reports people and groups with something wrong one by one, and the rest goes on', async () => {
    const directory = await startOpenLdap(cleanup, { ldifFiles: [tutorialLdif, oddities] });
    const okta = await startOkta(cleanup);
    startAgent(cleanup, okta, directory);
    await untilReady(okta);
    const { body: runs } = await call(okta, 'GET', '/local/integration/imports');
    expect(runs[0].counts.users).toEqual({ ...none, scanned: 9, new: 5 });
    const { body: problems } = await call(okta, 'GET', `/local/integration/imports/${runs[0].id}/problems`);
    const lines = problems.map(({ dn, code }: { dn: string; code: string }) => `${dn.split(',')[0]} ${code}`);
    expect(lines).toHaveLength(runs[0].problemCount);
    expect(lines).toEqual(
      expect.arrayContaining([
        'cn=nomail attribute-missing',
        'cn=nogiven attribute-missing',
        'cn=twin2 username-taken',
        'cn=expired-account disabled',
        'cn=outer member-unknown',
      ]),
    );
    expect(await members(okta, 'outer')).toEqual(['carla@example.com', 'user02@example.com', 'user03@example.com']);
    expect(await members(okta, 'inner')).toEqual(['carla@example.com', 'user02@example.com', 'user03@example.com']);
    expect(await outcomeOf(okta, 'carla', 'password1')).toBe('ok');
    expect(await outcomeOf(okta, 'twins@example.com', 'password2')).toBe('invalid');
  });

  it('cancels, and a kill in the middle is completed by the next import', async () => {
    const ldif = join(tempDir(cleanup), 'many.ldif');
    const people = Array.from(
      { length: 4_000 },
      (_, at) =>
        `dn: cn=p${at},ou=users,dc=example,dc=org\nobjectClass: inetOrgPerson\ncn: p${at}\nuid: p${at}\nsn: P\ngivenName: N${at}\nmail: p${at}@example.com\n`,
    );
    writeFileSync(ldif, people.join('\n'));
    const directory = await startOpenLdap(cleanup, { ldifFiles: [tutorialLdif, ldif] });
    const dataDir = join(tempDir(cleanup), 'data');
    mkdirSync(dataDir);
    const port = await freePort();
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    const child = spawn(process.execPath, [main], {
      env: {
        PORT: String(port),
        LOCAL_OKTA_LDAPS_PORT: '0',
        LOCAL_OKTA_LDAP_PORT: '0',
        LOCAL_OKTA_DATA_DIR: dataDir,
        LOCAL_OKTA_SETUP: 'auto',
        LOCAL_OKTA_ADMIN_PASSWORD: ADMIN.password,
        LOCAL_OKTA_API_TOKEN: ADMIN.apiToken,
        LOG_LEVEL: 'silent',
      },
      stdio: 'ignore',
    });
    cleanup.add(() => child.kill('SIGKILL'));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const there = { urls: { okta: `http://localhost:${port}` } } as unknown as LocalOkta;
    startAgent(cleanup, there, directory);
    await until(async () => {
      const { body } = await call(there, 'GET', '/local/integration/imports').catch(() => ({ body: [] }));
      return (body[0]?.counts?.users.scanned ?? 0) > 0;
    }, 'the import has begun');
    child.kill('SIGKILL');
    await ended;

    const okta = await startOkta(cleanup, { dataDir, port });
    const before = (await call(okta, 'GET', '/local/integration/imports')).body;
    await untilReady(okta);
    const { body: runs } = await call(okta, 'GET', '/local/integration/imports');
    expect(['interrupted', 'completed']).toContain(before.at(-1).state);
    expect(runs.some(({ state }: { state: string }) => state === 'completed')).toBe(true);
    // The kill may have come between the import and the end of the confirmation: the next import confirms the rest.
    const isConfirmed = async () => (await call(okta, 'GET', '/local/integration')).body.pending === 0;
    await until(isConfirmed, 'everybody is confirmed');
    expect((await logins(okta)).length).toBe(200);
    expect((await members(okta, 'allusers')).length).toBe(3);

    const start = () => call(okta, 'POST', '/local/integration/imports', { kind: 'full' });
    let started = await start();
    await until(async () => {
      if (started.status === 409) started = await start();
      return started.status !== 409;
    }, 'the last import has ended');
    expect((await start()).status).toBe(409);
    expect((await call(okta, 'POST', `/local/integration/imports/${started.body.id}/cancel`)).status).toBe(202);
    expect((await endOfImport(okta, started.body.id)).state).toBe('cancelled');
  }, 120_000);

  it('brings memberships up to date at the start, where a kill came between them and the confirmation', async () => {
    const directory = await startOpenLdap(cleanup);
    const dataDir = join(tempDir(cleanup), 'data');
    const first = await startOkta(cleanup, { dataDir });
    const agent = startAgent(cleanup, first, directory);
    await untilReady(first);
    expect((await members(first, 'allusers')).length).toBe(3);
    await agent.close();
    await first.close();
    // As the confirmation leaves it before it comes to the groups.
    const database = new Database(join(dataDir, 'local-okta.db'));
    database.exec('DELETE FROM memberships; UPDATE directory_groups SET dirty = 1');
    database.close();

    const second = await startOkta(cleanup, { dataDir, setup: 'manual' });
    expect((await members(second, 'allusers')).length).toBe(3);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
