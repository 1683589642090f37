import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type Filter, NotFilter, OrFilter, SubstringFilter } from 'ldapts';
import type { LocalOkta } from '../src/local-okta.ts';
import { call, startLocalOkta } from './local-okta-fixture.ts';

const BASE = 'dc=local,dc=okta,dc=com';
const READER = `uid=ldap-user,${BASE}`;
const PASSWORD = 'Reader-2026-pw';
const PEOPLE = 200;

let okta: LocalOkta;
let ca: string;
const clients: Client[] = [];

function newClient(): Client {
  const made = new Client({ url: okta.urls.ldaps ?? '', tlsOptions: { ca } });
  clients.push(made);
  return made;
}

async function reader(): Promise<Client> {
  const made = newClient();
  await made.bind(READER, PASSWORD);
  return made;
}

beforeAll(async () => {
  okta = await startLocalOkta({ setup: 'auto', ldapServicePassword: PASSWORD, rateLimits: false });
  ca = await (await fetch(new URL('/local/ldap-interface/ca.pem', okta.urls.okta))).text();
  const makeOne = (index: number) =>
    call(okta, 'POST', '/api/v1/users?activate=false', {
      profile: { login: `p${index}@example.com`, email: `p${index}@example.com`, firstName: 'P', lastName: `${index}` },
    });
  await Promise.all(Array.from({ length: PEOPLE }, (_, index) => makeOne(index)));
});

afterEach(async () => {
  for (const made of clients.splice(0)) await made.unbind().catch(() => undefined);
});

afterAll(() => okta.close());

describe('a filter of a megabyte', () => {
  const filter = new OrFilter({
    filters: Array.from({ length: 50_000 }, () => new SubstringFilter({ attribute: 'cn', any: ['nobody'] })),
  });

  it('keeps nobody else waiting, and ends with 3 when its time is over', async () => {
    const [slow, quick] = [await reader(), await reader()];
    let outcome: unknown = 'still at work';
    const long = slow.search(`ou=users,${BASE}`, { filter, timeLimit: 2 }).catch((error: unknown) => {
      outcome = error;
    });
    for (let index = 0; index < 5; index += 1) {
      const { searchEntries } = await quick.search(`ou=users,${BASE}`, { filter: `(uid=p${index}@example.com)` });
      expect(searchEntries).toHaveLength(1);
    }
    expect(outcome).toBe('still at work');
    await long;
    expect(outcome).toMatchObject({ code: 3 });
  });
});

it('ends the connection that brings a filter nested a thousand deep, and no other', async () => {
  const [deep, other] = [await reader(), await reader()];
  let filter: Filter = new SubstringFilter({ attribute: 'cn', any: ['a'] });
  for (let depth = 0; depth < 1000; depth += 1) filter = new NotFilter({ filter });
  await expect(deep.search(BASE, { filter })).rejects.toThrow();
  expect((await other.search(BASE, { scope: 'base' })).searchEntries).toHaveLength(1);
});

it('picks from a list of hundreds of thousands of attributes', async () => {
  const attributes = ['uid', ...Array.from({ length: 300_000 }, () => 'nothing')];
  const { searchEntries } = await (await reader()).search(`ou=users,${BASE}`, { filter: '(uid=p*)', attributes });
  expect(searchEntries).toHaveLength(PEOPLE);
  expect(searchEntries[0]?.uid).toMatch(/^p\d+@/);
});

it('finds everybody whom a long list of names names, each once', async () => {
  const named = Array.from({ length: PEOPLE }, (_, index) => `(uid=p${index}@example.com)(mail=P${index}@example.com)`);
  const { searchEntries } = await (await reader()).search(`ou=users,${BASE}`, { filter: `(|${named.join('')})` });
  expect(new Set(searchEntries.map(({ uid }) => uid)).size).toBe(PEOPLE);
  expect(searchEntries).toHaveLength(PEOPLE);
});

describe('a DN of hundreds of thousands of spaces', () => {
  const spaces = ' '.repeat(250_000);

  it.each([
    ['within a value', `uid=a${spaces}b,${BASE}`],
    ['beside an escape', `uid=\\,a${spaces}b,${BASE}`],
  ])('%s is refused as any other', async (_case, dn) => {
    await expect(newClient().bind(dn, 'x')).rejects.toMatchObject({ code: 49 });
  });
});
