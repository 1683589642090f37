import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDirectory, type Directory } from '../src/directory/directory.ts';
import { directorySchema } from '../src/directory/schema.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { testClock } from './local-okta-fixture.ts';

describe('somebody who was looked up', () => {
  let store: Store;
  let directory: Directory;
  let id: string;

  const profileOf = (login: string) => ({ login, email: login, firstName: 'A', lastName: 'B' });
  const found = () => ['a@example.com', 'b@example.com'].map((login) => directory.users.findByLogin(login)?.id);

  beforeEach(async () => {
    store = openStore({ schemas: [directorySchema] });
    directory = createDirectory({ store, clock: testClock(), onListenerError: () => undefined });
    id = (await directory.users.create({ profile: profileOf('a@example.com'), password: 'Abcd-2026-xyz' })).id;
    expect(found()).toEqual([id, undefined]);
  });
  afterEach(() => store.close());

  it('is another as soon as that is so', async () => {
    directory.users.setProfile(id, profileOf('b@example.com'));
    expect(found()).toEqual([undefined, id]);
    const { id: other } = await directory.users.create({ profile: profileOf('A@example.com') });
    expect(found()).toEqual([other, id]);
    directory.users.transition(id, 'suspend');
    expect(directory.users.findByName('b@example.com')[0]?.status).toBe('SUSPENDED');
    directory.importUsers([{ userId: id, profile: profileOf('c@example.com') }]);
    expect([...found(), directory.users.get(id)?.profile.login]).toEqual([other, undefined, 'c@example.com']);
    directory.users.transition(id, 'deactivate');
    directory.users.remove(id);
    expect(directory.users.get(id)).toBeUndefined();
  });

  it('is who they were after a change that was taken back', () => {
    const takenBack = () =>
      store.transaction(() => {
        directory.users.setProfile(id, profileOf('b@example.com'));
        expect(found()).toEqual([undefined, id]);
        throw new Error('taken back');
      });
    expect(takenBack).toThrow('taken back');
    expect(found()).toEqual([id, undefined]);
    expect(directory.users.get(id)?.profile.login).toBe('a@example.com');
  });

  it('is gone when everything is', () => {
    store.clear();
    directory.noteChange({ kind: 'reset' });
    expect([...found(), directory.users.get(id)]).toEqual([undefined, undefined, undefined]);
  });
});
