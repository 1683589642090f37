import { describe, expect, it } from '@jest/globals';
import type { SearchOptions } from 'ldapts';
import { codeOf, contract } from './each-directory.ts';

const base = 'dc=example,dc=org';
const users = `ou=users,${base}`;

contract('search results', (directory) => {
  const dns = (from: string, options: SearchOptions): Promise<readonly string[]> =>
    directory().with(async (client) => {
      const { searchEntries } = await client.search(from, { attributes: ['1.1'], ...options });
      return searchEntries.map((entry) => entry.dn);
    });
  const attributes = (names: string[], dn = `cn=user01,${users}`): Promise<Record<string, unknown>> =>
    directory().with(async (client) => {
      const { searchEntries } = await client.search(dn, { scope: 'base', attributes: names });
      // ldapts adds an empty list for every attribute that was asked for and did not come.
      const came = Object.entries(searchEntries[0] ?? {}).filter(
        ([, value]) => !Array.isArray(value) || value.length > 0,
      );
      return Object.fromEntries(came);
    });

  describe('scopes', () => {
    it('looks at the entry itself', async () => {
      expect(await dns(users, { scope: 'base' })).toEqual([users]);
    });

    it('looks one level down', async () => {
      const found = await dns(base, { scope: 'one' });
      expect(found).toContain(users);
      expect(found).not.toContain(base);
      expect(found).not.toContain(`cn=user01,${users}`);
      expect(await dns(users, { scope: 'one', filter: '(uid=deep)' })).toEqual([]);
    });

    it('looks at the whole subtree', async () => {
      expect(await dns(base, { scope: 'sub', filter: '(objectClass=domain)' })).toEqual([]);
      expect(await dns(base, { scope: 'sub', filter: '(objectClass=dcObject)' })).toEqual([base]);
      expect(await dns(base, { scope: 'sub', filter: '(uid=deep)' })).toEqual([`cn=deep,ou=team,${users}`]);
    });

    it('looks at everything below the entry', async () => {
      const found = await dns(users, { scope: 'subordinates' });
      expect(found).toContain(`cn=deep,ou=team,${users}`);
      expect(found).not.toContain(users);
    });

    it('takes a base in other case and with spaces', async () => {
      expect(await dns('OU = Users , DC=EXAMPLE,DC=org', { filter: '(uid=user01)' })).toEqual([`cn=user01,${users}`]);
    });

    it.each([
      ['a base that is not there', `ou=nowhere,${base}`, 32],
      ['a base outside the directory', 'dc=example,dc=com', 32],
      ['a base that is no DN', 'nonsense', 34],
    ])('refuses %s', async (_, from, code) => {
      expect(await directory().with((client) => codeOf(client.search(from, {})))).toBe(code);
    });
  });

  describe('attributes', () => {
    const user01 = {
      dn: `cn=user01,${users}`,
      objectClass: ['inetOrgPerson', 'posixAccount', 'shadowAccount'],
      cn: ['User1', 'user01'],
      sn: 'Bar1',
      givenName: 'User1',
      mail: 'user01@example.com',
      uid: 'user01',
      uidNumber: '1000',
      gidNumber: '1000',
      homeDirectory: '/home/user01',
    };

    it('returns every user attribute, and no password to anybody but the administrator', async () => {
      expect(await attributes([])).toEqual(user01);
      expect(await attributes(['*'])).toEqual(user01);
    });

    it('returns only what was asked for, named as it was asked for or as the schema has it', async () => {
      const entry = await attributes(['MAIL', 'no-such-attribute', 'title']);
      expect(Object.keys(entry).map((name) => name.toLowerCase())).toEqual(expect.arrayContaining(['dn', 'mail']));
      expect(Object.values(entry)).toContain('user01@example.com');
    });

    it('returns none for 1.1', async () => {
      expect(await attributes(['1.1'])).toEqual({ dn: `cn=user01,${users}` });
    });

    it('returns those that derive from the one that was asked for', async () => {
      expect(await attributes(['name'])).toMatchObject({ sn: 'Bar1', givenName: 'User1' });
    });

    it('returns those of a class for @class', async () => {
      const entry = await attributes(['@posixAccount']);
      expect(entry).toMatchObject({ uidNumber: '1000', homeDirectory: '/home/user01' });
      expect(entry).not.toHaveProperty('mail');
    });

    it('keeps operational attributes for those who ask', async () => {
      const all = await attributes(['+']);
      expect(all).not.toHaveProperty('uid');
      expect(all).toMatchObject({
        structuralObjectClass: 'inetOrgPerson',
        entryDN: `cn=user01,${users}`,
        subschemaSubentry: 'cn=Subschema',
        hasSubordinates: 'FALSE',
        entryUUID: expect.stringMatching(/^[0-9a-f-]{36}$/),
        createTimestamp: expect.stringMatching(/^\d{14}Z$/),
        modifyTimestamp: expect.stringMatching(/^\d{14}Z$/),
        creatorsName: expect.any(String),
        modifiersName: expect.any(String),
      });
      expect(await attributes(['*', '+'])).toMatchObject({ ...user01, entryDN: `cn=user01,${users}` });
      expect(await attributes(['entryUUID'])).toEqual({ dn: user01.dn, entryUUID: all.entryUUID });
      expect(await attributes(['hasSubordinates'], users)).toEqual({ dn: users, hasSubordinates: 'TRUE' });
    });

    it('computes memberOf from member and uniqueMember, whatever order the LDIF has', async () => {
      const groupsOf = async (dn: string): Promise<unknown> => (await attributes(['memberOf'], dn)).memberOf;
      expect(await groupsOf(`cn=nested,${users}`)).toBe('cn=inner,ou=groups,dc=example,dc=org');
      expect(await groupsOf('cn=inner,ou=groups,dc=example,dc=org')).toBe('cn=middle,ou=groups,dc=example,dc=org');
      expect(await groupsOf('cn=cycle-a,ou=groups,dc=example,dc=org')).toBe('cn=cycle-b,ou=groups,dc=example,dc=org');
      expect(await groupsOf(`cn=unique,${users}`)).toBe('cn=unique,ou=groups,dc=example,dc=org');
      expect(await groupsOf(`cn=user01,${users}`)).toBeUndefined();
      expect(await attributes(['*'], `cn=nested,${users}`)).not.toHaveProperty('memberOf');
      expect(await dns(users, { filter: '(memberOf=CN=inner,OU=groups,dc=example,dc=org)' })).toEqual([
        `cn=nested,${users}`,
      ]);
    });

    it('returns many values, binary ones, folded ones and ones with spaces at their ends', async () => {
      const entry = await attributes(['mail', 'description', 'jpegPhoto', 'employeeType'], `cn=attributes,${users}`);
      expect(entry.mail).toEqual(['attributes@example.com', 'second@example.com', 'third@example.com']);
      expect(entry.description).toEqual([
        'This description is folded over two lines, and the fold is not part of it.',
        ' begins and ends with a space ',
      ]);
      expect(entry.employeeType).toBe('ñandú');
      expect(entry.jpegPhoto).toBeInstanceOf(Buffer);
      expect(entry.jpegPhoto).toHaveLength(267);
    });

    it('returns a thousand values', async () => {
      const { member } = await attributes(['member'], `cn=crowd,ou=groups,${base}`);
      expect(member).toHaveLength(1000);
    });

    it('returns names only where no values are wanted', async () => {
      const [entry] = await directory().with(async (client) => {
        const options = { scope: 'base' as const, attributes: ['mail', 'title'], returnAttributeValues: false };
        return (await client.search(`cn=user01,${users}`, options)).searchEntries;
      });
      expect(entry).toEqual({ dn: `cn=user01,${users}`, mail: [], title: [] });
    });

    it('shows the administrator the stored password, hashed', async () => {
      const [entry] = await directory().with(async (client) => {
        await client.bind('cn=admin,dc=example,dc=org', 'adminpassword');
        return (await client.search(`cn=hash-sha,${users}`, { attributes: ['userPassword'] })).searchEntries;
      });
      expect(entry?.userPassword).toBe('{SHA}44rSFJQ9qtHWTBAvrsKd5K/p2j0=');
    });
  });
});
