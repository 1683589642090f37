import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import LdapAuth from 'ldapauth-fork';
import { createAuthority, type TestAuthority } from './certificates.mts';
import { entry, type FakeDirectory, type FakeRequest, result, startFakeDirectory } from './fake-directory.mts';
import { type Judged, signIn } from './sign-in.mts';

const somebody = (request: FakeRequest): Buffer =>
  request.kind === 'search' && request.dn !== ''
    ? Buffer.concat([entry(request, 'cn=somebody,dc=example'), result(request, 0)])
    : result(request, 0);

describe.each(['ldaps', 'starttls'] as const)('TLS by %s', (mode) => {
  let authority: TestAuthority;
  let directory: FakeDirectory | undefined;

  const judge = async (certificate: { cert: string; key: string }, ca?: string, injected?: Buffer): Promise<Judged> => {
    directory = await startFakeDirectory(somebody, { mode, ...certificate, ...(injected ? { injected } : {}) });
    const options: LdapAuth.Options = {
      url: directory.url,
      starttls: mode === 'starttls',
      tlsOptions: ca === undefined ? {} : { ca },
      bindDN: 'cn=service,dc=example',
      bindCredentials: 'secret',
      searchBase: 'dc=example',
      searchFilter: '(cn={{username}})',
    };
    return signIn(options, 'somebody', 'password');
  };
  const binds = (): unknown[] => directory?.requests.filter(({ kind }) => kind === 'bind') ?? [];

  beforeAll(() => {
    authority = createAuthority();
  });
  afterEach(async () => {
    await LdapAuth.closePools();
    await directory?.close();
  });
  afterAll(() => LdapAuth.closePools());

  it('signs in with a certificate that is good', async () => {
    const good = authority.issue('localhost', { from: -1, to: 1 });
    expect(await judge(good, authority.ca)).toEqual({ user: { dn: 'cn=somebody,dc=example' } });
    expect(binds()).toHaveLength(2);
  });

  it.each([
    ['that has expired', 'localhost', { from: -2, to: -1 }, 'certificate-expired'],
    ['that is not valid yet', 'localhost', { from: 1, to: 2 }, 'certificate-not-yet-valid'],
    ['for another name', 'ldap.example.com', { from: -1, to: 1 }, 'certificate-name-mismatch'],
  ])('sends no password to a server with a certificate %s, and says so', async (_case, name, days, detail) => {
    expect(await judge(authority.issue(name, days), authority.ca)).toEqual({ broken: 'misconfigured', detail });
    expect(binds()).toEqual([]);
  });

  it('sends no password to a server whose CA is not trusted, and says so', async () => {
    const good = authority.issue('localhost', { from: -1, to: 1 });
    const untrusted = { broken: 'misconfigured', detail: 'certificate-untrusted' };
    expect(await judge(good)).toEqual(untrusted);
    await directory?.close();
    expect(await judge(good, createAuthority().ca)).toEqual(untrusted);
    expect(binds()).toEqual([]);
  });

  if (mode === 'starttls') {
    it('sends no password when clear text follows the agreement to StartTLS', async () => {
      const good = authority.issue('localhost', { from: -1, to: 1 });
      // The beginning of a BindResponse with success, whose message would swallow the real answer.
      const injected = Buffer.from('3084000000640201036184000000580a01000400048400000050', 'hex');
      expect(await judge(good, authority.ca, injected)).toEqual({
        broken: 'misconfigured',
        detail: 'starttls-injection',
      });
      expect(binds()).toEqual([]);
    });
  } else {
    it('tells that a server speaks no TLS', async () => {
      directory = await startFakeDirectory(somebody);
      const options = {
        url: directory.url.replace('ldap:', 'ldaps:'),
        searchBase: 'dc=example',
        searchFilter: '(cn={{username}})',
      };
      expect(await signIn(options, 'somebody', 'password')).toEqual({
        broken: 'misconfigured',
        detail: 'tls-handshake',
      });
      const auth = new LdapAuth(options);
      const error = await new Promise((resolve) => auth.authenticate('somebody', 'password', resolve));
      expect(String(error)).toContain('speaks no TLS; is this the port for LDAPS?');
      expect(binds()).toEqual([]);
    });
  }
});
