import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Change } from '../src/directory/changes.ts';
import { createDirectory } from '../src/directory/directory.ts';
import { directorySchema } from '../src/directory/schema.ts';
import { openStore, type StoreOptions } from '../src/store/store.ts';
import { testClock } from './local-okta-fixture.ts';

const schemas = [{ name: 'test', migrations: ['CREATE TABLE things (name TEXT UNIQUE, flag INTEGER)'] }];

describe('the store', () => {
  it('takes back a transaction that fails, with what was to follow it', () => {
    const store = openStore({ schemas });
    const followed: string[] = [];
    const fail = (): void =>
      store.transaction(() => {
        store.run('INSERT INTO things VALUES (?, ?)', ['a', true]);
        store.afterCommit(() => followed.push('a'));
        store.run('INSERT INTO things VALUES (?, ?)', ['a', true]);
      });
    expect(fail).toThrow(/UNIQUE/);
    expect(store.all('SELECT * FROM things')).toEqual([]);
    store.transaction(() => {
      store.run('INSERT INTO things VALUES (?, ?)', ['b', false]);
      store.afterCommit(() => followed.push('b'));
      expect(followed).toEqual([]);
    });
    expect(followed).toEqual(['b']);
    store.close();
  });

  it('refuses what the driver would die of or cut short', () => {
    const store = openStore({ schemas });
    expect(() => store.run('INSERT INTO things VALUES (?, 1)', ['a\0b'])).toThrow(/NUL/);
    store.run('INSERT INTO things VALUES (?, ?)', [undefined, true]);
    expect(store.get('SELECT * FROM things')).toMatchObject({ name: null, flag: 1 });
    store.close();
  });

  it('brings an older database up to date and refuses a newer one', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'local-okta-'));
    const open = (...migrations: string[]) => {
      const options: StoreOptions = { dataDir, schemas: [{ name: 'test', migrations }] };
      const store = openStore(options);
      const columns = store.all('SELECT * FROM pragma_table_info(?)', ['things']).length;
      store.close();
      return columns;
    };
    expect(open('CREATE TABLE things (name TEXT)')).toBe(1);
    expect(open('CREATE TABLE things (name TEXT)', 'ALTER TABLE things ADD COLUMN flag INTEGER')).toBe(2);
    expect(() => open('CREATE TABLE things (name TEXT)')).toThrow(/newer version/);
    rmSync(dataDir, { recursive: true });
  });
});

describe('the change feed', () => {
  it('tells of a transaction as a whole, and of nothing that was taken back', async () => {
    const store = openStore({ schemas: [directorySchema] });
    const errors: unknown[] = [];
    const directory = createDirectory({ store, clock: testClock(), onListenerError: (error) => errors.push(error) });
    const heard: (readonly Change[])[] = [];
    directory.onChange(() => {
      throw new Error('a listener that fails');
    });
    const stop = directory.onChange((changes) => heard.push(changes));
    const profile = (name: string) => ({
      login: `${name}@x.org`,
      email: `${name}@x.org`,
      firstName: name,
      lastName: name,
    });
    const provider = { type: 'LDAP', name: 'x' } as const;
    const results = directory.importUsers([
      { profile: profile('a'), provider },
      { profile: { login: 'nobody' }, provider },
      { profile: profile('A'), provider },
      { profile: profile('b'), provider },
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['created', 'refused', 'refused', 'created']);
    expect(heard.map((changes) => changes.length)).toEqual([2]);
    const [first] = results;
    const userId = first !== undefined && 'userId' in first ? first.userId : '';
    expect(() =>
      store.transaction(() => {
        directory.users.setProfile(userId, profile('c'));
        throw new Error('never mind');
      }),
    ).toThrow('never mind');
    expect(heard).toHaveLength(1);
    expect(directory.importUsers([{ userId, profile: profile('a'), provider }])).toEqual([
      { outcome: 'unchanged', userId },
    ]);
    const group = directory.groups.create({ name: 'G' });
    expect([...directory.groups.setMembers(group.id, [userId, '00uNobody'])]).toHaveLength(1);
    expect(directory.groups.memberIds(group.id)).toEqual([userId]);
    expect(heard.at(-1)).toEqual([{ kind: 'membership', groupId: group.id, userId, change: 'added' }]);
    stop();
    directory.groups.remove(group.id);
    expect(heard).toHaveLength(3);
    expect(errors.length).toBeGreaterThan(0);
    store.close();
  });
});
