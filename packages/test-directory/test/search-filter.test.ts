import { expect, it } from '@jest/globals';
import { EqualityFilter, type Filter } from 'ldapts';
import { contract } from './each-directory.ts';
import { message, octets, present, RawConnection, search, tlv } from './raw-ldap.ts';

const users = 'ou=users,dc=example,dc=org';

contract('search filters', (directory) => {
  const uids = async (filter: Filter | string, base = users): Promise<readonly unknown[]> =>
    directory().with(async (client) => {
      const { searchEntries } = await client.search(base, { filter, attributes: ['uid'] });
      return searchEntries.map((entry) => entry.uid).toSorted();
    });

  it.each([
    ['equality', '(uid=user01)', ['user01']],
    ['equality in other case', '(UID=USER01)', ['user01']],
    ['equality of mail, in other case', '(mail=mixed.case@EXAMPLE.COM)', ['MixedCase']],
    ['equality of a second value', '(cn=User1)', ['user01']],
    ['equality by OID', new EqualityFilter({ attribute: '0.9.2342.19200300.100.1.1', value: 'user01' }), ['user01']],
    ['equality by another name of the attribute', '(surname=Bar1)', ['user01']],
    ['equality by the attribute a type derives from', '(name=Bar1)', ['user01']],
    ['equality that ignores spaces at both ends and repeated ones', '(cn=  comma,   carla )', ['comma']],
    ['equality of an integer', '(uidNumber=1000)', ['user01']],
    ['equality of an integer with leading zeros', '(uidNumber=001000)', []],
    [
      'equality of a telephone number, spaces and hyphens aside',
      '(telephoneNumber=+49\\280\\2930123456)',
      ['attributes'],
    ],
    ['equality of a string with leading zeros', '(employeeNumber=42)', []],
    ['equality with case that counts', '(homeDirectory=/home/USER01)', []],
    ['presence', '(&(uidNumber=*)(uid=user*))', ['user01', 'user02', 'user03']],
    ['and', '(&(objectClass=posixAccount)(sn=Bar2))', ['user02']],
    ['or', '(|(uid=user01)(uid=user02))', ['user01', 'user02']],
    ['not', '(&(uid=user0*)(!(uid=user01)))', ['user02', 'user03']],
    ['an initial part', '(uid=user0*)', ['user01', 'user02', 'user03']],
    ['a final part', '(uid=*er03)', ['user03']],
    ['a part between', '(uid=*ser0*)', ['user01', 'user02', 'user03']],
    ['several parts in order', '(mail=u*r*1@*com)', ['user01']],
    ['several parts out of order', '(mail=u*1*r@*)', []],
    ['at least', '(uidNumber>=1001)', ['user02', 'user03']],
    ['at most', '(uidNumber<=1001)', ['user01', 'user02']],
    ['approximate', '(&(uid~=user01)(uid=*01))', ['user01']],
    ['an extensible match with a rule', '(uid:caseIgnoreMatch:=USER01)', ['user01']],
    ['an extensible match with a stricter rule', '(uid:caseExactMatch:=USER01)', []],
    ['an extensible match with a rule by OID', '(uid:2.5.13.5:=user01)', ['user01']],
    ['an extensible match without a rule', '(uid:=user01)', ['user01']],
    ['an extensible match of DN parts too', '(&(ou:dn:=team)(uid=*))', ['deep']],
    ['object class by a class it derives from', '(&(objectClass=person)(uid=user01))', ['user01']],
    ['object class by OID', '(&(objectClass=2.16.840.1.113730.3.2.2)(uid=user01))', ['user01']],
    ['parentheses', '(uid=paren\\28thesis\\29)', ['paren(thesis)']],
    ['a backslash', '(uid=back\\5cslash)', ['back\\slash']],
    ['a literal star', '(uid=star\\2a)', ['star*']],
    ["a literal $'", "(uid=$')", ["$'"]],
    ['UTF-8', '(uid=zoë)', ['zoë']],
    ['UTF-8 in other case', '(uid=ZOË)', ['zoë']],
    ['an attribute that nobody has', '(title=x)', []],
    ['an attribute that is not in the schema', '(no-such-attribute=x)', []],
    ['not an attribute that is not in the schema', '(&(uid=user01)(!(no-such-attribute=x)))', []],
    ['or with an attribute that is not in the schema', '(|(no-such-attribute=x)(uid=user01))', ['user01']],
    ['not with an attribute the entry has not', '(&(uid=user01)(!(title=x)))', ['user01']],
    ['a password', '(userPassword=*)', []],
    ['a long name', `(uid=${'L'.repeat(256)})`, ['l'.repeat(256)]],
    ['the entry that has a DN', `(entryDN=cn=user01,${users})`, ['user01']],
    ['whether it has children', '(&(hasSubordinates=FALSE)(uid=user01))', ['user01']],
    ['a time it was changed after', '(&(modifyTimestamp>=20000101000000Z)(uid=user01))', ['user01']],
    ['a time it was changed before', '(&(modifyTimestamp<=20000101000000Z)(uid=user01))', []],
  ])('finds by %s', async (_, filter, expected) => {
    expect(await uids(filter)).toEqual(expected);
  });

  it('finds an entry by its entryUUID', async () => {
    const uuid = await directory().with(async (client) => {
      const { searchEntries } = await client.search(`cn=user02,${users}`, { attributes: ['entryUUID'] });
      return String(searchEntries[0]?.entryUUID);
    });
    expect(uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(await uids(`(entryUUID=${uuid})`)).toEqual(['user02']);
  });

  const groups = async (filter: string): Promise<readonly unknown[]> =>
    directory().with(async (client) => {
      const { searchEntries } = await client.search('ou=groups,dc=example,dc=org', { filter, attributes: ['cn'] });
      return searchEntries.map((entry) => entry.cn).toSorted();
    });

  it.each([
    ['memberUid, which holds a DN', `(memberUid=cn=user01,${users})`, ['allusers']],
    ['memberUid in other case, which counts', `(memberUid=CN=user01,${users})`, []],
    ['memberUid, which holds a name', '(memberUid=user01)', ['plain-names']],
    ['memberUid with a DN that has an escaped comma', `(memberUid=cn=Comma\\5c, Carla,${users})`, ['hostile']],
    ['member', `(member=cn=nested,${users})`, ['inner']],
    ['member as another spelling of the DN', '(member=CN=Nested , OU=users,dc=example,dc=org)', ['inner']],
    ['member with an escaped comma in hexadecimal', `(member=cn=Comma\\5c2C Carla,${users})`, 1],
    ['member with UTF-8', `(member=cn=Zoë Müller 日本 😀,${users})`, 1],
    ['member with something that is no DN', '(member=nested)', []],
    ['uniqueMember', `(uniqueMember=cn=unique,${users})`, ['unique']],
    ['one of a thousand members', '(member=cn=member0999,ou=crowd,dc=example,dc=org)', ['crowd']],
    ['presence of members', '(&(uniqueMember=*)(objectClass=groupOfUniqueNames))', ['unique']],
  ])('finds groups by %s', async (_, filter, expected) => {
    const found = await groups(filter);
    if (typeof expected === 'number') expect(found).toHaveLength(expected);
    else expect(found).toEqual(expected);
  });

  it('knows the true and the false filter of RFC 4526', async () => {
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, search(`cn=user01,${users}`, 0, tlv(0xa0))));
    expect((await connection.next())?.tag).toBe(0x64);
    expect(await connection.next()).toMatchObject({ tag: 0x65, code: 0 });
    connection.send(message(2, search(`cn=user01,${users}`, 0, tlv(0xa1))));
    expect(await connection.next()).toMatchObject({ tag: 0x65, code: 0 });
    connection.end();
  });

  it.each([
    ['an unknown kind of filter', tlv(0xab, octets('x'))],
    ['substrings without a part', tlv(0xa4, octets('uid'), tlv(0x30))],
  ])('finds nothing by %s', async (_, filter) => {
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, search(users, 2, filter)));
    expect(await connection.next()).toMatchObject({ id: 1, tag: 0x65 });
    connection.end();
  });

  it('takes a filter nested a hundred deep', async () => {
    let filter = present('uid');
    for (let depth = 0; depth < 100; depth++) filter = tlv(0xa0, filter);
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, search(`cn=user01,${users}`, 0, filter)));
    expect((await connection.next())?.tag).toBe(0x64);
    connection.end();
  });
});
