import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Attribute, Change, Client } from 'ldapts';
import type { LocalOkta } from '../src/local-okta.ts';
import {
  call,
  createCleanup,
  endOfImport,
  runImport,
  startAgent,
  startOkta,
  startOpenLdap,
  tempDir,
  until,
  untilReady,
} from './agents-fixture.ts';
import { type ShiftingDirectory, startShiftingDirectory } from './shifting-directory.ts';

const cleanup = createCleanup();
afterEach(() => cleanup.run());

const none = { scanned: 0, new: 0, updated: 0, unchanged: 0, removed: 0 };

async function problemsOf(okta: LocalOkta, id: string): Promise<string[]> {
  const { body } = await call(okta, 'GET', `/local/integration/imports/${id}/problems`);
  return body.map(({ dn, code }: { dn: string; code: string }) => `${dn.split(',')[0]} ${code}`).sort();
}

/** Everybody whom the directory brought: username, first name, status. */
async function peopleOf(okta: LocalOkta): Promise<string[]> {
  const { body } = await call(okta, 'GET', '/api/v1/users?limit=200');
  return body
    .filter(({ credentials }: { credentials: { provider: { type: string } } }) => credentials.provider.type === 'LDAP')
    .map(({ profile, status }: { profile: { login: string; firstName: string }; status: string }) =>
      [profile.login.split('@')[0], profile.firstName, status].join(' '),
    )
    .sort();
}

/** A directory of these people, imported once. */
async function imported(names: readonly string[]): Promise<{ directory: ShiftingDirectory; okta: LocalOkta }> {
  const directory = await startShiftingDirectory(cleanup);
  for (const name of names) directory.add(name);
  const okta = await startOkta(cleanup);
  startAgent(cleanup, okta, directory);
  await untilReady(okta);
  expect(await peopleOf(okta)).toEqual(names.map((name) => `${name} N ACTIVE`));
  return { directory, okta };
}

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const everybody = names.map((name) => `${name} N ACTIVE`);

/** Renames somebody now, as a directory's administrator does. */
function rename(directory: ShiftingDirectory, from: string, to: string): void {
  const person = [...directory.people.values()].find(({ cn }) => cn === from);
  if (person === undefined) throw new Error(`nobody is named ${from}`);
  Object.assign(person, { cn: to, changed: Date.now() });
}

const dnOf = async (okta: LocalOkta, login: string): Promise<string> => {
  const { body: user } = await call(okta, 'GET', `/api/v1/users/${login}@example.com`);
  const { body: integration } = await call(okta, 'GET', '/local/integration');
  const { body } = await call(okta, 'GET', `/api/v1/apps/${integration.id}/users/${user.id}`);
  return body.profile.dn;
};

describe('while a full import reads it, an entry', () => {
  it('that moves to where it was read already, and is on no page, is still there', async () => {
    const { directory, okta } = await imported(names);
    directory.after('d', () => rename(directory, 'g', 'aa'));
    const run = await runImport(okta, 'full');
    expect([run.state, run.counts.users]).toEqual(['completed', { ...none, scanned: 8, unchanged: 7, updated: 1 }]);
    expect(await peopleOf(okta)).toEqual(everybody);
    expect(await dnOf(okta, 'g')).toBe('cn=aa,ou=users,dc=example,dc=org');
  });

  it('that moves to where it will be read again is one user', async () => {
    const { directory, okta } = await imported(names);
    directory.after('d', () => {
      rename(directory, 'a', 'z');
      rename(directory, directory.add('y').cn, 'y');
    });
    directory.after('y', () => rename(directory, 'y', 'zz'));
    const run = await runImport(okta, 'full');
    expect([run.state, run.counts.users]).toEqual([
      'completed',
      { ...none, scanned: 9, new: 1, unchanged: 7, updated: 1 },
    ]);
    await until(async () => (await peopleOf(okta)).length === 9, 'everybody is confirmed');
    expect(await peopleOf(okta)).toEqual([...everybody, 'y N ACTIVE']);
    expect(await dnOf(okta, 'a')).toBe('cn=z,ou=users,dc=example,dc=org');
    expect(await dnOf(okta, 'y')).toBe('cn=zz,ou=users,dc=example,dc=org');
  });

  it('that is deleted before it is read is removed, and afterwards by the next full import', async () => {
    const { directory, okta } = await imported(names);
    const remove = (name: string): void => {
      const person = [...directory.people.values()].find(({ cn }) => cn === name);
      directory.people.delete(person?.id ?? '');
    };
    directory.after('d', () => {
      remove('b');
      remove('g');
    });
    expect((await runImport(okta, 'full')).counts.users).toEqual({ ...none, scanned: 7, unchanged: 7, removed: 1 });
    expect(await peopleOf(okta)).toEqual(everybody.filter((line) => !line.startsWith('g')));
    expect((await runImport(okta, 'full')).counts.users).toEqual({ ...none, scanned: 6, unchanged: 6, removed: 1 });
  });

  it('that was read before it changed comes with the next incremental one, however late the last change was', async () => {
    const { directory, okta } = await imported(names);
    directory.after('d', () => {
      for (const [name, lateMs] of [
        ['b', 5_000],
        ['f', 600_000],
      ] as const) {
        const person = [...directory.people.values()].find(({ cn }) => cn === name);
        if (person !== undefined) Object.assign(person, { givenName: 'Changed', changed: Date.now() + lateMs });
      }
      Object.assign(directory.add('aa'), { changed: Date.now() + 5_000 });
    });
    expect((await runImport(okta, 'full')).counts.users).toEqual({ ...none, scanned: 8, unchanged: 7, updated: 1 });
    const next = await runImport(okta, 'incremental');
    expect([next.state, next.counts.users]).toEqual([
      'completed',
      { ...none, scanned: 3, new: 1, unchanged: 1, updated: 1 },
    ]);
    await until(async () => (await peopleOf(okta)).includes('aa N ACTIVE'), 'the new one is confirmed');
    expect(await peopleOf(okta)).toEqual(
      [...everybody, 'aa N ACTIVE'].map((line) => line.replace(/^([bf]) N/, '$1 Changed')).sort(),
    );
  });

  it('that takes a username which another one gives up gets it, whichever is read first', async () => {
    const { directory, okta } = await imported(names);
    directory.after('a', () => {
      for (const [name, mail] of [
        ['b', 'e@example.com'],
        ['e', 'elsewhere@example.com'],
        ['h', 'g@example.com'],
      ] as const) {
        const person = [...directory.people.values()].find(({ cn }) => cn === name);
        if (person !== undefined) Object.assign(person, { mail, givenName: name, changed: Date.now() });
      }
    });
    const run = await runImport(okta, 'full');
    expect([run.state, run.counts.users]).toEqual(['completed', { ...none, scanned: 8, unchanged: 5, updated: 2 }]);
    expect(await problemsOf(okta, run.id)).toEqual(['cn=h username-taken']);
    expect(await peopleOf(okta)).toEqual(
      ['a N', 'c N', 'd N', 'e b', 'elsewhere e', 'f N', 'g N', 'h N'].map((line) => `${line} ACTIVE`),
    );
  });
});

describe('a directory that fails in the middle of a full import', () => {
  it('ends it with its reason, and nobody is removed', async () => {
    const { directory, okta } = await imported(names);
    directory.after('d', () => {
      throw new Error('a disk is full');
    });
    expect(await runImport(okta, 'full')).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('80'),
      counts: { users: { removed: 0 } },
    });
    expect(await peopleOf(okta)).toEqual(everybody);
    expect((await runImport(okta, 'full')).counts.users).toMatchObject({ unchanged: 8, removed: 0 });
  });
});

describe('OpenLDAP that changes while it is imported', () => {
  const CROWD = 8_000;
  const tutorialLdif = fileURLToPath(new URL('../../../ldifs/users.ldif', import.meta.url));

  it('ends up as it is, with the next incremental and full import', async () => {
    const file = join(tempDir(cleanup), 'crowd.ldif');
    const person = (name: string) => ({
      objectClass: 'inetOrgPerson',
      cn: name,
      uid: name,
      sn: 'P',
      givenName: 'N',
      mail: `${name}@example.com`,
    });
    const lines = Array.from({ length: CROWD }, (_, at) =>
      [
        `dn: cn=p${at},ou=users,dc=example,dc=org`,
        ...Object.entries(person(`p${at}`)).map((pair) => pair.join(': ')),
      ].join('\n'),
    );
    writeFileSync(file, `${lines.join('\n\n')}\n`);
    const directory = await startOpenLdap(cleanup, { ldifFiles: [tutorialLdif, file] });
    const okta = await startOkta(cleanup);
    await call(okta, 'PUT', '/local/faults', { agentDelayMs: 300 });
    startAgent(cleanup, okta, directory);
    const id = await until(async () => {
      const { body } = await call(okta, 'GET', '/local/integration/imports');
      return body[0]?.counts.users.scanned > 0 && body[0].id;
    }, 'the import has begun');
    await call(okta, 'PUT', '/local/faults', { agentDelayMs: 2_000 });

    // The first two thousand have been read, the last two thousand have not.
    const dn = (name: string): string => `cn=${name},ou=users,dc=example,dc=org`;
    const client = new Client({ url: directory.url });
    await client.bind(directory.adminDn, directory.adminPassword);
    const replace = (name: string, type: string, value: string) =>
      client.modify(
        dn(name),
        new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) }),
      );
    for (const name of ['p10', 'p7990']) await replace(name, 'givenName', 'Changed');
    for (const name of ['p11', 'p7991']) await client.del(dn(name));
    for (const name of ['p12', 'p7992']) await client.modifyDN(dn(name), `cn=moved-${name}`);
    await replace('p13', 'mail', 'other13@example.com');
    await replace('p7993', 'mail', 'p13@example.com');
    await client.add(dn('late'), person('late'));
    await client.unbind();
    await call(okta, 'PUT', '/local/faults', {});

    const first = await endOfImport(okta, id);
    expect([first.state, first.counts.users]).toEqual(['completed', { ...none, scanned: CROWD + 3, new: CROWD + 2 }]);
    expect(await problemsOf(okta, id)).toEqual(['cn=p7993 username-taken']);
    await untilReady(okta);

    const next = await runImport(okta, 'incremental');
    expect([next.state, next.counts.users]).toMatchObject(['completed', { new: 1, updated: 3, removed: 0 }]);
    await until(async () => (await call(okta, 'GET', '/local/integration')).body.running === null, 'it is confirmed');
    const user = async (login: string) => {
      const { body } = await call(okta, 'GET', `/api/v1/users/${login}@example.com`);
      return [body.status, body.profile?.firstName];
    };
    for (const login of ['p10', 'p7990']) expect(await user(login)).toEqual(['ACTIVE', 'Changed']);
    for (const login of ['p11', 'p12', 'p13', 'other13', 'p7992', 'late']) {
      expect([login, ...(await user(login))]).toEqual([login, 'ACTIVE', 'N']);
    }
    expect(await dnOf(okta, 'p12')).toBe(dn('moved-p12'));

    const full = await runImport(okta, 'full');
    expect([full.state, full.counts.users]).toEqual([
      'completed',
      { ...none, scanned: CROWD + 2, unchanged: CROWD + 2, removed: 1 },
    ]);
    expect(await user('p11')).toEqual(['DEPROVISIONED', 'N']);
  }, 120_000);
});
