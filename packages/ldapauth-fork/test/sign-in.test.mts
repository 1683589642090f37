import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import LdapAuth from 'ldapauth-fork';
import { groupsOf, signIn } from './sign-in.mts';

describe('a sign-in at a real directory', () => {
  let directory: TestDirectory;

  const options = (changes: Partial<LdapAuth.Options> = {}): LdapAuth.Options => ({
    url: directory.url,
    bindDN: directory.adminDn,
    bindCredentials: directory.adminPassword,
    searchBase: 'ou=users,dc=example,dc=org',
    searchFilter: '(|(cn={{username}})(uid={{username}})(mail={{username}}))',
    groupSearchBase: 'ou=groups,dc=example,dc=org',
    groupSearchFilter: '(|(memberUid={{dn}})(member={{dn}})(uniqueMember={{dn}}))',
    groupSearchAttributes: ['cn'],
    ...changes,
  });

  beforeAll(async () => {
    directory = await startDirectory({ personas: true });
  });
  afterEach(() => LdapAuth.closePools());
  afterAll(() => directory?.remove());

  it('gives the entry with its groups, and no hash of a password', async () => {
    expect(await signIn(options(), 'user01', 'password1')).toEqual({
      user: {
        dn: 'cn=user01,ou=users,dc=example,dc=org',
        objectClass: ['inetOrgPerson', 'posixAccount', 'shadowAccount'],
        cn: ['User1', 'user01'],
        sn: 'Bar1',
        givenName: 'User1',
        mail: 'user01@example.com',
        uid: 'user01',
        uidNumber: '1000',
        gidNumber: '1000',
        homeDirectory: '/home/user01',
        _groups: [{ dn: 'cn=allusers,ou=groups,dc=example,dc=org', cn: 'allusers' }],
      },
    });
  });

  it('gives the attributes that were asked for, and only those', async () => {
    expect(await signIn(options({ searchAttributes: ['mail'] }), 'user01', 'password1')).toMatchObject({
      user: { dn: 'cn=user01,ou=users,dc=example,dc=org', mail: 'user01@example.com' },
    });
    const judged = await signIn(options({ searchAttributes: ['mail'] }), 'user01', 'password1');
    expect('user' in judged && Object.keys(judged.user).sort()).toEqual(['_groups', 'dn', 'mail']);
  });

  it('gives bytes under _raw when asked, and no garbled text', async () => {
    const judged = await signIn(options({ includeRaw: true }), 'attributes', 'password1');
    if (!('user' in judged)) {
      throw new Error('refused');
    }
    expect(judged.user.jpegPhoto).toBeUndefined();
    expect(judged.user._raw?.jpegPhoto).toBeInstanceOf(Buffer);
    expect(judged.user.mail).toEqual(['attributes@example.com', 'second@example.com', 'third@example.com']);
    expect(judged.user._raw?.userPassword).toBeUndefined();
  });

  it.each([
    ['parentheses', 'paren(thesis)'],
    ['a comma', 'Comma, Carla'],
    ['a backslash', 'back\\slash'],
    ['a replacement pattern', "$'"],
    ['a star', 'star*'],
    ['UTF-8 of two to four bytes', 'Zoë Müller 日本 😀'],
    ['a plus sign', 'plus+minus'],
    ['every other character that a DN escapes', '"Quote" <Q>; a=b'],
    ['a leading number sign', '#hash'],
    ['markup', '<script>alert(1)</script>'],
    ['other case than the entry', 'mIXEDcASE'],
    ['spaces around it, which the directory ignores', '  user01  '],
    ['256 characters', 'l'.repeat(256)],
  ])('signs in a name with %s', async (_case, username) => {
    expect(await signIn(options(), username, 'password1')).toMatchObject({ user: { dn: expect.any(String) } });
  });

  it.each(['paren(thesis)', 'comma', 'back\\slash', "$'", 'star*', 'zoë'])(
    'finds the groups of %s',
    async (username) => {
      expect(groupsOf(await signIn(options(), username, 'password1'))).toContain('hostile');
    },
  );

  it.each([
    ['all of several', '(&(objectClass=inetOrgPerson)(uid={{username}}))', 'user01'],
    ['none of several', '(&(uid={{username}})(!(mail={{username}})))', 'user01'],
    ['a part of a value', '(mail={{username}}@*example*.com)', 'user01'],
    ['parts before, within and after', '(mail=u*{{username}}*m)', 'ser01'],
    ['values from one on', '(&(uid=user01)(uidNumber>={{username}}))', '1'],
    ['values up to one', '(&(uid=user01)(uidNumber<={{username}}))', '2147483647'],
    ['what sounds alike', '(&(uid=user01)(cn~={{username}}))', 'user01'],
    ['a matching rule', '(uid:caseExactMatch:={{username}})', 'user01'],
    ['a component of the DN', '(&(uid={{username}})(ou:dn:=users))', 'user01'],
    ['escapes beside the value', '(|(cn=\\c3\\a9\\28{{username}})(uid={{username}}))', 'user01'],
    ['more than 127 bytes', `(|(description=${'x'.repeat(200)})(uid={{username}}))`, 'user01'],
    ['more than 255 bytes', `(|(description=${'é'.repeat(400)})(uid={{username}}))`, 'user01'],
    ['more than a first buffer holds', `(|(description=${'x'.repeat(9_000)})(uid={{username}}))`, 'user01'],
  ])('searches by a filter with %s', async (_case, searchFilter, username) => {
    const server = options({ searchFilter });
    expect(await signIn(server, username, 'password1')).toMatchObject({ user: { uid: 'user01' } });
    expect(await signIn(server, 'nobody', 'password1')).not.toHaveProperty('user');
  });

  it.each([
    ['a wildcard', '*'],
    ['a wildcard within', 'user0*'],
    ['a filter', 'user01)(objectClass=*'],
    ['a filter that closes the first', '*)(uid=*))(|(uid=*'],
    ['an escape', 'user\\30\\31'],
    ['a NUL', 'user01\0'],
    ['a line break', 'user01\n'],
    ['half a surrogate pair', 'user01\ud800'],
    ['nothing', ''],
    ['257 characters', 'l'.repeat(257)],
    ['a number', 1],
    ['an array', ['user01']],
    ['an object', { toString: () => 'user01' }],
    ['null', null],
    ['undefined', undefined],
  ])('refuses %s as a username', async (_case, username) => {
    expect(await signIn(options(), username, 'password1')).toEqual({ refused: 'invalid-credentials' });
  });

  it.each([
    ['a wrong one', 'wrong'],
    ['an empty one', ''],
    ['one with a NUL', 'password1\0'],
    ['one with a NUL and more', 'password1\0x'],
    ['one of more than 1,024 bytes', 'ü'.repeat(513)],
    ['half a surrogate pair', 'password1\udfff'],
    ['a number', 0],
    ['a Buffer', Buffer.from('password1')],
    ['an array', ['password1']],
    ['undefined', undefined],
  ])('refuses %s as a password', async (_case, password) => {
    expect(await signIn(options(), 'user01', password)).toEqual({ refused: 'invalid-credentials' });
  });

  it('takes a password exactly as it was set, spaces and all', async () => {
    expect(await signIn(options(), 'odd-password', ' pässword: 1 ')).toMatchObject({ user: { uid: 'odd-password' } });
    expect(await signIn(options(), 'odd-password', 'pässword: 1')).toEqual({ refused: 'invalid-credentials' });
  });

  it.each([
    ['unknown', 'nobody', 'invalid-credentials'],
    ['known, without a password', 'no-password', 'invalid-credentials'],
    ['locked', 'locked', 'locked'],
    ['in need of a new password', 'must-change', 'must-change-password'],
    ['known, with an expired password', 'expired', 'password-expired'],
  ])('refuses somebody who is %s', async (_case, username, reason) => {
    expect(await signIn(options(), username, 'password1')).toEqual({ refused: reason });
  });

  it('tells passport-ldapauth why, in the words it knows', async () => {
    const message = (username: string, password: string): Promise<unknown> =>
      new Promise((resolve) => {
        new LdapAuth(options()).authenticate(username, password, (error) => resolve([error?.name, error?.message]));
      });

    const generic = ['InvalidCredentialsError', 'Invalid username or password'];
    expect(await message('user01', 'wrong')).toEqual(generic);
    expect(await message('nobody', 'wrong')).toEqual(generic);
    expect(await message('locked', 'password1')).toEqual(['InvalidCredentialsError', 'Sign-in refused, data 775, v0']);
    expect(await message('expired', 'password1')).toEqual(['InvalidCredentialsError', 'Sign-in refused, data 532, v0']);
  });

  it('lets somebody in whose password is out but has a grace sign-in left', async () => {
    expect(await signIn(options(), 'grace', 'password1')).toMatchObject({ user: { uid: 'grace' } });
  });

  it('is locked out by wrong passwords as often as they were tried, and not before', async () => {
    for (const _attempt of [1, 2, 3]) {
      expect(await signIn(options(), 'guessed', 'wrong')).toEqual({ refused: 'invalid-credentials' });
    }
    expect(await signIn(options(), 'guessed', 'password1')).toEqual({ refused: 'locked' });
  });

  it('finds groups around groups when asked, and ends where they go in circles', async () => {
    const nested = options({ nestedGroups: true });
    expect(groupsOf(await signIn(options(), 'nested', 'password1'))).toEqual(['inner']);
    expect(groupsOf(await signIn(nested, 'nested', 'password1'))).toEqual(['inner', 'middle', 'outer']);
    expect(groupsOf(await signIn(nested, 'cyclist', 'password1'))).toEqual(['cycle-a', 'cycle-b']);
  });

  it('reads groups from memberOf, from uniqueMember and from a function of the user', async () => {
    const { groupSearchBase: _base, groupSearchFilter: _filter, ...rest } = options({ memberOfAttribute: 'memberOf' });
    expect(groupsOf(await signIn(rest, 'nested', 'password1'))).toEqual(['inner']);
    expect(groupsOf(await signIn(options(), 'unique', 'password1'))).toEqual(['unique']);
    const byFunction = options({ groupSearchFilter: (user) => `(memberUid=${String(user.uid)})` });
    expect(groupsOf(await signIn(byFunction, 'unique', 'password1'))).toEqual(['plain-names']);
  });

  it('finds the one group of a thousand members', async () => {
    expect(groupsOf(await signIn(options(), 'crowd-member', 'password1'))).toEqual(['crowd']);
  });

  it('tells each broken thing by its own code', async () => {
    const broken = (changes: Partial<LdapAuth.Options>, username = 'user01'): Promise<unknown> =>
      signIn(options(changes), username, 'password1');

    expect(await broken({}, 'twins@example.com')).toEqual({ broken: 'ambiguous-user', detail: 'ambiguous-user' });
    expect(await broken({ searchBase: 'ou=nowhere,dc=example,dc=org' })).toEqual({
      broken: 'misconfigured',
      detail: 'wrong-base',
    });
    expect(await broken({ searchBase: 'no name' })).toEqual({ broken: 'misconfigured', detail: 'wrong-base' });
    expect(await broken({ groupSearchBase: 'ou=nowhere,dc=example,dc=org' })).toEqual({
      broken: 'misconfigured',
      detail: 'wrong-base',
    });
    expect(await broken({ bindCredentials: 'wrong' })).toEqual({
      broken: 'service-bind-failed',
      detail: 'service-bind-failed',
    });
    expect(await broken({ bindProperty: 'description' })).toEqual({
      broken: 'misconfigured',
      detail: 'bind-property-missing',
    });
    expect(await broken({ groupSearchFilter: () => '(((' })).toEqual({
      broken: 'misconfigured',
      detail: 'group-filter',
    });
  });

  it('reports the steps of a sign-in within its own async context, without the password', async () => {
    const context = new AsyncLocalStorage<LdapAuth.Step[]>();
    const observed = options({ onStep: (step) => context.getStore()?.push(step) });
    const steps: LdapAuth.Step[][] = [[], [], []];

    await Promise.all(
      ['user01', 'user02', 'nobody'].map((name, at) =>
        context.run(steps[at] ?? [], () => signIn(observed, name, `password${at + 1}`)),
      ),
    );

    const told = steps.map((list) => list.filter(({ kind }) => kind !== 'connect'));
    expect(told[1]).toContainEqual({
      kind: 'search',
      purpose: 'user',
      base: 'ou=users,dc=example,dc=org',
      scope: 'sub',
      filter: '(|(cn=user02)(uid=user02)(mail=user02))',
      entries: 1,
      outcome: 'ok',
      ms: expect.any(Number),
    });
    expect(
      told[1]?.map((step) => `${step.kind} ${'purpose' in step ? step.purpose : ''} ${step.outcome}`).sort(),
    ).toEqual(['bind user ok', 'search groups ok', 'search user ok']);
    expect(told[2]).toContainEqual(expect.objectContaining({ kind: 'bind', outcome: 'invalid-credentials' }));
    expect(JSON.stringify(steps)).not.toMatch(/password\d/);
  });

  it('is not harmed by an observer that throws', async () => {
    const observed = options({
      onStep: () => {
        throw new Error('broken observer');
      },
    });
    expect(await signIn(observed, 'user01', 'password1')).toMatchObject({ user: { uid: 'user01' } });
  });

  it('is ready when the service account may bind and the bases exist, and says what is wrong otherwise', async () => {
    await LdapAuth.check(options());
    await expect(LdapAuth.check(options({ bindCredentials: 'wrong' }))).rejects.toMatchObject({
      code: 'service-bind-failed',
    });
    await expect(LdapAuth.check(options({ groupSearchBase: 'ou=x,dc=example,dc=org' }))).rejects.toMatchObject({
      code: 'misconfigured',
      detail: 'wrong-base',
    });
  });

  it('signs in with anonymous searches where no service account is configured', async () => {
    const { bindDN: _dn, bindCredentials: _password, ...anonymous } = options();
    const judged = await signIn(anonymous, 'user01', 'password1');
    // Whether anybody may search is the directory's own choice; with either, nothing is broken in here.
    expect(judged).toEqual(expect.not.objectContaining({ broken: 'service-bind-failed' }));
  });
});
