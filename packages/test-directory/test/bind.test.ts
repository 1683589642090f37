import { expect, it } from '@jest/globals';
import { contract } from './each-directory.ts';
import { integer, message, octets, RawConnection, simpleBind, tlv } from './raw-ldap.ts';

const users = 'ou=users,dc=example,dc=org';
const hashes = [
  ...['md5', 'smd5', 'sha', 'ssha', 'sha256', 'ssha256', 'sha384', 'ssha384', 'sha512', 'ssha512'],
  ...['pbkdf2', 'pbkdf2-sha1', 'pbkdf2-sha256', 'pbkdf2-sha512', 'argon2'],
  ...['bcrypt', 'bcrypt-2a', 'bcrypt-2y', 'crypt-des', 'crypt-md5', 'crypt-sha256', 'crypt-sha512'],
];

contract('bind', (directory) => {
  it.each(hashes)('checks a password stored as %s', async (hash) => {
    const dn = `cn=hash-${hash},${users}`;
    expect(await directory().bindCode(dn, 'password1')).toBe(0);
    expect(await directory().bindCode(dn, 'wrong')).toBe(49);
    expect(await directory().bindCode(dn, 'Password1')).toBe(49);
  });

  it.each([
    ['the administrator', 'cn=admin,dc=example,dc=org', 'adminpassword'],
    ['user01', `cn=user01,${users}`, 'password1'],
    ['a comma', `cn=Comma\\, Carla,${users}`, 'password1'],
    ['a comma in hexadecimal', `cn=Comma\\2C Carla,${users}`, 'password1'],
    ['a backslash', `cn=Back\\5Cslash,${users}`, 'password1'],
    ['UTF-8', `cn=Zoë Müller 日本 😀,${users}`, 'password1'],
    ['UTF-8 in hexadecimal', `cn=Zo\\C3\\AB M\\C3\\BCller 日本 😀,${users}`, 'password1'],
    ['UTF-8 in other case', `CN=ZOË MÜLLER 日本 😀,${users}`, 'password1'],
    ['quotes and angle brackets', `cn=\\"Quote\\" \\<Q\\>\\; a\\=b,${users}`, 'password1'],
    ['a leading number sign', `cn=\\#hash,${users}`, 'password1'],
    ['a plus', `cn=Plus\\+Minus,${users}`, 'password1'],
    ['an RDN of two parts', `cn=multi+uid=multi-rdn,${users}`, 'password1'],
    ['an RDN of two parts in the other order', `uid=multi-rdn+cn=multi,${users}`, 'password1'],
    ['spaces around the commas', 'cn=user01 , ou=users , dc=example , dc=org', 'password1'],
    ['spaces around the equals signs', 'cn = user01,ou = users,dc=example,dc=org', 'password1'],
    ['other case', 'CN=USER01,OU=Users,DC=Example,DC=ORG', 'password1'],
    ['a long attribute name', 'commonName=user01,organizationalUnitName=users,dc=example,dc=org', 'password1'],
    ['an OID for an attribute', '2.5.4.3=user01,2.5.4.11=users,dc=example,dc=org', 'password1'],
    ['several spaces for one', `cn=Comma\\,   Carla,${users}`, 'password1'],
    ['a password with spaces, a colon and UTF-8', `cn=odd-password,${users}`, ' pässword: 1 '],
  ])('takes a DN with %s', async (_, dn, password) => {
    expect(await directory().bindCode(dn, password)).toBe(0);
  });

  it.each([
    ['a wrong password', `cn=user01,${users}`, 'password2'],
    ['the right password with a space after it', `cn=user01,${users}`, 'password1 '],
    ['the right password with a NUL after it', `cn=user01,${users}`, 'password1\0'],
    ['a name that is not there', `cn=nobody,${users}`, 'password1'],
    ['a DN outside the directory', 'cn=user01,dc=example,dc=com', 'password1'],
    ['an entry without a password', `cn=no-password,${users}`, 'password1'],
    ['an entry that is nobody', 'ou=users,dc=example,dc=org', 'password1'],
    ['another value of the naming attribute', `cn=User1,${users}`, 'password1'],
    ['the stored hash itself', `cn=hash-sha,${users}`, '{SHA}44rSFJQ9qtHWTBAvrsKd5K/p2j0='],
    ['an unknown scheme', `cn=hash-unknown,${users}`, 'password1'],
    ['a broken hash', `cn=hash-broken,${users}`, 'password1'],
    ['a wrong administrator password', 'cn=admin,dc=example,dc=org', 'password1'],
  ])('answers 49 to %s', async (_, dn, password) => {
    expect(await directory().bindCode(dn, password)).toBe(49);
  });

  it.each(['user01', 'cn=user01,', `cn=user01,,${users}`, 'cn=a\\', `no-such-attribute=x,${users}`])(
    'answers 34 to %s, which is no DN',
    async (dn) => {
      expect(await directory().bindCode(dn, 'password1')).toBe(34);
    },
  );

  it('lets nobody in with a name and an empty password', async () => {
    expect(await directory().bindCode(`cn=user01,${users}`, '')).toBe(53);
    expect(await directory().bindCode('cn=admin,dc=example,dc=org', '')).toBe(53);
  });

  it('takes an anonymous bind, and forgets who was bound before it', async () => {
    await directory().with(async (client) => {
      await client.bind('cn=admin,dc=example,dc=org', 'adminpassword');
      await client.bind('', '');
      const { searchEntries } = await client.search(`cn=user01,${users}`, { attributes: ['userPassword', 'uid'] });
      expect(searchEntries).toEqual([{ dn: `cn=user01,${users}`, uid: 'user01', userPassword: [] }]);
    });
  });

  it('is nobody again after a bind that failed', async () => {
    await directory().with(async (client) => {
      await client.bind('cn=admin,dc=example,dc=org', 'adminpassword');
      await expect(client.bind(`cn=user01,${users}`, 'wrong')).rejects.toMatchObject({ code: 49 });
      const { searchEntries } = await client.search(`cn=user01,${users}`, { attributes: ['userPassword'] });
      expect(searchEntries).toEqual([{ dn: `cn=user01,${users}`, userPassword: [] }]);
    });
  });

  it.each([
    ['LDAP version 2', simpleBind(`cn=user01,${users}`, 'password1', 2), 2],
    ['LDAP version 99', simpleBind(`cn=user01,${users}`, 'password1', 99), 2],
    ['an unknown SASL mechanism', tlv(0x60, integer(3), octets(''), tlv(0xa3, octets('NO-SUCH'))), 7],
    ['an unknown way to authenticate', tlv(0x60, integer(3), octets(''), tlv(0x89, 'x')), 7],
  ])('refuses %s', async (_, request, code) => {
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, request));
    const answer = await connection.next();
    expect(answer).toMatchObject({ id: 1, tag: 0x61, code });
    connection.end();
  });
});
