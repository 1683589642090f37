import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import { startDirectory, type TestDirectory } from '../src/index.ts';
import { until } from './docker.ts';
import { kinds } from './each-directory.ts';

const user01 = 'cn=user01,ou=users,dc=example,dc=org';
const library = fileURLToPath(new URL('../dist/index.js', import.meta.url));

const slapcatExport = `dn: dc=example,dc=org
objectClass: organization
objectClass: dcObject
o: Example
dc: example
structuralObjectClass: organization
entryUUID: 25303eb0-7bd6-1041-8b19-c9c11f16c43e
creatorsName: cn=admin,dc=example,dc=org
createTimestamp: 20200102030405Z
entryCSN: 20200102030405.123456Z#000000#000#000000
modifiersName: cn=admin,dc=example,dc=org
modifyTimestamp: 20200102030405Z
contextCSN: 20200102030405.123456Z#000000#000#000000

dn: cn=ada,dc=example,dc=org
objectClass: inetOrgPerson
cn: ada
sn: Lovelace
userPassword:: e1NIQX00NHJTRkpROXF0SFdUQkF2cnNLZDVLL3AyajA9
structuralObjectClass: inetOrgPerson
entryUUID: 253137a2-7bd6-1041-8b1b-c9c11f16c43e
creatorsName: cn=admin,dc=example,dc=org
createTimestamp: 20200102030405Z
memberOf: cn=crew,dc=example,
 dc=org
entryCSN: 20200102030405.123456Z#000000#000#000000
modifiersName: cn=admin,dc=example,dc=org
modifyTimestamp: 20200102030405Z

dn: cn=crew,dc=example,dc=org
objectClass: groupOfNames
cn: crew
member: cn=ada,dc=example,dc=org
structuralObjectClass: groupOfNames
entryUUID: 2531c0aa-7bd6-1041-8b1c-c9c11f16c43e
creatorsName: cn=admin,dc=example,dc=org
createTimestamp: 20200102030405Z
entryCSN: 20200102030405.123456Z#000000#000#000000
modifiersName: cn=admin,dc=example,dc=org
modifyTimestamp: 20200102030405Z
`;

const bind = async (url: string, timeout = 10_000): Promise<void> => {
  const client = new Client({ url, timeout, connectTimeout: timeout });
  try {
    await client.bind(user01, 'password1');
  } finally {
    await client.unbind().catch(() => undefined);
  }
};

const refused = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
    socket.once('connect', () => socket.destroy());
  });

describe.each(kinds)('a test directory of kind %s', (kind) => {
  let directory: TestDirectory;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'start-test-'));
    directory = await startDirectory({ kind });
  }, 120_000);
  afterAll(async () => {
    await directory?.remove();
    await rm(folder, { recursive: true });
  });

  it("has the tutorial's people at the addresses it gives", async () => {
    expect(directory).toMatchObject({ kind, base: 'dc=example,dc=org', adminDn: 'cn=admin,dc=example,dc=org' });
    expect(directory.url).toMatch(/^ldap:\/\/127\.0\.0\.1:\d+$/);
    expect(directory.ldapsUrl).toMatch(/^ldaps:\/\/localhost:\d+$/);
    await bind(directory.url);
  });

  it('is refused when it is stopped, and is the same when it is started again', async () => {
    await directory.stop();
    expect(await refused(directory.url)).toBe(true);
    expect(await refused(directory.ldapsUrl)).toBe(true);
    await directory.start();
    await bind(directory.url);
  }, 60_000);

  it('hangs when it is paused, and goes on when it is resumed', async () => {
    await directory.pause();
    await expect(bind(directory.url, 500)).rejects.toThrow();
    const waiting = bind(directory.url);
    await directory.resume();
    await waiting;
  }, 60_000);

  it('can be stopped while it is paused', async () => {
    await directory.pause();
    await directory.stop();
    expect(await refused(directory.url)).toBe(true);
    await directory.start();
    await bind(directory.url);
  }, 60_000);

  it('says what the server said when it does not start', async () => {
    const broken = join(folder, 'broken.ldif');
    await writeFile(broken, 'dn: ou=x,dc=example,dc=org\nobjectClass: organizationalUnit\nou: x\nnonsense\n');
    await expect(startDirectory({ kind, ldifFiles: [broken] })).rejects.toMatchObject({
      code: 'did-not-start',
      message: expect.stringMatching(/broken\.ldif:4/),
    });
  }, 60_000);

  it('loads what slapcat writes, and keeps the identity of the entries', async () => {
    const file = join(folder, 'export.ldif');
    await writeFile(file, slapcatExport);
    const other = await startDirectory({ kind, ldifFiles: [file] });
    const client = new Client({ url: other.url });
    try {
      await client.bind('cn=ada,dc=example,dc=org', 'password1');
      const attributes = ['entryUUID', 'createTimestamp', 'memberOf'];
      const { searchEntries } = await client.search('cn=ada,dc=example,dc=org', { attributes });
      expect(searchEntries).toEqual([
        {
          dn: 'cn=ada,dc=example,dc=org',
          entryUUID: '253137a2-7bd6-1041-8b1b-c9c11f16c43e',
          createTimestamp: '20200102030405Z',
          memberOf: 'cn=crew,dc=example,dc=org',
        },
      ]);
    } finally {
      await client.unbind();
      await other.remove();
    }
  }, 60_000);

  it('leaves nothing when it is removed, however often', async () => {
    const other = await startDirectory({ kind });
    await other.remove();
    await other.remove();
    expect(await refused(other.url)).toBe(true);
    expect(existsSync(dirname(other.caFile))).toBe(false);
  }, 60_000);

  it('leaves nothing when the process that started it is killed', async () => {
    const program = `
      const { startDirectory } = await import(${JSON.stringify(library)});
      const { url, caFile } = await startDirectory({ kind: ${JSON.stringify(kind)} });
      console.log(JSON.stringify({ url, caFile }));
      setInterval(() => undefined, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await new Promise<string>((resolve) => owner.stdout.once('data', (chunk) => resolve(String(chunk))));
    const { url, caFile }: { url: string; caFile: string } = JSON.parse(line);
    expect(await refused(url)).toBe(false);
    owner.kill('SIGKILL');
    await until(async () => (await refused(url)) && !existsSync(dirname(caFile)));
  }, 60_000);
});
