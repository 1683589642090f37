import { readFileSync } from 'node:fs';
import { Client } from 'ldapts';
import { median } from '../measure.mjs';
import { nameOf } from './big-directory.mjs';
import { ADMIN } from './org.mjs';

const BASE = 'dc=local,dc=okta,dc=com';

/** A connection that searches as the auth-adapter does: the person by what they typed, then their groups by DN. */
async function connectTo(org) {
  const client = new Client({
    url: `ldaps://localhost:${org.ldapsPort}`,
    tlsOptions: { ca: readFileSync(org.caFile) },
    timeout: 60_000,
  });
  await client.bind(`uid=${ADMIN.login},${BASE}`, ADMIN.password);
  return {
    async search(login) {
      const started = performance.now();
      const { searchEntries } = await client.search(`ou=users,${BASE}`, {
        scope: 'one',
        filter: `(|(uid=${login})(uid=${login}@*))`,
        attributes: ['uid', 'cn', 'displayName', 'mail'],
      });
      const found = performance.now();
      if (searchEntries.length !== 1) throw new Error(`${login}: ${searchEntries.length} entries`);
      await client.search(`cn=${org.id},ou=apps,ou=groups,${BASE}`, {
        scope: 'one',
        filter: `(uniqueMember=${searchEntries[0].dn})`,
        attributes: ['cn'],
      });
      return { user: found - started, groups: performance.now() - found };
    },
    close: () => client.unbind(),
  };
}

/** Median ms of searches by login in a large org and in a small one, taking turns. */
export async function measureSearches({ large, small, people, smallPeople, searches }) {
  const contestants = [
    { name: 'large', people, client: await connectTo(large), times: [] },
    { name: 'small', people: smallPeople, client: await connectTo(small), times: [] },
  ];
  try {
    for (let turn = 0; turn < searches + 20; turn += 1) {
      for (const { people: count, client, times } of contestants) {
        // a large prime: people from everywhere, and never the one just read
        const time = await client.search(nameOf(((turn * 7_919) % count) + 1));
        if (turn >= 20) times.push(time);
      }
    }
  } finally {
    for (const { client } of contestants) await client.close();
  }
  const of = (which) => contestants.map(({ times }) => median(times.map((time) => time[which])));
  const [largeUser, smallUser] = of('user');
  const [largeGroups, smallGroups] = of('groups');
  return {
    largeUser,
    smallUser,
    largeGroups,
    smallGroups,
    userRatio: largeUser / smallUser,
    groupRatio: largeGroups / smallGroups,
  };
}
