import { afterEach, describe, expect, it } from '@jest/globals';
import LdapAuth from 'ldapauth-fork';
import { entry, type FakeDirectory, type FakeRequest, result, startFakeDirectory } from './fake-directory.mts';
import { type Judged, signIn } from './sign-in.mts';

const dn = 'cn=somebody,dc=example';
const policy = (hex: string): { oid: string; value: Buffer } => ({
  oid: '1.3.6.1.4.1.42.2.27.8.5.1',
  value: Buffer.from(hex, 'hex'),
});

// What other directories say, and what none should.
describe('answers of a directory', () => {
  let directory: FakeDirectory | undefined;

  const judge = async (
    answers: Partial<Record<FakeRequest['kind'], (request: FakeRequest) => Buffer | undefined>>,
    changes: Partial<LdapAuth.Options> = {},
  ): Promise<Judged> => {
    directory = await startFakeDirectory((request) => {
      const answer = answers[request.kind];
      if (answer !== undefined) {
        return answer(request);
      }
      return request.kind === 'search' ? Buffer.concat([entry(request, dn), result(request, 0)]) : result(request, 0);
    });
    const options = { url: directory.url, searchBase: 'dc=example', searchFilter: '(cn={{username}})', ...changes };
    return signIn(options, 'somebody', 'password');
  };

  afterEach(async () => {
    await LdapAuth.closePools();
    await directory?.close();
  });

  it.each([
    ['52e', 'invalid-credentials'],
    ['525', 'invalid-credentials'],
    ['530', 'not-permitted-now'],
    ['532', 'password-expired'],
    ['533', 'disabled'],
    ['701', 'account-expired'],
    ['773', 'must-change-password'],
    ['775', 'locked'],
  ])('reads data %s of Active Directory as %s', async (code, reason) => {
    const message = `80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data ${code}, v4563`;
    expect(await judge({ bind: (request) => result(request, 49, message) })).toEqual({ refused: reason });
  });

  it.each([
    ['an expired password', 49, '3003810100', 'password-expired'],
    ['a locked account', 49, '3003810101', 'locked'],
    ['a success that demands a new password', 0, '3003810102', 'must-change-password'],
    ['an error beside a warning', 49, '3008a0038001058101 01'.replace(' ', ''), 'locked'],
    ['nothing', 49, '3000', 'invalid-credentials'],
    ['garbage', 49, 'ffffff', 'invalid-credentials'],
  ])('reads %s in the password policy control', async (_case, status, hex, reason) => {
    expect(await judge({ bind: (request) => result(request, status, '', policy(hex)) })).toEqual({ refused: reason });
  });

  it('lets somebody in who is warned that the password will expire', async () => {
    const warning = policy('3005a00380013c');
    expect(await judge({ bind: (request) => result(request, 0, '', warning) })).toEqual({ user: { dn } });
  });

  it.each([
    [19, { refused: 'locked' }],
    [32, { refused: 'invalid-credentials' }],
    [48, { refused: 'invalid-credentials' }],
    [53, { refused: 'disabled' }],
    [8, { broken: 'misconfigured', detail: 'confidentiality-required' }],
    [10, { broken: 'misconfigured', detail: 'referral' }],
    [13, { broken: 'misconfigured', detail: 'confidentiality-required' }],
    [51, { broken: 'unavailable', detail: 'busy' }],
    [52, { broken: 'unavailable', detail: 'unavailable' }],
    [80, { broken: 'unavailable', detail: 'ldap-80' }],
  ])('judges result code %i of a user bind', async (status, judged) => {
    expect(await judge({ bind: (request) => result(request, status) })).toEqual(judged);
  });

  it('asks again where binds of one account are limited, as Okta does', async () => {
    let binds = 0;
    const twice = (request: FakeRequest): Buffer => {
      binds += 1;
      return result(request, binds <= 2 ? 11 : 0);
    };
    expect(await judge({ bind: twice })).toEqual({ user: { dn } });
    expect(binds).toBe(3);
  });

  it('says that the directory is unavailable when the limit of binds does not end', async () => {
    expect(await judge({ bind: (request) => result(request, 11) })).toEqual({
      broken: 'unavailable',
      detail: 'admin-limit',
    });
  });

  it.each([
    [3, { broken: 'timeout', detail: 'time-limit' }],
    [4, { broken: 'size-limit', detail: 'size-limit' }],
    [11, { broken: 'size-limit', detail: 'admin-limit' }],
    [10, { broken: 'misconfigured', detail: 'referral' }],
    [32, { broken: 'misconfigured', detail: 'wrong-base' }],
    [50, { broken: 'misconfigured', detail: 'insufficient-access' }],
  ])('judges result code %i of a search', async (status, judged) => {
    expect(await judge({ search: (request) => result(request, status) })).toEqual(judged);
  });

  it('does not follow a continuation reference', async () => {
    const reference = (id: number): Buffer => {
      const url = Buffer.from('ldap://127.0.0.1:1/dc=elsewhere');
      return Buffer.concat([Buffer.from([0x30, url.length + 7, 2, 1, id, 0x73, url.length + 2, 4, url.length]), url]);
    };
    const search = (request: FakeRequest): Buffer =>
      Buffer.concat([reference(request.id), entry(request, dn), result(request, 0)]);
    expect(await judge({ search })).toEqual({ user: { dn } });
  });

  it('calls two entries ambiguous, also when the directory stops at the limit of two', async () => {
    const two = (request: FakeRequest): Buffer =>
      Buffer.concat([entry(request, dn), entry(request, 'cn=other,dc=example'), result(request, 4)]);
    expect(await judge({ search: two })).toEqual({ broken: 'ambiguous-user', detail: 'ambiguous-user' });
  });

  it('never binds with an empty name, which any password would satisfy', async () => {
    const nameless = (request: FakeRequest): Buffer => Buffer.concat([entry(request, ''), result(request, 0)]);
    expect(await judge({ search: nameless })).toEqual({ broken: 'misconfigured', detail: 'bind-property-missing' });
    expect(directory?.requests.filter(({ kind }) => kind === 'bind')).toEqual([]);
  });

  it('keeps dn, _groups and the prototype of the user from an entry that names them', async () => {
    const attributes = { dn: ['cn=admin'], _groups: ['admins'], __proto__x: ['a'], ['__proto__']: ['b'], sn: ['S'] };
    const search = (request: FakeRequest): Buffer =>
      Buffer.concat([entry(request, dn, attributes), result(request, 0)]);
    const judged = await judge({ search });
    expect(judged).toEqual({ user: { dn, sn: 'S' } });
    expect('user' in judged && Object.getPrototypeOf(judged.user)).toBe(Object.prototype);
  });

  it.each([
    ['bytes that are not LDAP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a length of four gigabytes', Buffer.from('3084ffffffff', 'hex')],
    ['an indefinite length', Buffer.from('3080', 'hex')],
    ['a message without an operation', Buffer.from('3003020101', 'hex')],
    ['an element longer than its message', Buffer.from('300c02010161070a010004ff0400', 'hex')],
    ['attributes that never end', Buffer.from('3010020101640b0400300730050402636e31ff', 'hex')],
    ['a notice of disconnection', Buffer.from('300c02010078070a013404000400', 'hex')],
  ])('survives %s', async (_case, bytes) => {
    expect(await judge({ search: () => bytes })).toEqual({ broken: 'unavailable', detail: expect.any(String) });
  });

  it('reads messages that come in single bytes, and many that come at once', async () => {
    const attributes = { description: Array.from({ length: 2_000 }, (_, at) => `value ${at}`) };
    const search = (request: FakeRequest): undefined => {
      const bytes = Buffer.concat([entry(request, dn, attributes), result(request, 0)]);
      for (const at of [0, 1, 2, 3]) {
        setImmediate(() => request.socket.write(bytes.subarray(at, at + 1)));
      }
      setImmediate(() => request.socket.write(bytes.subarray(4)));
    };
    const judged = await judge({ search });
    expect('user' in judged && judged.user.description).toHaveLength(2_000);
  });

  it('retries a search on a fresh connection when the old session has ended', async () => {
    let searches = 0;
    const search = (request: FakeRequest): Buffer => {
      searches += 1;
      return searches === 3 ? result(request, 50) : Buffer.concat([entry(request, dn), result(request, 0)]);
    };
    expect(await judge({ search })).toEqual({ user: { dn } });
    const options = { url: directory?.url ?? '', searchBase: 'dc=example', searchFilter: '(cn={{username}})' };
    expect(await signIn(options, 'somebody', 'password')).toEqual({ user: { dn } });
    expect(await signIn(options, 'somebody', 'password')).toEqual({ user: { dn } });
    expect(searches).toBe(4);
  });
});
