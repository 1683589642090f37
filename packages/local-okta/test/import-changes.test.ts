import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { TestDirectory } from '@ldap-to-okta/test-directory';
import { Client } from 'ldapts';
import type { LocalOkta } from '../src/local-okta.ts';
import {
  call,
  connectByHand,
  createCleanup,
  outcomeOf,
  runImport,
  startOkta,
  startOpenLdap,
  tempDir,
} from './agents-fixture.ts';

const cleanup = createCleanup();
afterEach(() => cleanup.run());

const tutorialLdif = fileURLToPath(new URL('../../../ldifs/users.ldif', import.meta.url));
const BASE = 'dc=example,dc=org';

/** Somebody as `ldapadd` would take them. */
const person = (name: string, more: Record<string, string | string[]> = {}): Record<string, string | string[]> => ({
  objectClass: ['inetOrgPerson'],
  cn: name,
  uid: name,
  sn: 'Bar',
  givenName: 'Foo',
  mail: `${name}@example.com`,
  userPassword: 'password9',
  ...more,
});

async function change(directory: TestDirectory, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ url: directory.url });
  await client.bind(directory.adminDn, directory.adminPassword);
  await work(client);
  await client.unbind();
}

async function start(more: Record<string, unknown> = {}, ldif?: string): Promise<[LocalOkta, TestDirectory]> {
  const ldifFiles = [tutorialLdif];
  if (ldif !== undefined) {
    const file = join(tempDir(cleanup), 'more.ldif');
    writeFileSync(file, ldif);
    ldifFiles.push(file);
  }
  const directory = await startOpenLdap(cleanup, { ldifFiles });
  const okta = await startOkta(cleanup, { setup: 'manual' });
  await connectByHand(cleanup, okta, directory);
  await configure(okta, { import: { safeguardPercent: 100 }, ...more });
  return [okta, directory];
}

async function configure(okta: LocalOkta, more: Record<string, unknown>): Promise<void> {
  const { body } = await call(okta, 'GET', '/local/integration/settings');
  const { status } = await call(okta, 'PUT', '/local/integration/settings', { ...body, ...more });
  expect(status).toBe(200);
}

const confirm = async (okta: LocalOkta) =>
  (await call(okta, 'POST', '/local/integration/confirm', { activate: true })).body;

async function members(okta: LocalOkta, name: string): Promise<string[]> {
  const { body: groups } = await call(okta, 'GET', `/api/v1/groups?q=${name}`);
  const { body } = await call(okta, 'GET', `/api/v1/groups/${groups[0].id}/users`);
  return body.map((user: { profile: { login: string } }) => user.profile.login).sort();
}

const statusOf = async (okta: LocalOkta, login: string) =>
  (await call(okta, 'GET', `/api/v1/users/${login}`)).body.status;

const byUid = `dn: cn=byuid,ou=groups,${BASE}
objectClass: posixGroup
cn: byuid
gidNumber: 300
memberUid: user01
memberUid: user02
`;

describe('somebody who is gone from the directory', () => {
  it('leaves groups that name them by DN and by uid', async () => {
    const [okta, directory] = await start({}, byUid);
    await runImport(okta, 'full');
    await confirm(okta);
    expect(await members(okta, 'byuid')).toEqual(['user01@example.com', 'user02@example.com']);
    await change(directory, (client) => client.del(`cn=user02,ou=users,${BASE}`));
    expect((await runImport(okta, 'full')).counts.users).toMatchObject({ removed: 1 });
    expect(await members(okta, 'byuid')).toEqual(['user01@example.com']);
    expect(await members(okta, 'allusers')).toEqual(['user01@example.com', 'user03@example.com']);
  });

  it('and is made again there with another id is the same person once that is confirmed', async () => {
    const [okta, directory] = await start();
    await runImport(okta, 'full');
    await confirm(okta);
    const { body: before } = await call(okta, 'GET', '/api/v1/users/user02@example.com');
    await change(directory, (client) => client.del(`cn=user02,ou=users,${BASE}`));
    await runImport(okta, 'full');
    expect(await statusOf(okta, 'user02@example.com')).toBe('DEPROVISIONED');
    await change(directory, (client) => client.add(`cn=user02,ou=users,${BASE}`, person('user02')));
    expect((await runImport(okta, 'incremental')).counts.users).toMatchObject({ new: 1 });
    const { body: results } = await call(okta, 'GET', '/local/integration/results');
    expect(results).toMatchObject([{ match: 'exact', matches: [{ login: 'user02@example.com' }] }]);
    expect(await confirm(okta)).toMatchObject({ confirmed: 1, refused: [] });
    expect(await outcomeOf(okta, 'user02', 'password9')).toBe('ok');
    expect((await call(okta, 'GET', '/api/v1/users/user02@example.com')).body.id).toBe(before.id);
    expect((await runImport(okta, 'full')).counts.users).toEqual({
      scanned: 3,
      new: 0,
      updated: 0,
      unchanged: 3,
      removed: 0,
    });
  });
});

describe('a directory that was loaded anew, with other ids', () => {
  it('is said to be that, and is taken by two full imports without the safeguard', async () => {
    const [okta, directory] = await start({ import: { safeguardPercent: 20 } });
    await runImport(okta, 'full');
    await confirm(okta);
    const entries = ['user01', 'user02', 'user03'];
    await change(directory, async (client) => {
      for (const name of entries) await client.del(`cn=${name},ou=users,${BASE}`);
      for (const name of entries) await client.add(`cn=${name},ou=users,${BASE}`, person(name));
    });
    const stopped = await runImport(okta, 'full');
    expect(stopped).toMatchObject({ state: 'stopped', counts: { users: { new: 0, removed: 0 } } });
    const { body: problems } = await call(okta, 'GET', `/local/integration/imports/${stopped.id}/problems`);
    expect(problems.map(({ code }: { code: string }) => code)).toEqual(['made-again', 'made-again', 'made-again']);
    expect(await outcomeOf(okta, 'user01', 'password9')).toBe('ok');
    await configure(okta, { import: { safeguardPercent: 100 } });
    expect((await runImport(okta, 'full')).counts.users).toMatchObject({ removed: 3 });
    expect((await runImport(okta, 'full')).counts.users).toMatchObject({ new: 3 });
    expect(await confirm(okta)).toMatchObject({ confirmed: 3, refused: [] });
    expect(await outcomeOf(okta, 'user01', 'password9')).toBe('ok');
    expect(await members(okta, 'allusers')).toHaveLength(3);
  });
});

describe('what Okta cannot keep', () => {
  it('is reported, a NUL in any text or too long a name, and the rest goes on', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const user = (rdn: string, more: string) =>
      `dn: ${rdn},ou=users,${BASE}\nobjectClass: inetOrgPerson\ngivenName: Foo\n${more}\n`;
    const group = (rdn: string, more: string) =>
      `dn: ${rdn},ou=groups,${BASE}\nobjectClass: posixGroup\ngidNumber: 9\n${more}\n`;
    const nul = base64('a\0b');
    const ldif = [
      user('cn=nul-uid', `uid:: ${nul}\nsn: Bar\nmail: nul-uid@example.com`),
      user('cn=nul-mail', `uid: nul-mail\nsn: Bar\nmail:: ${base64('a\0b@example.com')}`),
      user('cn=nul-sn', `uid: nul-sn\nsn:: ${nul}\nmail: nul-sn@example.com`),
      user('cn=nul\\00dn', `uid: nul-dn\nsn: Bar\nmail: nul-dn@example.com`),
      group('cn=nul-members', `memberUid:: ${nul}\nmemberUid: cn=nul\\00dn,ou=users,${BASE}\nmemberUid: user01`),
      group('cn=nul-description', `description:: ${nul}`),
      group('cn=short', `cn: ${'long'.repeat(100)}\ncn: short`).replace('cn: short\n', ''),
    ];
    const [okta] = await start({}, ldif.join('\n'));
    const run = await runImport(okta, 'full');
    expect(run.state).toBe('completed');
    expect(run.counts.users).toMatchObject({ scanned: 7, new: 4 });
    const { body: problems } = await call(okta, 'GET', `/local/integration/imports/${run.id}/problems`);
    expect(problems.map(({ dn, code }: { dn: string; code: string }) => `${dn.split(',')[0]} ${code}`)).toEqual(
      expect.arrayContaining([
        'cn=nul-uid not-text',
        'cn=nul-mail not-text',
        'cn=nul-sn not-text',
        'cn=nul-description not-text',
        'cn=nul-members member-unknown',
        'cn=short group-refused',
      ]),
    );
    expect(await confirm(okta)).toMatchObject({ confirmed: 4, refused: [] });
    expect(await members(okta, 'nul-members')).toContain('user01@example.com');
    expect(await outcomeOf(okta, 'nul-uid@example.com', 'x')).toBe('invalid');
  });
});

describe('somebody who was deleted in Okta', () => {
  it('waits for a decision again, as long as the directory has them', async () => {
    const [okta] = await start();
    await runImport(okta, 'full');
    await confirm(okta);
    const { body: user } = await call(okta, 'GET', '/api/v1/users/user02@example.com');
    await call(okta, 'POST', `/api/v1/users/${user.id}/lifecycle/deactivate`);
    await call(okta, 'DELETE', `/api/v1/users/${user.id}`);
    const { body: results } = await call(okta, 'GET', '/local/integration/results');
    expect(results.map(({ dn, match }: { dn: string; match: string }) => [dn, match])).toEqual([
      [`cn=user02,ou=users,${BASE}`, 'none'],
    ]);
    expect(await confirm(okta)).toMatchObject({ confirmed: 1, refused: [] });
    expect(await outcomeOf(okta, 'user02', 'password2')).toBe('ok');
    expect(await members(okta, 'allusers')).toContain('user02@example.com');
  });
});

describe('a first sign-in', () => {
  it('is by the username that the user will have, or its part before the @, and by nothing else', async () => {
    const [okta, directory] = await start();
    await change(directory, async (client) => {
      await client.add(`cn=one,ou=users,${BASE}`, person('one', { uid: 'short', mail: 'first.last@example.com' }));
      await client.add(`cn=two,ou=users,${BASE}`, person('two', { mail: ['two@example.com', 'second@example.com'] }));
    });
    // A second sign-in by these names would be refused: the user is there, and is called otherwise.
    expect(await outcomeOf(okta, 'short', 'password9')).toBe('invalid');
    expect(await outcomeOf(okta, 'first.last@example.com', 'password9')).toBe('ok');
    const names = (await call(okta, 'GET', '/api/v1/users?limit=200')).body.map(
      ({ profile }: { profile: { login: string } }) => profile.login,
    );
    expect(names).not.toContain('second@example.com');
    expect(await outcomeOf(okta, 'two', 'password9')).toBe('ok');
    expect(await outcomeOf(okta, 'two', 'password9')).toBe('ok');
  });

  it('finds people by a username of one attribute and what is around it', async () => {
    const [okta] = await start({ usernameFormat: 'custom', customUsername: 'x-{uid}@corp.example' });
    expect(await outcomeOf(okta, 'user01@example.com', 'password1')).toBe('invalid');
    expect(await outcomeOf(okta, 'X-user01@corp.example', 'password1')).toBe('ok');
    expect(await outcomeOf(okta, 'x-user01', 'password1')).toBe('ok');
    expect(await outcomeOf(okta, 'x-@corp.example', 'password1')).toBe('invalid');
    expect(await statusOf(okta, 'x-user01@corp.example')).toBe('ACTIVE');
  });
});

describe('a group of which many members are unknown', () => {
  it('has some of them named and the rest counted', async () => {
    const unknown = Array.from({ length: 60 }, (_, at) => `memberUid: nobody-${at}`).join('\n');
    const [okta] = await start({}, `${byUid}${unknown}\n`);
    const { id, problemCount } = await runImport(okta, 'full');
    expect(problemCount).toBe(51);
    const { body } = await call(okta, 'GET', `/local/integration/imports/${id}/problems`);
    expect(body.at(-1).message).toBe('has 10 members more who do not exist or were not imported');
  });
});

describe('settings', () => {
  it('take the object class for the filter where there is no filter', async () => {
    const [okta] = await start();
    const { body: settings } = await call(okta, 'PUT', '/local/integration/settings', {
      userSearchBase: `ou=users,${BASE}`,
      groupSearchBase: `ou=groups,${BASE}`,
      groupObjectClass: 'groupOfNames',
    });
    expect(settings).toMatchObject({
      userObjectFilter: '(objectclass=inetorgperson)',
      groupObjectFilter: '(objectclass=groupOfNames)',
    });
  });

  it('without an example user are tested by the first users', async () => {
    const [okta] = await start();
    const message = async (more: object) =>
      (await call(okta, 'POST', '/local/integration/test', { ...settings, exampleUsername: '', ...more })).body.message;
    const { body: settings } = await call(okta, 'GET', '/local/integration/settings');
    expect(await message({})).toBe('Validation successful');
    expect(await message({ uniqueIdAttribute: 'objectGUID' })).toContain('None of the first 3 users has objectGUID');
    const mapping = { ...settings.mapping, email: 'carLicense' };
    expect(await message({ mapping })).toContain('has carLicense');
  });
});
