import { afterEach, describe, expect, it } from '@jest/globals';
import { createDirectory } from '../src/directory/directory.ts';
import { directorySchema } from '../src/directory/schema.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { testClock } from './local-okta-fixture.ts';

const PEOPLE = 6_000;
let store: Store;
afterEach(() => store.close());

/** `many0` to `many5999`, all of them Bar by last name, the last one also Zöe Zimmer. */
function crowd() {
  store = openStore({ schemas: [directorySchema] });
  const directory = createDirectory({ store, clock: testClock(), onListenerError: () => undefined });
  directory.importUsers(
    Array.from({ length: PEOPLE }, (_, at) => {
      const login = `Many${at}@example.com`;
      const last = at === PEOPLE - 1;
      return {
        profile: {
          login,
          email: `mail${at}@example.com`,
          firstName: last ? 'Zöe' : `Given${at}`,
          lastName: last ? 'Zimmer' : 'Bar',
        },
      };
    }),
  );
  const find = (text: string, after = 0): string[] =>
    directory.users
      .list({ where: directory.users.beginningWith(text), after, limit: 2 })
      .items.map(({ profile }) => profile.login);
  const plan = (text: string): string[] => {
    const { sql, parameters } = directory.users.beginningWith(text);
    return store
      .all<{ detail: string }>(
        `EXPLAIN QUERY PLAN SELECT seq FROM users WHERE seq > 0 AND (${sql}) ORDER BY seq LIMIT 2`,
        parameters,
      )
      .map(({ detail }) => detail);
  };
  return { find, plan };
}

describe('a search for people by how their names begin', () => {
  it('finds usernames, addresses, first and last names, whatever the case', () => {
    const { find } = crowd();
    const last = [`Many${PEOPLE - 1}@example.com`];
    for (const text of ['many5999', 'MAIL5999@', 'zö', 'ZIM']) expect([text, find(text)]).toEqual([text, last]);
    expect(find('given12@')).toEqual([]);
    for (const text of ['many', 'BAR'])
      expect([text, find(text)]).toEqual([text, ['Many0@example.com', 'Many1@example.com']]);
    expect(find('many', 2)).toEqual(['Many2@example.com', 'Many3@example.com']);
    expect(find('many599', 5_995)).toEqual(['Many5995@example.com', 'Many5996@example.com']);
  });

  it('asks indexes for the few, so that one that finds nobody reads nobody', () => {
    const { find, plan } = crowd();
    expect(find('nobody of this name')).toEqual([]);
    const lines = plan('nobody of this name');
    expect(lines.filter((line) => /USING (COVERING )?INDEX/.test(line))).toHaveLength(4);
    expect(lines.filter((line) => line.startsWith('SCAN users') || line.includes('rowid>'))).toEqual([]);
    // Of everybody the first are found at once in the order of the list.
    expect(plan('many').filter((line) => line.includes('INDEX'))).toEqual([]);
  });
});
