import { readFile } from 'node:fs/promises';
import { afterEach, expect, it } from '@jest/globals';
import { createCertificateAuthority } from '@ldap-to-okta/ldap-server';
import { type LdapjsClient, type LdapjsSearchOptions, openLdapjsClient } from '../src/index.ts';
import { contract } from './each-directory.ts';

const base = 'dc=example,dc=org';
const users = `ou=users,${base}`;
const user01 = `cn=user01,${users}`;

// What the apps of many companies still speak to their directory with.
contract('the client of ldapjs 3', (directory) => {
  const open: LdapjsClient[] = [];
  const client = (url = directory().url, options: Parameters<typeof openLdapjsClient>[1] = {}): LdapjsClient => {
    const made = openLdapjsClient(url, options);
    open.push(made);
    return made;
  };
  afterEach(() => {
    for (const made of open.splice(0)) made.close();
  });
  const valuesOf = (attribute: string, filter: LdapjsSearchOptions['filter'] & {}): Promise<string[]> =>
    client()
      .search(users, { scope: 'sub', filter, attributes: [attribute] })
      .then(({ entries }) => entries.flatMap(({ attributes }) => attributes[attribute] ?? []).toSorted());

  it('binds, again on the same connection, and is refused with 49', async () => {
    const made = client();
    expect(await made.bind(user01, 'password1')).toMatchObject({ code: 0 });
    expect(await made.bind(user01, 'wrong')).toMatchObject({ code: 49 });
    expect(await made.bind(directory().adminDn, directory().adminPassword)).toMatchObject({ code: 0 });
    expect(await made.bind(`cn=nobody,${users}`, 'password1')).toMatchObject({ code: 49 });
  });

  it.each([
    ['(uid=user01)', ['user01']],
    ['(&(objectClass=inetOrgPerson)(mail=user01@example.com))', ['user01']],
    ['(|(uid=user01)(uid=user02))', ['user01', 'user02']],
    ['(&(uid=user0*)(!(uid=user02)))', ['user01', 'user03']],
    ['(uid=nobody)', []],
  ])('finds by %s', async (filter, expected) => {
    expect(await valuesOf('uid', filter)).toEqual(expected);
  });

  it('finds by values with brackets, backslashes and letters beyond ASCII in a filter object', async () => {
    const odd = (await valuesOf('cn', '(objectClass=person)')).filter((cn) => /[()*\\]|[^ -~]/.test(cn));
    expect(odd.length).toBeGreaterThan(2);
    for (const value of odd) expect(await valuesOf('cn', { attribute: 'cn', value })).toContain(value);
  });

  it('finds nothing by a value escaped in a text, because ldapjs sends the backslashes', async () => {
    const [value = ''] = (await valuesOf('cn', '(objectClass=person)')).filter((cn) => /^[^*\\]*\([^*\\]*$/.test(cn));
    const escaped = value.replaceAll('(', '\\28').replaceAll(')', '\\29');
    expect(escaped).toContain('\\28');
    expect(await valuesOf('cn', `(cn=${escaped})`)).toEqual([]);
  });

  it('reads a whole directory in pages, each entry once', async () => {
    const options = { scope: 'sub', filter: '(objectClass=person)', attributes: ['1.1'] } as const;
    const whole = await client().search(users, options);
    const paged = await client().search(users, { ...options, pageSize: 7 });
    const names = paged.entries.map(({ dn }) => dn);
    expect(names.toSorted()).toEqual(whole.entries.map(({ dn }) => dn).toSorted());
    expect(new Set(names).size).toBe(names.length);
    expect(paged.pages).toBeGreaterThan(1);
  });

  it('stops at its size limit with what came before', async () => {
    const found = await client().search(users, { scope: 'sub', filter: '(objectClass=person)', sizeLimit: 3 });
    expect([found.code, found.entries.length]).toEqual([4, 3]);
  });

  it('reads an attribute under the name it asked for, and the root DSE', async () => {
    const found = await client().search(user01, { attributes: ['MAIL', 'Uid'] });
    expect(found.entries).toHaveLength(1);
    const names = Object.keys(found.entries[0]?.attributes ?? {}).map((name) => name.toLowerCase());
    expect(names.toSorted()).toEqual(['mail', 'uid']);
    const rootDse = await client().search('', { attributes: ['namingContexts'] });
    expect(rootDse.entries[0]?.attributes).toMatchObject({ namingContexts: expect.arrayContaining([base]) });
  });

  it('hears 32 of a base that is not there', async () => {
    expect(await client().search(`ou=none,${base}`, {})).toMatchObject({ code: 32, entries: [] });
  });

  it('compares', async () => {
    expect(await client().compare(user01, 'uid', 'user01')).toBe(true);
    expect(await client().compare(user01, 'uid', 'user02')).toBe(false);
    await expect(client().compare(`cn=nobody,${users}`, 'uid', 'user01')).rejects.toMatchObject({ code: 32 });
  });

  it('speaks StartTLS, and not with a directory whose certificate it does not trust', async () => {
    const ca = await readFile(directory().caFile, 'utf8');
    const made = client();
    await made.startTls(ca);
    expect(await made.bind(user01, 'password1')).toMatchObject({ code: 0 });
    expect((await made.search(user01, {})).entries).toHaveLength(1);
    const { caPem } = createCertificateAuthority();
    await expect(client().startTls(caPem)).rejects.toMatchObject({ code: expect.stringMatching(/CERT|VERIFY/) });
  });

  it('speaks LDAPS', async () => {
    const ca = await readFile(directory().caFile, 'utf8');
    const made = client(directory().ldapsUrl, { ca });
    expect(await made.bind(user01, 'password1')).toMatchObject({ code: 0 });
  });

  it('goes on after it abandoned something', async () => {
    const made = client();
    expect(await made.bind(user01, 'password1')).toMatchObject({ code: 0 });
    const searching = made.search(base, { scope: 'sub', filter: '(objectClass=*)' }).catch(() => undefined);
    await made.abandon(2);
    expect((await made.search(user01, {})).entries).toHaveLength(1);
    // Abandoned or answered already: the directory may do either, but the connection must go on.
    made.close();
    await searching;
  });

  it('unbinds, after which the directory has closed the connection', async () => {
    const made = client();
    expect(await made.bind(user01, 'password1')).toMatchObject({ code: 0 });
    await made.unbind();
  });

  it('carries two hundred searches at once on one connection', async () => {
    const made = client();
    expect(await made.bind(user01, 'password1')).toMatchObject({ code: 0 });
    const answers = await Promise.all(Array.from({ length: 200 }, () => made.search(user01, { attributes: ['uid'] })));
    expect(answers.every(({ entries }) => entries[0]?.attributes.uid?.[0] === 'user01')).toBe(true);
  });
});
