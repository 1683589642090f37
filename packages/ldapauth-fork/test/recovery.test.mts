import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LdapProxy, startDirectory, startLdapProxy, type TestDirectory } from '@ldap-to-okta/test-directory';
import LdapAuth from 'ldapauth-fork';
import { type Judged, signIn } from './sign-in.mts';
import { until } from './until.mts';

const person = { user: { uid: 'user01' } };

describe('recovery without a restart', () => {
  let directory: TestDirectory;
  let proxy: LdapProxy;
  let other: LdapProxy;

  const options = (changes: Partial<LdapAuth.Options> = {}): LdapAuth.Options => ({
    url: proxy.url,
    bindDN: directory.adminDn,
    bindCredentials: directory.adminPassword,
    searchBase: 'ou=users,dc=example,dc=org',
    searchFilter: '(cn={{username}})',
    groupSearchBase: 'ou=groups,dc=example,dc=org',
    groupSearchFilter: '(memberUid={{dn}})',
    groupSearchAttributes: ['cn'],
    ...changes,
  });
  const right = (server: LdapAuth.Options): Promise<Judged> => signIn(server, 'user01', 'password1');
  const many = (server: LdapAuth.Options, count: number): Promise<Judged[]> =>
    Promise.all(Array.from({ length: count }, () => right(server)));

  beforeAll(async () => {
    directory = await startDirectory();
    const target = { host: '127.0.0.1', port: Number(new URL(directory.url).port) };
    proxy = await startLdapProxy({ target });
    other = await startLdapProxy({ target });
  });
  afterEach(async () => {
    await Promise.all([proxy.resume(), other.resume()]);
    await LdapAuth.closePools();
    proxy.reset();
    other.reset();
  });
  afterAll(async () => {
    await Promise.all([proxy?.close(), other?.close()]);
    await directory?.remove();
  });

  it('says unavailable while the directory is stopped, and signs in once it is back', async () => {
    const server = options({ url: directory.url });
    await many(server, 20);
    await directory.stop();
    for (const judged of await many(server, 20)) {
      expect(judged).toEqual({ broken: 'unavailable', detail: expect.any(String) });
    }
    expect(await right(server)).toEqual({ broken: 'unavailable', detail: 'connection-refused' });
    await directory.start();
    for (const judged of await many(server, 20)) {
      expect(judged).toMatchObject(person);
    }
  });

  it('does not notice a restart between two sign-ins', async () => {
    const server = options({ url: directory.url });
    await many(server, 20);
    await directory.stop();
    await directory.start();
    for (const judged of await many(server, 20)) {
      expect(judged).toMatchObject(person);
    }
  });

  it('says timeout while the directory hangs, and signs in once it goes on', async () => {
    const server = options({ url: directory.url, timeout: 500, deadline: 2_000 });
    await many(server, 20);
    await directory.pause();
    for (const judged of await many(server, 20)) {
      expect(judged).toEqual({ broken: 'timeout', detail: expect.any(String) });
    }
    await directory.resume();
    for (const judged of await many(server, 20)) {
      expect(judged).toMatchObject(person);
    }
  });

  it('keeps the deadline of a sign-in, whatever the limits of its operations', async () => {
    proxy.hang();
    const startedAt = performance.now();
    expect(await right(options({ deadline: 150 }))).toEqual({ broken: 'timeout', detail: 'deadline' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('says unavailable when a connection cannot be opened in time', async () => {
    proxy.hang();
    const server = options({ url: proxy.url.replace('127.0.0.1', 'localhost'), starttls: true, connectTimeout: 100 });
    expect(await right(server)).toEqual({ broken: 'unavailable', detail: 'connect-timeout' });
  });

  it('tries again on a new connection when a pooled one is cut in the middle of a bind', async () => {
    const server = options();
    expect(await right(server)).toMatchObject(person);
    proxy.cutOn('bind');
    expect(await right(server)).toMatchObject(person);
  });

  it('gives up when a new connection is cut in the middle of a bind too, and recovers', async () => {
    const server = options();
    await right(server);
    proxy.cutOn('bind', 2);
    expect(await right(server)).toEqual({ broken: 'unavailable', detail: 'connection-lost' });
    expect(await right(server)).toMatchObject(person);
  });

  it('is unavailable when the service bind is cut, and recovers', async () => {
    const server = options();
    proxy.cutOn('bind');
    expect(await right(server)).toEqual({ broken: 'unavailable', detail: 'connection-lost' });
    expect(await right(server)).toMatchObject(person);
  });

  it('searches again when a connection is cut in the middle of a search', async () => {
    const server = options();
    await right(server);
    proxy.cutOn('search');
    expect(await right(server)).toMatchObject(person);
  });

  it('finishes every sign-in when all connections are cut under load', async () => {
    const server = options();
    await many(server, 20);
    const load = many(server, 100);
    proxy.cutAll();
    for (const judged of await load) {
      // Cut in the middle of a first bind on a new connection it is unavailable; it never hangs or is refused.
      expect([person, { broken: 'unavailable' }]).toContainEqual(
        'user' in judged ? { user: { uid: judged.user.uid } } : { broken: 'broken' in judged ? judged.broken : judged },
      );
    }
    expect(await right(server)).toMatchObject(person);
  });

  it('goes to the next server when the first refuses, and for new connections back when it is there again', async () => {
    const server = options({ url: [proxy.url, other.url] });
    await proxy.refuse();
    expect(await right(server)).toMatchObject(person);
    expect(other.counts().connections).toBe(2);

    await proxy.resume();
    await LdapAuth.closePools();
    proxy.reset();
    expect(await right(server)).toMatchObject(person);
    expect(proxy.counts().connections).toBe(2);
  });

  it('goes to the next server within one sign-in when the first dies or hangs while in use', async () => {
    const server = options({ url: [proxy.url, other.url], timeout: 200 });
    expect(await right(server)).toMatchObject(person);
    await proxy.refuse();
    expect(await right(server)).toMatchObject(person);

    await proxy.resume();
    await LdapAuth.closePools();
    expect(await right(server)).toMatchObject(person);
    proxy.hang();
    for (const judged of await many(server, 10)) {
      expect(judged).toMatchObject(person);
    }
  });

  it('refuses at once what does not fit in the line, and lets the line in when there is room', async () => {
    const server = options({ maxConcurrent: 2, maxQueue: 3 });
    await right(server);
    proxy.hang();
    const waiting = many(server, 5);
    expect(await right(server)).toEqual({ broken: 'unavailable', detail: 'queue-full' });
    await proxy.resume();
    for (const judged of await waiting) {
      expect(judged).toMatchObject(person);
    }
  });

  it('leaves the line at the deadline', async () => {
    const server = options({ maxConcurrent: 1, maxQueue: 1, deadline: 100, timeout: 400 });
    await right(server);
    proxy.hang();
    expect(await many(server, 2)).toEqual([
      { broken: 'timeout', detail: 'deadline' },
      { broken: 'timeout', detail: 'deadline' },
    ]);
    await proxy.resume();
    await until(() => proxy.counts().open > 0);
    expect(await right(server)).not.toMatchObject({ detail: 'queue-full' });
  });
});
