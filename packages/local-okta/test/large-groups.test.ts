import { afterEach, describe, expect, it } from '@jest/globals';
import { createDirectory } from '../src/directory/directory.ts';
import { directorySchema } from '../src/directory/schema.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { testClock } from './local-okta-fixture.ts';

const PEOPLE = 5_000;
let store: Store;
afterEach(() => store.close());

describe('a group of thousands', () => {
  function crowd() {
    store = openStore({ schemas: [directorySchema] });
    const { importUsers, groups, users } = createDirectory({
      store,
      clock: testClock(),
      onListenerError: () => undefined,
    });
    const logins = Array.from({ length: PEOPLE }, (_, at) => `Many${at}@example.com`);
    const made = importUsers(
      logins.map((login) => ({ profile: { login, email: login, firstName: 'M', lastName: 'Any' } })),
    );
    const ids = made.flatMap((result) => ('userId' in result ? result.userId : []));
    return { groups, users, logins, ids, group: groups.create({ name: 'Crowd' }) };
  }

  it('gets its members step by step, and a step of one that was deleted meanwhile changes nothing', () => {
    const { groups, ids, group } = crowd();
    const steps = [...groups.setMembers(group.id, ids)];
    expect(steps.length).toBeGreaterThan(5);
    expect(groups.countMembers(group.id)).toBe(PEOPLE);
    const emptied = groups.setMembers(group.id, ids.slice(0, 1))[Symbol.iterator]();
    emptied.next();
    groups.remove(group.id);
    while (emptied.next().done !== true);
    expect(groups.get(group.id)).toBeUndefined();
  });

  it('tells their usernames some at a time, each once, and so does Everyone', () => {
    const { groups, ids, logins, group } = crowd();
    for (const _ of groups.setMembers(group.id, ids));
    for (const { id } of [group, groups.everyone()]) {
      const pages = [...groups.memberLogins(id)];
      expect(pages.length).toBeGreaterThan(2);
      const inOrder = pages.flat().sort((one, other) => one.seq - other.seq);
      expect(inOrder.map(({ login }) => login)).toEqual(logins);
    }
  });
});
