import { expect, it } from '@jest/globals';
import { codeOf, contract } from './each-directory.ts';
import { control, message, octets, present, RawConnection, search, simpleBind, tlv } from './raw-ldap.ts';

const users = 'ou=users,dc=example,dc=org';
const user01 = `cn=user01,${users}`;
const whoAmI = '1.3.6.1.4.1.4203.1.11.3';

contract('other operations', (directory) => {
  it.each([
    ['the right value', user01, 'uid', 'user01', true],
    ['the right value in other case', user01, 'uid', 'USER01', true],
    ['another value', user01, 'uid', 'user02', false],
    ['an attribute that distinguishes case', user01, 'homeDirectory', '/HOME/user01', false],
    ['a member in another spelling', 'cn=inner,ou=groups,dc=example,dc=org', 'member', `CN=nested, ${users}`, true],
  ])('compares %s', async (_, dn, attribute, value, expected) => {
    expect(await directory().with((client) => client.compare(dn, attribute, value))).toBe(expected);
  });

  it.each([
    ['an attribute the entry has not', user01, 'title', 16],
    ['an attribute that is not in the schema', user01, 'no-such-attribute', 17],
    ['an entry that is not there', `cn=nobody,${users}`, 'uid', 32],
    ['a DN that is none', 'nonsense', 'uid', 34],
  ])('refuses to compare %s', async (_, dn, attribute, code) => {
    expect(await directory().with((client) => codeOf(client.compare(dn, attribute, 'x')))).toBe(code);
  });

  it('lets nobody guess a password by comparing', async () => {
    const code = await directory().with((client) => codeOf(client.compare(user01, 'userPassword', 'password1')));
    expect([16, 50]).toContain(code);
  });

  it('says who is bound', async () => {
    await directory().with(async (client) => {
      expect((await client.exop(whoAmI)).value ?? '').toBe('');
      await client.bind(`CN=user01,${users}`, 'password1');
      expect(String((await client.exop(whoAmI)).value).toLowerCase()).toBe(`dn:${user01}`);
      await client.bind('cn=admin,dc=example,dc=org', 'adminpassword');
      expect((await client.exop(whoAmI)).value).toBe('dn:cn=admin,dc=example,dc=org');
    });
  });

  it('answers 2 to an extended operation that it does not know', async () => {
    expect(await directory().with((client) => codeOf(client.exop('1.2.3.4.5')))).toBe(2);
  });

  it('describes itself in the root DSE to anybody', async () => {
    const [rootDse] = await directory().with(
      async (client) => (await client.search('', { scope: 'base', attributes: ['+', '*'] })).searchEntries,
    );
    expect(rootDse).toMatchObject({
      dn: '',
      objectClass: expect.arrayContaining(['top']),
      supportedLDAPVersion: '3',
      subschemaSubentry: 'cn=Subschema',
      supportedControl: expect.arrayContaining(['1.2.840.113556.1.4.319', '1.3.6.1.4.1.42.2.27.8.5.1']),
      supportedExtension: expect.arrayContaining(['1.3.6.1.4.1.1466.20037', whoAmI]),
      supportedFeatures: expect.arrayContaining(['1.3.6.1.4.1.4203.1.5.1']),
    });
    expect([rootDse?.namingContexts].flat()[0]).toBe('dc=example,dc=org');
  });

  it('keeps the operational half of the root DSE for those who ask', async () => {
    const [rootDse] = await directory().with(
      async (client) => (await client.search('', { scope: 'base' })).searchEntries,
    );
    expect(rootDse).toHaveProperty('objectClass');
    expect(rootDse).not.toHaveProperty('namingContexts');
  });

  it('publishes its schema', async () => {
    const [schema] = await directory().with(
      async (client) =>
        (
          await client.search('cn=Subschema', {
            scope: 'base',
            filter: '(objectClass=subschema)',
            attributes: ['attributeTypes', 'objectClasses', 'matchingRules', 'ldapSyntaxes'],
          })
        ).searchEntries,
    );
    const text = (name: string): string => [schema?.[name]].flat().join('\n');
    expect(text('objectClasses')).toMatch(/NAME 'inetOrgPerson'/);
    expect(text('objectClasses')).toMatch(/NAME 'posixGroup'/);
    expect(text('attributeTypes')).toMatch(/NAME 'memberUid'/);
    expect(text('matchingRules')).toMatch(/NAME 'caseIgnoreMatch'/);
    expect(text('ldapSyntaxes')).toMatch(/1\.3\.6\.1\.4\.1\.1466\.115\.121\.1\.15/);
  });

  it('lets an anonymous client change nothing', async () => {
    await directory().with(async (client) => {
      expect(await codeOf(client.del(user01))).not.toBe(0);
      expect(
        await codeOf(client.add(`cn=new,${users}`, { objectClass: 'inetOrgPerson', cn: 'new', sn: 'x' })),
      ).not.toBe(0);
      expect(await codeOf(client.modifyDN(user01, 'cn=other'))).not.toBe(0);
      const { searchEntries } = await client.search(users, { filter: '(|(uid=user01)(cn=new)(cn=other))' });
      expect(searchEntries.map((entry) => entry.dn)).toEqual([user01]);
    });
  });

  it('answers operations that were sent together, each by its number', async () => {
    const connection = await RawConnection.to(directory().url);
    connection.send(Buffer.concat([1, 2, 3, 4, 5].map((id) => message(id, search(user01, 0, present('objectClass'))))));
    const done = new Set<number>();
    while (done.size < 5) {
      const answer = await connection.next();
      if (answer?.tag === 0x65) done.add(answer.id);
    }
    expect([...done].toSorted()).toEqual([1, 2, 3, 4, 5]);
    connection.end();
  });

  it('takes an abandon of anything, and goes on', async () => {
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, search('dc=example,dc=org', 2, present('objectClass'))));
    connection.send(message(2, tlv(0x50, Buffer.from([1]))));
    connection.send(message(3, tlv(0x50, Buffer.from([99]))));
    connection.send(message(4, search(user01, 0, present('objectClass'))));
    let answer = await connection.next();
    while (answer !== undefined && !(answer.id === 4 && answer.tag === 0x65)) answer = await connection.next();
    expect(answer).toMatchObject({ id: 4, code: 0 });
    connection.end();
  });

  it('closes the connection on unbind', async () => {
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, tlv(0x42)));
    await connection.closed();
  });

  it('takes a bind message by message and byte by byte', async () => {
    const connection = await RawConnection.to(directory().url);
    for (const byte of message(7, simpleBind(user01, 'password1'))) {
      connection.send(Buffer.from([byte]));
      await new Promise((sent) => setImmediate(sent));
    }
    expect(await connection.next()).toMatchObject({ id: 7, tag: 0x61, code: 0 });
    connection.end();
  });

  it('refuses a critical control on a bind that it does not know', async () => {
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, simpleBind(user01, 'password1'), control('1.2.3.4.5', true)));
    expect(await connection.next()).toMatchObject({ tag: 0x61, code: 12 });
    connection.send(message(2, tlv(0x77, tlv(0x80, whoAmI))));
    expect((await connection.next())?.bytes.includes('user01')).toBe(false);
    connection.end();
  });

  it('lets an anonymous client modify nothing', async () => {
    const replace = tlv(0x30, tlv(0x0a, Buffer.from([2])), tlv(0x30, octets('description'), tlv(0x31, octets('x'))));
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, tlv(0x66, octets(user01), tlv(0x30, replace))));
    const answer = await connection.next();
    expect(answer?.tag).toBe(0x67);
    expect(answer?.code).not.toBe(0);
    connection.send(message(2, simpleBind('', '')));
    expect(await connection.next()).toMatchObject({ tag: 0x61, code: 0 });
    connection.end();
  });
});
