import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import { type LdapProxy, startDirectory, startLdapProxy, type TestDirectory } from '../src/index.ts';

const user = 'cn=user01,ou=users,dc=example,dc=org';

describe('the counting proxy', () => {
  let directory: TestDirectory;
  let proxy: LdapProxy;
  const clients: Client[] = [];

  const client = (options: ConstructorParameters<typeof Client>[0]): Client => {
    const made = new Client({ timeout: 5_000, ...options });
    clients.push(made);
    return made;
  };
  const target = (): { host: string; port: number } => ({
    host: '127.0.0.1',
    port: Number(new URL(directory.url).port),
  });

  beforeAll(async () => {
    directory = await startDirectory();
    proxy = await startLdapProxy({ target: target() });
  });

  afterEach(async () => {
    await proxy.resume();
    await Promise.all(clients.splice(0).map((it) => it.unbind().catch(() => {})));
    proxy.reset();
  });

  afterAll(async () => {
    await proxy?.close();
    await directory?.remove();
  });

  it('counts connections, binds by DN and searches', async () => {
    const one = client({ url: proxy.url });
    await one.bind(user, 'password1');
    await one.bind(directory.adminDn, directory.adminPassword);
    await one.search(directory.base, { scope: 'base' });

    expect(proxy.counts()).toEqual({
      connections: 1,
      open: 1,
      binds: { [user]: 1, [directory.adminDn]: 1 },
      searches: 1,
    });
    expect(proxy.sessions()).toEqual([{ binds: [user, directory.adminDn], searches: 1 }]);
  });

  it('swallows the next bind together with its connection, and lets the one after it pass', async () => {
    proxy.cutOn('bind');

    await expect(client({ url: proxy.url }).bind(user, 'password1')).rejects.toThrow('closed');
    await client({ url: proxy.url }).bind(user, 'password1');
  });

  it('refuses connections until it resumes, on the same port', async () => {
    await proxy.refuse();
    await expect(client({ url: proxy.url }).bind(user, 'password1')).rejects.toThrow('ECONNREFUSED');

    await proxy.resume();
    await client({ url: proxy.url }).bind(user, 'password1');
  });

  it('holds back everything while it hangs, and passes it on when it resumes', async () => {
    const one = client({ url: proxy.url });
    await one.bind(user, 'password1');
    proxy.hang();
    let isAnswered = false;
    const search = one.search(directory.base, { scope: 'base' }).finally(() => {
      isAnswered = true;
    });
    const straight = client({ url: directory.url });
    await straight.bind(user, 'password1');
    await straight.search(directory.base, { scope: 'base' });
    expect(isAnswered).toBe(false);

    await proxy.resume();
    expect((await search).searchEntries).toHaveLength(1);
  });

  it('cannot read a bind after StartTLS, but a bind before it', async () => {
    const ca = readFileSync(directory.caFile);
    const one = client({ url: proxy.url });
    await one.startTLS({ ca, host: 'localhost', servername: 'localhost' });
    await one.bind(user, 'password1');

    expect(proxy.counts()).toEqual({ connections: 1, open: 1, binds: {}, searches: 0 });
  });
});
