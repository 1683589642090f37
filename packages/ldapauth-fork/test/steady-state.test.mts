import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LdapProxy, startDirectory, startLdapProxy, type TestDirectory } from '@ldap-to-okta/test-directory';
import LdapAuth from 'ldapauth-fork';
import { signIn } from './sign-in.mts';
import { until } from './until.mts';

describe('the pools in a steady state', () => {
  let directory: TestDirectory;
  let proxies: Record<'ldap' | 'ldaps' | 'starttls', LdapProxy>;

  const options = (kind: keyof typeof proxies, changes: Partial<LdapAuth.Options> = {}): LdapAuth.Options => ({
    url:
      kind === 'ldaps'
        ? proxies.ldaps.url.replace('ldap:', 'ldaps:').replace('127.0.0.1', 'localhost')
        : proxies[kind].url,
    ...(kind === 'ldap' ? {} : { tlsOptions: { ca: readFileSync(directory.caFile) } }),
    ...(kind === 'starttls' ? { starttls: true } : {}),
    bindDN: directory.adminDn,
    bindCredentials: directory.adminPassword,
    searchBase: 'ou=users,dc=example,dc=org',
    searchFilter: '(|(cn={{username}})(mail={{username}}))',
    groupSearchBase: 'ou=groups,dc=example,dc=org',
    groupSearchFilter: '(memberUid={{dn}})',
    groupSearchAttributes: ['cn'],
    ...changes,
  });
  /** So many sign-ins, so many at a time, half of them refused. */
  const signInMany = async (server: LdapAuth.Options, count: number, concurrency: number): Promise<void> => {
    let left = count;
    const client = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const isRight = left % 2 === 0;
        const judged = await signIn(server, 'user02', isRight ? 'password2' : 'wrong');
        expect(judged).toMatchObject(isRight ? { user: { uid: 'user02' } } : { refused: 'invalid-credentials' });
      }
    };
    await Promise.all(Array.from({ length: concurrency }, client));
  };

  beforeAll(async () => {
    directory = await startDirectory();
    const port = (url: string): number => Number(new URL(url).port);
    const start = (url: string): Promise<LdapProxy> =>
      startLdapProxy({ target: { host: '127.0.0.1', port: port(url) } });
    proxies = {
      ldap: await start(directory.url),
      ldaps: await start(directory.ldapsUrl),
      starttls: await start(directory.url),
    };
  });
  afterEach(async () => {
    await LdapAuth.closePools();
    for (const proxy of Object.values(proxies)) {
      proxy.reset();
    }
  });
  afterAll(async () => {
    await Promise.all(Object.values(proxies ?? {}).map((proxy) => proxy.close()));
    await directory?.remove();
  });

  describe.each(['ldap', 'ldaps', 'starttls'] as const)('over %s', (kind) => {
    it.each([1, 16, 64])('opens no connection and binds no service account for %i clients', async (concurrency) => {
      const server = options(kind);
      await signInMany(server, 4 * concurrency, concurrency);
      expect(proxies[kind].counts().open).toBeLessThanOrEqual(10);
      proxies[kind].reset();

      await signInMany(server, 128, concurrency);

      const { connections, binds, searches } = proxies[kind].counts();
      expect(connections).toBe(0);
      // TLS hides the rest from the proxy; without new connections there is nobody to bind.
      expect(binds).toEqual(kind === 'ldap' ? { 'cn=user02,ou=users,dc=example,dc=org': 128 } : {});
      expect(searches).toBe(kind === 'ldap' ? 256 : 0);
    });
  });

  it('sends nothing but binds on the connections where passwords are tried', async () => {
    await signInMany(options('ldap'), 64, 16);

    for (const { binds, searches } of proxies.ldap.sessions()) {
      expect(binds.includes(directory.adminDn)).toBe(searches > 0);
      expect(binds.includes(directory.adminDn) && binds.length > 1).toBe(false);
    }
    expect(proxies.ldap.counts().binds[directory.adminDn]).toBeLessThanOrEqual(2);
  });

  it('asks as the service account for everybody, whoever signed in before', async () => {
    const server = options('ldap', { userConnections: 1 });
    const people = ['user01', 'user02', 'user03'];

    for (const [at, name] of [...people, ...people].entries()) {
      const password = `password${(at % 3) + 1}`;
      expect(await signIn(server, name, password)).toMatchObject({ user: { uid: name } });
      expect(await signIn(server, name, 'wrong')).toEqual({ refused: 'invalid-credentials' });
      const other = people[(at + 1) % 3] ?? '';
      expect(await signIn(server, other, password)).toEqual({ refused: 'invalid-credentials' });
    }
    expect(proxies.ldap.counts()).toMatchObject({ connections: 2, open: 2 });
  });

  it('survives a burst of two hundred wrong passwords', async () => {
    const server = options('ldap');
    const judged = await Promise.all(Array.from({ length: 200 }, () => signIn(server, 'user01', 'wrong')));

    expect(new Set(judged.map((it) => JSON.stringify(it)))).toEqual(new Set(['{"refused":"invalid-credentials"}']));
    expect(proxies.ldap.counts().connections).toBeLessThanOrEqual(10);
    expect(await signIn(server, 'user01', 'password1')).toMatchObject({ user: { uid: 'user01' } });
  });

  it('does the same work for a name that nobody has as for a wrong password', async () => {
    const server = options('ldap');
    await signIn(server, 'user01', 'wrong');
    const work = async (username: string): Promise<unknown> => {
      proxies.ldap.reset();
      await signIn(server, username, 'wrong');
      const { binds, searches } = proxies.ldap.counts();
      return { binds: Object.values(binds), searches };
    };

    expect(await work('nobody')).toEqual({ binds: [1], searches: 2 });
    expect(await work('user01')).toEqual({ binds: [1], searches: 2 });
  });

  it('shares a pool among equal options, also those made anew for each sign-in', async () => {
    for (const _time of [1, 2, 3, 4]) {
      await signIn(options('ldap'), 'user01', 'password1');
    }
    expect(proxies.ldap.counts()).toMatchObject({ connections: 2 });
  });

  it('takes up a service password that was changed in the same options', async () => {
    const server = { ...options('ldap'), bindCredentials: 'wrong' };
    expect(await signIn(server, 'user01', 'password1')).toMatchObject({ broken: 'service-bind-failed' });
    server.bindCredentials = directory.adminPassword;
    expect(await signIn(server, 'user01', 'password1')).toMatchObject({ user: { uid: 'user01' } });
  });

  it('does not try a wrong service password at every sign-in', async () => {
    const server = options('ldap', { bindCredentials: 'wrong' });
    await Promise.all(Array.from({ length: 20 }, () => signIn(server, 'user01', 'password1')));
    expect(proxies.ldap.counts().binds).toEqual({ [directory.adminDn]: 1 });
  });

  it('opens a connection for each password when told never to reuse one', async () => {
    const server = options('ldap', { reuseUserConnections: false });
    await signInMany(server, 5, 1);
    expect(proxies.ldap.counts().connections).toBe(6);
  });

  it('closes a user connection after so many uses', async () => {
    await signInMany(options('ldap', { maxUses: 2 }), 6, 1);
    expect(proxies.ldap.counts().connections).toBe(4);
  });

  it('replaces a service connection that is bound for too long, without a gap', async () => {
    const server = options('ldap', { rebindAfter: 1 });
    await signInMany(server, 10, 1);
    await until(() => (proxies.ldap.counts().binds[directory.adminDn] ?? 0) > 1);
  });

  it('closes what idles, and opens it again when somebody comes', async () => {
    const server = options('ldap', { maxIdle: 50 });
    await signInMany(server, 4, 1);
    await until(() => proxies.ldap.counts().open === 0);
    await signInMany(server, 4, 1);
  });

  it('tries a connection that idled before it relies on it', async () => {
    const server = options('ldap', { probeAfter: 1 });
    await signInMany(server, 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    proxies.ldap.reset();
    await signInMany(server, 1, 1);
    // An anonymous bind on the user connection, and a read of the root DSE beside the two searches.
    expect(proxies.ldap.counts()).toMatchObject({ connections: 0, binds: { '': 1 }, searches: 3 });
  });

  it('ends every connection when its pools are closed, after the sign-ins in progress', async () => {
    const server = options('ldap');
    const judged = Promise.all(Array.from({ length: 20 }, () => signIn(server, 'user01', 'password1')));
    await LdapAuth.closePools(server);

    for (const one of await judged) {
      expect(one).toMatchObject({ user: { uid: 'user01' } });
    }
    await until(() => proxies.ldap.counts().open === 0);
  });
});
