import { afterEach, describe, expect, it } from '@jest/globals';
import { Client, InsufficientAccessError, ResultCodeError, UnwillingToPerformError } from 'ldapts';
import {
  type Backend,
  evaluateFilter,
  LdapError,
  type LdapServer,
  resultCode,
  type SearchEntry,
  standardSchema,
  startLdapServer,
  subjectOf,
} from '../src/index.ts';

const servers: LdapServer[] = [];
const clients: Client[] = [];

async function serve(backend: Partial<Backend>): Promise<Client> {
  const server = await startLdapServer({
    backend: { bind: async ({ dn }) => ({ dn }), search: () => [], ...backend },
    port: 0,
  });
  servers.push(server);
  const client = new Client({ url: server.url ?? '', timeout: 5000 });
  clients.push(client);
  return client;
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.unbind()));
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const people = (count: number): readonly SearchEntry[] =>
  Array.from({ length: count }, (_, index) => ({
    dn: `uid=u${index},ou=users,dc=acme,dc=okta,dc=com`,
    attributes: [
      { name: 'objectClass', values: ['inetOrgPerson'] },
      { name: 'uid', values: [`u${index}`] },
      { name: 'memberOf', values: ['cn=g'], operational: true },
    ],
  }));

describe('a backend of another package', () => {
  it('gives its own code and text to the client', async () => {
    const client = await serve({
      bind: async () => {
        throw new LdapError(resultCode.invalidCredentials, 'The credentials provided were invalid.');
      },
      whoAmI: async () => {
        throw new LdapError(resultCode.unwillingToPerform, 'not implemented');
      },
      rootDse: async () => {
        throw new LdapError(resultCode.insufficientAccessRights, 'Sign in first.');
      },
      bindAnonymously: async () => {
        throw new LdapError(resultCode.insufficientAccessRights);
      },
    });
    await expect(client.bind('uid=a', 'b')).rejects.toMatchObject({
      code: 49,
      message: expect.stringContaining('The credentials provided were invalid.'),
    });
    await expect(client.search('', { scope: 'base' })).rejects.toBeInstanceOf(InsufficientAccessError);
    await expect(client.exop('1.3.6.1.4.1.4203.1.11.3')).rejects.toBeInstanceOf(UnwillingToPerformError);
    await expect(client.bind('', '')).rejects.toBeInstanceOf(InsufficientAccessError);
  });

  it('refuses what it does not implement with 53', async () => {
    const client = await serve({});
    await client.bind('uid=a', 'b');
    await expect(client.compare('uid=a', 'uid', 'a')).rejects.toBeInstanceOf(UnwillingToPerformError);
    await expect(client.add('uid=a', { uid: 'a' })).rejects.toBeInstanceOf(UnwillingToPerformError);
    await expect(client.del('uid=a')).rejects.toBeInstanceOf(UnwillingToPerformError);
    await expect(client.modifyDN('uid=a', 'uid=b')).rejects.toBeInstanceOf(UnwillingToPerformError);
  });

  it('is paged by the server, at most its page size at a time, and asked for no more than was sent', async () => {
    let pulled = 0;
    const client = await serve({
      limits: () => ({ entries: 1000, pageSize: 1000 }),
      *search() {
        for (const person of people(2500)) {
          pulled++;
          yield person;
        }
      },
    });
    const sizes: number[] = [];
    for await (const { searchEntries } of client.searchPaginated('dc=acme', { paged: { pageSize: 5000 } })) {
      sizes.push(searchEntries.length);
      if (sizes.length === 1) expect(pulled).toBe(1001);
    }
    expect(sizes).toEqual([1000, 1000, 500]);
  });

  it('ends an unpaged search at the 1001st entry with sizeLimitExceeded', async () => {
    const client = await serve({
      limits: () => ({ entries: 1000 }),
      search: ({ base }) => people(base === 'dc=more' ? 1001 : 1000),
    });
    const { searchEntries } = await client.search('dc=acme', {});
    expect(searchEntries).toHaveLength(1000);
    await expect(client.search('dc=more', {})).rejects.toMatchObject({ code: 4 });
  });

  it('refuses a page cookie of another search, and ends the backend’s work when the pages are given up', async () => {
    let ended = 0;
    const client = await serve({
      *search() {
        try {
          yield* people(10);
        } finally {
          ended++;
        }
      },
    });
    for await (const page of client.searchPaginated('dc=acme', { paged: { pageSize: 3 } })) {
      expect(page.searchEntries).toHaveLength(3);
      break;
    }
    expect(ended).toBe(0);
    await client.bind('uid=a', 'b');
    expect(ended).toBe(1);
  });

  it('sends operational attributes only when asked for', async () => {
    const client = await serve({ search: () => people(1) });
    const attributesOf = async (attributes: string[]) => {
      const { searchEntries } = await client.search('dc=acme', { attributes });
      return Object.keys(searchEntries[0] ?? {}).sort();
    };
    expect(await attributesOf([])).toEqual(['dn', 'objectClass', 'uid']);
    expect(await attributesOf(['memberOf', 'uid'])).toEqual(['dn', 'memberOf', 'uid']);
    expect(await attributesOf(['*', '+'])).toEqual(expect.arrayContaining(['memberOf', 'objectClass', 'uid']));
  });

  it('gets the filter parsed, and may evaluate it with the server’s rules', async () => {
    const schema = standardSchema();
    const client = await serve({
      search: ({ filter }) => people(20).filter((entry) => evaluateFilter(filter, subjectOf(entry, schema), schema)),
    });
    const uids = async (filter: string) =>
      (await client.search('dc=acme', { filter, attributes: ['uid'] })).searchEntries.map(({ uid }) => uid);
    expect(await uids('(uid=U7)')).toEqual(['u7']);
    expect(await uids('(&(objectClass=person)(|(uid=u1)(uid=u2)))')).toEqual(['u1', 'u2']);
    expect(await uids('(!(nonsense=1))')).toEqual([]);
    expect(await uids('(uid=u1*)')).toHaveLength(11);
  });

  it('keeps its bugs to itself', async () => {
    const client = await serve({
      search: () => {
        throw new Error('SELECT password FROM users');
      },
    });
    const failure = await client.search('dc=acme', {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ResultCodeError);
    expect(String(failure)).not.toContain('SELECT');
  });
});
