import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LdapProxy, startDirectory, startLdapProxy, type TestDirectory } from '@ldap-to-okta/test-directory';
import LdapAuth from 'ldapauth-fork';
import passportLdap from 'passport-ldapauth';
import { type EngineChild, runEngine, type Scenario } from './engine-child.mts';
import { type FakeDirectory, result, startFakeDirectory } from './fake-directory.mts';
import { until } from './until.mts';

// Each case runs the same scenario on both engines: it would be no regression test if the stock engine passed it.
describe('defects of the stock engine that this one does not have', () => {
  let directory: TestDirectory;
  let proxy: LdapProxy;
  let fake: FakeDirectory | undefined;
  const children: EngineChild[] = [];

  const run = (engine: 'ours' | 'stock', through: 'direct' | 'strategy', scenario: Scenario): EngineChild => {
    const child = runEngine(engine, through, scenario);
    children.push(child);
    return child;
  };
  const options = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
    url: proxy.url,
    bindDN: directory.adminDn,
    bindCredentials: directory.adminPassword,
    searchBase: 'ou=users,dc=example,dc=org',
    searchFilter: '(|(uid={{username}})(mail={{username}}))',
    groupSearchBase: 'ou=groups,dc=example,dc=org',
    groupSearchFilter: '(memberUid={{dn}})',
    groupSearchAttributes: ['cn'],
    ...changes,
  });

  beforeAll(async () => {
    directory = await startDirectory({ personas: true });
    proxy = await startLdapProxy({ target: { host: '127.0.0.1', port: Number(new URL(directory.url).port) } });
  });

  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.stop()));
    await proxy.resume();
    proxy.cutAll();
    proxy.reset();
    await fake?.close();
    fake = undefined;
  });

  afterAll(async () => {
    await proxy?.close();
    await directory?.remove();
  });

  it("signs in a user named $', which kills the stock engine's process", async () => {
    const scenario = {
      options: options({ searchFilter: '(uid={{username}})' }),
      username: "$'",
      password: 'password1',
    };

    const [ours] = await run('ours', 'strategy', scenario).told(1);
    expect(ours?.user?.dn).toBe("cn=dollar$'quote,ou=users,dc=example,dc=org");

    expect(await run('stock', 'strategy', scenario).died).toMatch(/paren|filter/i);
  });

  it("refuses a password that is a number, which kills the stock engine's process", async () => {
    const scenario = { options: options(), username: 'user01', password: 12345 };

    expect(await run('ours', 'strategy', scenario).told(1)).toMatchObject([{ status: 401 }]);

    expect(await run('stock', 'strategy', scenario).died).toMatch(/AssertionError|must be a string/i);
  });

  it('refuses a username that is a number, for which the stock engine leaves its sockets open', async () => {
    const scenario = { options: options(), username: 12345, password: 'password1' };

    expect(await run('ours', 'strategy', scenario).told(1)).toMatchObject([{ status: 401 }]);
    expect(proxy.counts().connections).toBe(0);

    const stock = run('stock', 'strategy', scenario);
    expect(await stock.told(1)).toMatchObject([{ thrown: expect.stringContaining('replace') }]);
    // Nobody holds the handle any more that could close them.
    await until(() => proxy.counts().open === 2);
  });

  it('says nothing in clear with StartTLS, where the stock engine sends the service password before TLS', async () => {
    const scenario = {
      options: options({
        url: proxy.url.replace('127.0.0.1', 'localhost'),
        starttls: true,
        tlsOptions: { caFile: directory.caFile },
      }),
      username: 'user01',
      password: 'password1',
    };

    const [ours] = await run('ours', 'direct', scenario).told(1);
    expect(ours?.user?.dn).toBe('cn=user01,ou=users,dc=example,dc=org');
    expect(proxy.counts()).toMatchObject({ connections: 2, binds: {}, searches: 0 });

    run('stock', 'direct', scenario);
    // The proxy cannot look into TLS: a bind that it counts is one that everybody on the way can read.
    await until(() => (proxy.counts().binds[directory.adminDn] ?? 0) > 0);
  });

  it('sends no password when StartTLS is refused, where the stock engine sends it in clear', async () => {
    fake = await startFakeDirectory((request) => result(request, request.kind === 'extended' ? 52 : 0));
    const scenario = {
      options: options({ url: fake.url, starttls: true }),
      username: 'user01',
      password: 'password1',
    };

    const [ours] = await run('ours', 'direct', scenario).told(1);
    expect(ours?.error).toMatchObject({ code: 'misconfigured', detail: 'starttls-refused' });
    expect(fake.requests.filter(({ kind }) => kind === 'bind')).toEqual([]);

    run('stock', 'direct', scenario);
    await until(() => fake?.requests.some(({ kind, dn }) => kind === 'bind' && dn === directory.adminDn) ?? false);
  });

  it('completes once when nobody answers, where the stock engine completes again and again', async () => {
    await proxy.refuse();
    const scenario = { options: options(), username: 'user01', password: 'password1' };

    const ours = run('ours', 'strategy', scenario);
    expect(await ours.told(1)).toMatchObject([{ error: { code: 'unavailable', detail: 'connection-refused' } }]);

    const stock = run('stock', 'strategy', scenario);
    expect((await stock.told(2)).length).toBeGreaterThan(1);
    expect(ours.outcomes()).toHaveLength(1);
  });

  it('signs in a name with parentheses, which the stock engine escapes twice', async () => {
    const scenario = { options: options(), username: 'paren(thesis)', password: 'password1' };

    const [ours] = await run('ours', 'strategy', scenario).told(1);
    expect(ours?.user?.dn).toBe('cn=Paula (Thesis),ou=users,dc=example,dc=org');

    expect(await run('stock', 'strategy', scenario).told(1)).toMatchObject([{ status: 401 }]);
  });

  it('finds the groups of a DN with parentheses, which are lost with the stock engine', async () => {
    const scenario = { options: options(), username: 'paren@example.com', password: 'password1' };

    const [ours] = await run('ours', 'strategy', scenario).told(1);
    expect(ours?.user?._groups?.map(({ cn }) => cn)).toEqual(['hostile']);

    const [stock] = await run('stock', 'strategy', scenario).told(1);
    expect(stock?.user?._groups).toEqual([]);
  });

  it('tells a wrong service password from a wrong user password, which the stock engine does not', async () => {
    const scenario = { options: options({ bindCredentials: 'wrong' }), username: 'user01', password: 'password1' };

    const [ours] = await run('ours', 'strategy', scenario).told(1);
    expect(ours?.error).toMatchObject({ name: 'LdapAuthError', code: 'service-bind-failed' });

    expect(await run('stock', 'strategy', scenario).told(1)).toMatchObject([{ status: 401 }]);
  });

  it('gives up on a directory that hangs, for which the stock engine waits for ever', async () => {
    proxy.hang();
    const scenario = { options: options(), username: 'user01', password: 'password1' };

    const stock = run('stock', 'strategy', scenario);
    await until(() => proxy.counts().open > 0);
    const [ours] = await run('ours', 'strategy', scenario).told(1);
    expect(ours?.error).toMatchObject({ code: 'timeout' });

    expect(stock.outcomes()).toEqual([]);
  });

  it('takes credentials from the body alone with the lookup that the README shows', async () => {
    const server = options({ url: directory.url }) as unknown as LdapAuth.Options; // complete for both engines
    const signIn = (lookup: object): Promise<string> =>
      new Promise((resolve) => {
        const strategy = new passportLdap.Strategy({ server, ...lookup }, (user, done) => done(null, user));
        strategy.success = () => resolve('signed in');
        strategy.fail = (_challenge, status) => resolve(`refused with ${status}`);
        strategy.error = (error) => resolve(error.message);
        strategy.authenticate({ body: {}, query: { username: 'user01', password: 'password1' } });
      });

    expect(await signIn({})).toBe('signed in');
    expect(await signIn({ credentialsLookup: ({ body }: { body: unknown }) => body })).toBe('refused with 400');
    await LdapAuth.closePools();
  });
});
