import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, connect as netConnect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import { createDirectory, type Directory } from '../src/directory.ts';
import type { DirectoryConfig } from '../src/directory-config.ts';
import { toDirectoryError } from '../src/directory-error.ts';
import type { SearchWork } from '../src/protocol.ts';

let ldap: TestDirectory;
const open: Directory[] = [];
beforeAll(async () => {
  ldap = await startDirectory({ kind: 'slapd', personas: true });
});
afterAll(async () => {
  for (const directory of open) directory.close();
  await ldap.remove();
});

function connect(more: Partial<DirectoryConfig> = {}): Directory {
  const url = new URL(more.tls === 'ldaps' ? ldap.ldapsUrl : ldap.url);
  const directory = createDirectory({
    host: url.hostname,
    port: Number(url.port),
    tls: 'off',
    bindDn: ldap.adminDn,
    bindPassword: ldap.adminPassword,
    root: ldap.base,
    ...more,
  });
  open.push(directory);
  return directory;
}

const bind = (dn: string, password: string) => ({ id: '1', kind: 'bind', dn, password, deadlineMs: 5_000 }) as const;
const user01 = 'cn=user01,ou=users,dc=example,dc=org';
const search = (more: Partial<SearchWork>): SearchWork => ({
  id: '1',
  kind: 'search',
  base: 'ou=users,dc=example,dc=org',
  scope: 'sub',
  filter: '(objectclass=inetorgperson)',
  attributes: ['entryUUID', 'mail'],
  sizeLimit: 0,
  deadlineMs: 5_000,
  ...more,
});

describe('a connection to the directory', () => {
  it.each(['ldaps', 'starttls'] as const)('by %s checks the CA and the name', async (tls) => {
    const ca = readFileSync(ldap.caFile, 'utf8');
    await expect(connect({ tls, ca, host: 'localhost' }).bind(bind(user01, 'password1'))).resolves.toBe('ok');
    await expect(connect({ tls, host: 'localhost' }).probe()).rejects.toMatchObject({ code: 'certificate-untrusted' });
    // The same server under an address that its certificate does not name.
    const { port } = new URL(tls === 'ldaps' ? ldap.ldapsUrl : ldap.url);
    const relay = createServer((socket) => {
      const onward = netConnect(Number(port), '127.0.0.1');
      socket.pipe(onward).pipe(socket);
      socket.on('error', () => onward.destroy());
      onward.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.2', resolve));
    const { port: elsewhere } = relay.address() as AddressInfo; // it listens on a port
    const wrongName = connect({ tls, ca, host: '127.0.0.2', port: elsewhere });
    await expect(wrongName.probe()).rejects.toMatchObject({ code: 'certificate-name' });
    relay.close();
  });

  it('says which of the usual things is wrong', async () => {
    await expect(connect({ bindPassword: 'wrong' }).probe()).rejects.toMatchObject({ code: 'service-bind-failed' });
    await expect(connect({ port: 1 }).probe()).rejects.toMatchObject({ code: 'connection-refused' });
    await expect(connect({ host: 'no-such-host.invalid' }).probe()).rejects.toMatchObject({ code: 'host-unknown' });
    await expect(connect({ root: 'dc=elsewhere,dc=org' }).probe()).rejects.toMatchObject({ resultCode: 32 });
    const nowhere = connect().search(search({ base: 'ou=nowhere,dc=example,dc=org' }));
    await expect(nowhere).rejects.toMatchObject({ resultCode: 32, message: expect.stringContaining('does not exist') });
    await expect(connect().search(search({ filter: '(((' }))).rejects.toMatchObject({ code: 'bad-filter' });
  });
});

it.each([
  [4, ' Code: 0x4', 'raise its size limit'],
  [11, 'pagedResults control not allowed Code: 0xb', 'pagedResults control not allowed'],
  [10, ' Code: 0xa', 'referrals are not followed'],
  [80, ' Code: 0x50', 'the directory answers with result code 80'],
])('result code %i is explained', (code, message, explanation) => {
  const error = toDirectoryError(Object.assign(new Error(message), { code }));
  expect(error).toMatchObject({ code: 'result-code', resultCode: code });
  expect(error.message).toContain(explanation);
  expect(error.message).not.toContain('0x');
});

describe('a bind as a person', () => {
  it('is judged as the directory judges it, many at once over few connections', async () => {
    const directory = connect();
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, at) => directory.bind(bind(user01, at % 2 === 0 ? 'password1' : 'wrong'))),
    );
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(30);
    expect(outcomes.filter((outcome) => outcome === 'invalid')).toHaveLength(30);
    await expect(directory.bind(bind('cn=locked,ou=users,dc=example,dc=org', 'password1'))).resolves.toBe('locked');
    await expect(directory.bind(bind('cn=must-change,ou=users,dc=example,dc=org', 'password1'))).resolves.toBe(
      'must-change',
    );
    await expect(directory.bind(bind('cn=nobody,ou=users,dc=example,dc=org', 'password1'))).resolves.toBe('invalid');
    await expect(directory.bind(bind(user01, 'password1'))).resolves.toBe('ok');
  });

  it('survives that the directory was restarted in between', async () => {
    const directory = connect();
    await expect(directory.bind(bind(user01, 'password1'))).resolves.toBe('ok');
    await ldap.stop();
    await expect(directory.bind(bind(user01, 'password1'))).rejects.toMatchObject({ name: 'DirectoryError' });
    await ldap.start();
    await expect(directory.bind(bind(user01, 'password1'))).resolves.toBe('ok');
    await expect(directory.search(search({ sizeLimit: 1 }))).resolves.toHaveLength(1);
  });
});

describe('pages', () => {
  const attributes = ['mail', 'memberUid', 'description', 'modifyTimestamp', 'nothing', 'cn', 'sn', 'userPassword'];

  /** What is looked for by name of attribute, in the order of the question. */
  async function rows(directory: Directory, work: SearchWork): Promise<unknown[]> {
    return (await directory.search(work)).map(({ dn, attributes: values }) => [
      dn,
      ...work.attributes.map((name) => values[name.toLowerCase()] ?? null),
    ]);
  }

  it('bring every entry once, and stop when nobody reads on', async () => {
    const directory = connect();
    const work = search({ base: ldap.base, filter: '(objectclass=*)', attributes });
    const seen: unknown[] = [];
    for await (const page of directory.pages(work, 7)) seen.push(...JSON.parse(page.toString()));
    expect(seen).toEqual(await rows(directory, work));
    expect(seen.length).toBeGreaterThan(14);
    for await (const page of directory.pages(work, 7)) {
      expect(JSON.parse(page.toString())).toHaveLength(7);
      break;
    }
  });

  it('come encrypted as well, and none where nothing is found', async () => {
    const directory = connect({ tls: 'starttls', ca: readFileSync(ldap.caFile, 'utf8'), host: 'localhost' });
    const pages: string[] = [];
    for await (const page of directory.pages(search({ filter: '(cn=nobody)' }), 7)) pages.push(page.toString());
    for await (const page of directory.pages(search({ filter: '(cn=user01)', attributes: ['uid'] }), 7))
      pages.push(page.toString());
    expect(pages).toEqual(['[]', `[["${user01}","user01"]]`]);
  });
});
