import { describe, expect, it } from '@jest/globals';
import LdapAuth from 'ldapauth-fork';

const good: LdapAuth.Options = {
  url: 'ldap://127.0.0.1:1389',
  bindDN: 'cn=admin,dc=example,dc=org',
  bindCredentials: 'adminpassword',
  searchBase: 'ou=users,dc=example,dc=org',
  searchFilter: '(uid={{username}})',
};
const validate = (changes: Record<string, unknown>): (() => void) => {
  const options = { ...good, ...changes } as unknown as LdapAuth.Options; // wrong on purpose
  return () => LdapAuth.validate(options);
};

describe('options', () => {
  it.each([
    ['a complete configuration', {}],
    ['several servers', { url: ['ldap://localhost:1389', 'ldaps://ldap.example.com'] }],
    ['an anonymous service', { bindDN: undefined, bindCredentials: undefined }],
    ['what old configurations say', { reconnect: true, cache: false, idleTimeout: 60_000 }],
    ['clear text on request', { url: 'ldap://ldap.example.com', allowPlaintext: true }],
    ['clear text to this host', { url: 'ldap://app.localhost:389' }],
    ['clear text to IPv6 loopback', { url: 'ldap://[::1]:389' }],
    ['StartTLS elsewhere', { url: 'ldap://ldap.example.com', starttls: true }],
    [
      'a complex filter',
      { searchFilter: '(&(objectClass=person)(|(cn={{username}})(mail={{username}}))(!(o=x\\2a)))' },
    ],
    [
      'an extensible filter',
      { groupSearchBase: 'dc=x', groupSearchFilter: '(member:1.2.840.113556.1.4.1941:={{dn}})' },
    ],
  ])('takes %s', (_case, changes) => {
    expect(validate(changes)).not.toThrow();
  });

  it.each([
    ['an unknown option', { serachBase: 'dc=x' }, /unknown option serachBase/],
    ['an inherited name', { toString: 'x' }, /unknown option toString/],
    ['an option by its other name', { bindDn: 'cn=x' }, /unknown option bindDn; write bindDN/],
    ['a logger', { log: {} }, /log; use onStep/],
    ['a cache of passwords', { cache: true }, /cache is not supported/],
    ['no reconnecting', { reconnect: false }, /reconnect cannot be switched off/],
    ['no url', { url: undefined }, /url is missing/],
    ['a web address', { url: 'https://example.com' }, /url "https:\/\/example.com" is not an LDAP address/],
    ['no address', { url: 'localhost' }, /is not an LDAP address/],
    ['a base in the address', { url: 'ldap://localhost/dc=x' }, /goes on after the port/],
    ['clear text elsewhere', { url: 'ldap://ldap.example.com' }, /would send passwords in clear/],
    ['clear text to what looks local', { url: 'ldap://127.0.0.1.example.com' }, /would send passwords in clear/],
    ['StartTLS within TLS', { url: 'ldaps://localhost', starttls: true }, /leave out starttls/],
    ['no verification', { tlsOptions: { rejectUnauthorized: false } }, /must not have rejectUnauthorized: false/],
    ['a service without a password', { bindCredentials: '' }, /bindCredentials is missing or empty/],
    ['a password without a service', { bindDN: undefined }, /bindDN is missing/],
    ['a password of another type', { bindCredentials: 1 }, /bindCredentials must be a text/],
    ['no filter', { searchFilter: '' }, /searchFilter/],
    ['a filter without a name in it', { searchFilter: '(uid=*)' }, /searchFilter has no {{username}}/],
    [
      'a filter with another placeholder',
      { searchFilter: '(&(a={{user}})(b={{username}}))' },
      /{{user}}, which stands for nothing/,
    ],
    ['a filter that is none', { searchFilter: '(uid={{username}}' }, /searchFilter is no LDAP filter/],
    ['a placeholder for an attribute', { searchFilter: '({{username}}=x)' }, /searchFilter is no LDAP filter/],
    ['groups without a filter', { groupSearchBase: 'dc=x' }, /given together or not at all/],
    ['a scope that is none', { searchScope: 'subtree' }, /searchScope must be 'base', 'one' or 'sub'/],
    ['a pool of none', { userConnections: 0 }, /userConnections must be a whole number from 1/],
    ['a time that is none', { timeout: '5s' }, /timeout must be a number of milliseconds/],
  ])('refuses %s, by name', (_case, changes, message) => {
    expect(validate(changes)).toThrow(TypeError);
    expect(validate(changes)).toThrow(message);
  });

  it('names everything that is wrong at once, and no password', () => {
    const wrong = validate({ url: 'ldap://admin:s3cret@localhost', searchScope: 'x', timeout: -1, bindCredentials: 5 });
    expect(wrong).toThrow(/url.*searchScope.*timeout|searchScope.*timeout.*url/s);
    expect(wrong).not.toThrow(/s3cret/);
  });

  it('leaves the options as they are', () => {
    const options = Object.freeze({ ...good, searchAttributes: Object.freeze(['cn']), groupDnProperty: 'entryDN' });
    new LdapAuth(options);
    expect(options.searchAttributes).toEqual(['cn']);
  });
});
