import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type OtherDirectory, type OtherFault, startOtherDirectory } from '@ldap-to-okta/test-directory';
import LdapAuth from 'ldapauth-fork';
import { groupsOf, type Judged, signIn } from './sign-in.mts';

const IN_CHAIN = '1.2.840.113556.1.4.1941';

let directory: OtherDirectory;
afterEach(async () => {
  directory.behave();
  await LdapAuth.closePools();
});
afterAll(() => directory?.close());

describe('the engine before Active Directory', () => {
  beforeAll(async () => {
    directory = await startOtherDirectory({ flavour: 'active-directory' });
  });
  afterAll(() => directory.close());

  const options = (changes: Partial<LdapAuth.Options> = {}): LdapAuth.Options => ({
    url: directory.url,
    bindDN: directory.serviceDn,
    bindCredentials: directory.servicePassword,
    searchBase: directory.base,
    searchFilter: '(&(objectClass=user)(|(sAMAccountName={{username}})(userPrincipalName={{username}})))',
    groupSearchBase: directory.groupBase,
    groupSearchFilter: '(member={{dn}})',
    groupSearchAttributes: ['cn'],
    ...changes,
  });
  const tried = (username: string, password = 'password1', changes: Partial<LdapAuth.Options> = {}): Promise<Judged> =>
    signIn(options(changes), username, password);

  it.each([['anna'], ['ANNA'], ['anna@corp.example']])('signs in %s', async (username) => {
    const judged = await tried(username);
    expect(judged).toMatchObject({
      user: { sAMAccountName: 'anna', dn: 'CN=Anna Jensen,OU=Staff,DC=corp,DC=example' },
    });
    expect(groupsOf(judged)).toEqual(['Office']);
  });

  it.each([
    ['a wrong password', 'anna', 'wrong', 'invalid-credentials'],
    ['somebody unknown', 'nobody', 'password1', 'invalid-credentials'],
    ['a time of the day', 'nightshift', 'password1', 'not-permitted-now'],
    ['a workstation', 'elsewhere', 'password1', 'not-permitted-now'],
    ['a password that ran out', 'expired', 'password1', 'password-expired'],
    ['a disabled account', 'disabled', 'password1', 'disabled'],
    ['an account that ran out', 'leaver', 'password1', 'account-expired'],
    ['a password that must be changed', 'newcomer', 'password1', 'must-change-password'],
    ['a locked account', 'locked', 'password1', 'locked'],
    ['a locked account and a wrong password', 'locked', 'wrong', 'locked'],
    ['a disabled account and a wrong password', 'disabled', 'wrong', 'invalid-credentials'],
  ])('refuses %s for its own reason', async (_, username, password, reason) => {
    expect(await tried(username, password)).toEqual({ refused: reason });
  });

  it('never takes a name without a password for a sign-in, which this directory would', async () => {
    const before = directory.requests().length;
    expect(await tried('anna', '')).toEqual({ refused: 'invalid-credentials' });
    expect(directory.requests()).toHaveLength(before);
  });

  it('finds somebody with a comma, brackets and an umlaut in the name, and the groups', async () => {
    const judged = await tried('emre');
    expect(judged).toMatchObject({
      user: { distinguishedName: 'CN=Öztürk\\, Emre (Sales),OU=Staff,DC=corp,DC=example' },
    });
    expect(groupsOf(judged)).toEqual(['Office', 'Sales (EU)']);
    expect(await tried('emre', 'wrong')).toEqual({ refused: 'invalid-credentials' });
  });

  it.each<[string, Partial<LdapAuth.Options>]>([
    ['by asking group by group', { nestedGroups: true }],
    ['by the rule that Active Directory has for it', { groupSearchFilter: `(member:${IN_CHAIN}:={{dn}})` }],
  ])('finds the groups around groups %s, though two contain each other', async (_, changes) => {
    expect(groupsOf(await tried('anna', 'password1', changes))).toEqual(['Everyone', 'Office', 'Staff']);
  });

  it('takes the groups of memberOf, where there is no group search', async () => {
    const changes = {
      groupSearchBase: undefined,
      groupSearchFilter: undefined,
      groupSearchAttributes: undefined,
      memberOfAttribute: 'memberOf',
    };
    expect(groupsOf(await tried('emre', 'password1', changes))).toEqual(['Office', 'Sales (EU)']);
  });

  it('leaves accounts out by a bit of userAccountControl', async () => {
    const searchFilter = '(&(sAMAccountName={{username}})(!(userAccountControl:1.2.840.113556.1.4.803:=2)))';
    expect(await tried('disabled', 'password1', { searchFilter })).toEqual({ refused: 'invalid-credentials' });
    expect(await tried('anna', 'password1', { searchFilter })).toHaveProperty('user');
  });

  it('binds with the user principal name, where it is told to', async () => {
    expect(await tried('anna', 'password1', { bindProperty: 'userPrincipalName' })).toHaveProperty('user');
    expect(
      directory
        .requests()
        .filter(({ kind }) => kind === 'bind')
        .at(-1)?.name,
    ).toBe('anna@corp.example');
  });

  it('searches as a service account that is given by its user principal name', async () => {
    expect(await tried('anna', 'password1', { bindDN: 'svc-reader@corp.example' })).toHaveProperty('user');
  });

  it('goes on after the references behind a search of the whole domain, and asks nobody else', async () => {
    const judged = await tried('anna', 'password1', { searchBase: directory.base });
    expect(judged).toHaveProperty('user');
  });

  it.each<[string, Partial<LdapAuth.Options>, object]>([
    [
      'a base of another domain',
      { searchBase: 'dc=other,dc=example' },
      { broken: 'misconfigured', detail: 'referral' },
    ],
    [
      'a base that is not there',
      { searchBase: 'ou=none,dc=corp,dc=example' },
      { broken: 'misconfigured', detail: 'wrong-base' },
    ],
    ['a name that two people have', { searchFilter: '(mail={{username}})' }, { broken: 'ambiguous-user' }],
    ['a wrong service password', { bindCredentials: 'wrong' }, { broken: 'service-bind-failed' }],
  ])('does not blame the person for %s', async (_, changes, expected) => {
    expect(await tried('twins@corp.example', 'password1', changes)).toMatchObject(expected);
  });

  it('does not blame the person where anonymous search is not allowed', async () => {
    const changes = { bindDN: undefined, bindCredentials: undefined };
    expect(await tried('anna', 'password1', changes)).toEqual({ broken: 'misconfigured', detail: 'bind-required' });
  });

  it('does not pass off the first thousand groups as all of them', async () => {
    expect(await tried('collector')).toEqual({ broken: 'size-limit', detail: 'size-limit' });
  });
});

describe('the engine before a rude directory', () => {
  beforeAll(async () => {
    directory = await startOtherDirectory({ flavour: 'rude' });
  });

  const tried = (
    username: string,
    password = 'password1',
    changes: Partial<LdapAuth.Options> = {},
  ): Promise<Judged> => {
    const options: LdapAuth.Options = {
      url: directory.url,
      searchBase: directory.base,
      searchFilter: '(uid={{username}})',
      groupSearchBase: directory.groupBase,
      groupSearchFilter: '(member={{dn}})',
      timeout: 500,
      ...changes,
    };
    return signIn(options, username, password);
  };
  const plain = { user: { dn: 'uid=plain,ou=people,o=rude', uid: 'plain' } };

  it('takes the entry between references, an attribute without values with it', async () => {
    const judged = await tried('plain');
    expect(judged).toMatchObject(plain);
    expect(groupsOf(judged)).toEqual(['one']);
  });

  it.each([
    ['retried', 'locked'],
    ['inactive', 'disabled'],
  ])('reads the bare result code of %s as %s', async (username, reason) => {
    expect(await tried(username)).toEqual({ refused: reason });
  });

  it('does not pass off the groups before a size limit as all of them', async () => {
    expect(await tried('joiner')).toEqual({ broken: 'size-limit', detail: 'size-limit' });
  });

  it.each<['bind' | 'search', OtherFault, object]>([
    ['search', { kind: 'code', code: 51 }, { broken: 'unavailable', detail: 'busy' }],
    ['search', { kind: 'code', code: 52, after: 1 }, { broken: 'unavailable', detail: 'unavailable' }],
    ['search', { kind: 'code', code: 4, after: 1 }, { broken: 'size-limit' }],
    ['search', { kind: 'code', code: 3, after: 1 }, { broken: 'timeout', detail: 'time-limit' }],
    ['search', { kind: 'silent' }, { broken: 'timeout' }],
    ['search', { kind: 'cut' }, { broken: 'unavailable' }],
    ['search', { kind: 'notice' }, { broken: 'unavailable' }],
    ['bind', { kind: 'code', code: 51 }, { broken: 'unavailable', detail: 'busy' }],
    ['bind', { kind: 'code', code: 52 }, { broken: 'unavailable', detail: 'unavailable' }],
    ['bind', { kind: 'code', code: 10 }, { broken: 'misconfigured', detail: 'referral' }],
    ['bind', { kind: 'silent' }, { broken: 'timeout' }],
    ['bind', { kind: 'cut' }, { broken: 'unavailable' }],
    ['bind', { kind: 'notice' }, { broken: 'unavailable' }],
  ])('calls neither a right nor a wrong password wrong when a %s meets %j', async (on, fault, expected) => {
    directory.misbehave(on, fault);
    expect(await tried('plain')).toMatchObject(expected);
    expect(await tried('plain', 'wrong')).toMatchObject(expected);
    directory.behave();
    expect(await tried('plain')).toMatchObject(plain);
  });

  it.each<OtherFault>([{ kind: 'intermediate' }, { kind: 'stranger' }])(
    'lets nobody in by an answer that nobody asked for: %j',
    async (fault) => {
      directory.misbehave('bind', fault);
      const judged = await tried('plain', 'wrong');
      expect('user' in judged).toBe(false);
      directory.behave();
      expect(await tried('plain')).toMatchObject(plain);
    },
  );

  it('waits for a slow answer as long as it is told to', async () => {
    directory.misbehave('search', { kind: 'slow', milliseconds: 100 });
    expect(await tried('plain')).toMatchObject(plain);
    expect(await tried('plain', 'password1', { timeout: 50 })).toMatchObject({ broken: 'timeout' });
  });

  it('asks the second directory when the first is busy', async () => {
    const other = await startOtherDirectory({ flavour: 'rude' });
    try {
      directory.misbehave('search', { kind: 'code', code: 51 });
      expect(await tried('plain', 'password1', { url: [directory.url, other.url] })).toMatchObject(plain);
    } finally {
      await LdapAuth.closePools();
      await other.close();
    }
  });
});
