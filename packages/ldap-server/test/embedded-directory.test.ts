import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Attribute, Change, Client } from 'ldapts';
import { type EmbeddedDirectory, LdifError, ListenError, startEmbeddedDirectory } from '../src/index.ts';

const run = promisify(execFile);
const base = 'dc=example,dc=org';
const admin = { adminDn: `cn=admin,${base}`, adminPassword: 'adminpassword' };
const tutorial = fileURLToPath(new URL('../../../ldifs/users.ldif', import.meta.url));

let folder: string;
let directory: EmbeddedDirectory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ldap-server-'));
  directory = await startEmbeddedDirectory({ ldifFiles: [tutorial], ...admin });
  await writeFile(join(folder, 'ca.pem'), directory.caPem);
});

afterAll(async () => {
  await directory.close();
  await rm(folder, { recursive: true });
});

async function withClient<T>(
  work: (client: Client) => Promise<T>,
  dn = admin.adminDn,
  password = admin.adminPassword,
): Promise<T> {
  const client = new Client({ url: directory.url });
  try {
    await client.bind(dn, password);
    return await work(client);
  } finally {
    await client.unbind();
  }
}

describe('starting', () => {
  const load = async (ldif: string, options: { baseDn?: string } = {}): Promise<unknown> => {
    const file = join(folder, 'broken.ldif');
    await writeFile(file, ldif);
    return startEmbeddedDirectory({ ldifFiles: [file], ...admin, ...options }).then(
      () => 'it started',
      (error: unknown) => error,
    );
  };
  const root = `dn: ${base}\nobjectClass: organization\nobjectClass: dcObject\no: x\ndc: example\n\n`;
  const person = (lines: string): string =>
    `${root}dn: cn=a,${base}\nobjectClass: inetOrgPerson\ncn: a\nsn: a\n${lines}`;

  it('gives an entry of an LDIF the same UUID at every start, so that an import knows it again', async () => {
    const uuidsAt = async (url: string): Promise<unknown> => {
      const client = new Client({ url });
      const { searchEntries } = await client.search(base, { attributes: ['entryUUID'] });
      await client.unbind();
      return searchEntries;
    };
    const again = await startEmbeddedDirectory({ ldifFiles: [tutorial], ...admin });
    const [first, second] = [await uuidsAt(directory.url), await uuidsAt(again.url)];
    await again.close();
    expect(second).toEqual(first);
    expect(new Set((first as { entryUUID: string }[]).map(({ entryUUID }) => entryUUID)).size).toBe(7);
  });

  it('is quick', async () => {
    const begin = performance.now();
    const another = await startEmbeddedDirectory({ ldifFiles: [tutorial], ...admin });
    const took = performance.now() - begin;
    await another.close();
    expect(another).toMatchObject({ baseDn: base, entries: 7 });
    // 30 ms on a quiet machine; a crowded one gets ten times that.
    expect(took).toBeLessThan(1000);
  });

  it.each([
    ['a parent that is missing', `${root}dn: cn=a,ou=nowhere,${base}\nobjectClass: device\ncn: a`, 7, 'parent'],
    ['an entry that is there already', `${root}${root}`, 7, 'already'],
    ['an attribute that the schema lacks', person('shoeSize: 42'), 11, 'shoeSize: attribute type undefined'],
    ['an attribute that the class does not allow', person('uidNumber: 42'), 11, "attribute 'uidNumber' not allowed"],
    [
      'a value of the wrong syntax',
      person('objectClass: posixAccount\nuid: a\nuidNumber: many\ngidNumber: 1\nhomeDirectory: /'),
      13,
      'invalid per syntax',
    ],
    ['a value given twice', person('mail: a@x\nmail: A@X'), 11, 'more than once'],
    ['an unknown class', `${root}dn: cn=a,${base}\nobjectClass: hero\ncn: a`, 8, 'invalid per syntax'],
    [
      'a required attribute that is missing',
      `${root}dn: cn=a,${base}\nobjectClass: person\ncn: a`,
      7,
      "requires attribute 'sn'",
    ],
    ['an RDN that is not in the entry', `${root}dn: cn=b,${base}\nobjectClass: device\ncn: a`, 9, 'naming attribute'],
    ['a name that is no DN', `${root}dn: nonsense\nobjectClass: device\ncn: a`, 7, 'not a DN'],
  ])('says file, line and reason of %s', async (_, ldif, line, reason) => {
    const error = await load(ldif);
    expect(error).toBeInstanceOf(LdifError);
    expect(error).toMatchObject({ line, file: join(folder, 'broken.ldif'), message: expect.stringContaining(reason) });
    expect((error as LdifError).message).not.toContain('\n');
  });

  it('says so of a file that is not there, one that is not UTF-8, and a port in use', async () => {
    const start = (file: string) => startEmbeddedDirectory({ ldifFiles: [file], ...admin });
    await expect(start('/nowhere.ldif')).rejects.toMatchObject({
      message: '/nowhere.ldif:0: the file cannot be read (ENOENT)',
    });
    const latin = join(folder, 'latin.ldif');
    await writeFile(latin, Buffer.from(`${root}dn: cn=\xe4,${base}\nobjectClass: device\n`, 'latin1'));
    await expect(start(latin)).rejects.toMatchObject({ line: 7, message: expect.stringContaining('not UTF-8') });
    const taken = startEmbeddedDirectory({ ldifFiles: [tutorial], ...admin, port: directory.port });
    await expect(taken).rejects.toBeInstanceOf(ListenError);
    await expect(taken).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: expect.stringContaining(`${directory.port}: the port is in use`),
    });
  });
});

describe('names and values of hundreds of thousands of characters', () => {
  const many = 240_000;

  it('are refused or compared as any other', async () => {
    const client = new Client({ url: directory.url });
    for (const cn of [`a${' '.repeat(many)}b `, `\\,${' '.repeat(many)}b `]) {
      await expect(client.bind(`cn=${cn},${base}`, 'x')).rejects.toMatchObject({ code: 49 });
    }
    const filter = `(createTimestamp>=29990101000000.${'0'.repeat(many)}1Z)`;
    expect((await client.search(base, { filter })).searchEntries).toEqual([]);
    await client.unbind();
  });
});

describe('OpenLDAP’s own clients', () => {
  const tool = async (name: string, ...words: string[]): Promise<string> => {
    const env = { PATH: process.env.PATH, LDAPTLS_CACERT: join(folder, 'ca.pem') };
    const { stdout } = await run(name, ['-x', ...words], { env });
    return stdout;
  };
  const user = ['-D', `cn=user01,ou=users,${base}`, '-w', 'password1'];

  it.each([
    ['LDAP', () => ['-H', directory.url]],
    ['StartTLS', () => ['-ZZ', '-H', directory.url]],
    ['StartTLS by the name', () => ['-ZZ', '-H', directory.url.replace('127.0.0.1', 'localhost')]],
    ['LDAPS', () => ['-H', directory.ldapsUrl]],
  ])('sign in and search over %s', async (_, where) => {
    expect(await tool('ldapwhoami', ...where(), ...user)).toBe(`dn:cn=user01,ou=users,${base}\n`);
    const pages = await tool('ldapsearch', ...where(), '-LLL', '-E', 'pr=2/noprompt', '-b', base, '1.1');
    expect(pages.match(/^dn: /gm)).toHaveLength(7);
    expect(
      await tool('ldapcompare', ...where(), `cn=user01,ou=users,${base}`, 'uid:USER01').catch((error) => error.stdout),
    ).toContain('TRUE');
  });

  it('read the schema and the root DSE', async () => {
    const schema = await tool(
      'ldapsearch',
      '-H',
      directory.url,
      '-LLL',
      '-o',
      'ldif-wrap=no',
      '-b',
      'cn=subschema',
      '-s',
      'base',
      '(objectClass=subschema)',
      '+',
    );
    expect(schema).toContain("objectClasses: ( 2.16.840.1.113730.3.2.2 NAME 'inetOrgPerson'");
    const rootDse = await tool('ldapsearch', '-H', directory.url, '-LLL', '-b', '', '-s', 'base', '+');
    expect(rootDse).toContain(`namingContexts: ${base}`);
    expect(rootDse).toContain('supportedExtension: 1.3.6.1.4.1.1466.20037');
  });
});

describe('writing', () => {
  const dn = `cn=new,ou=users,${base}`;
  const replace = (type: string, value: string): Change =>
    new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) });

  it('is the administrator’s right', async () => {
    const entry = { objectClass: 'inetOrgPerson', cn: 'new', sn: 'New', userPassword: 'first' };
    const user = [`cn=user01,ou=users,${base}`, 'password1'] as const;
    await expect(withClient((client) => client.add(dn, entry), ...user)).rejects.toMatchObject({ code: 50 });
    await expect(withClient((client) => client.modify(dn, replace('sn', 'x')), ...user)).rejects.toMatchObject({
      code: 50,
    });
    const anonymous = new Client({ url: directory.url });
    await expect(anonymous.del(dn)).rejects.toMatchObject({ code: 8 });
    await anonymous.unbind();
  });

  it('adds, changes, renames and deletes; a password is kept as a hash, and the new one counts', async () => {
    await withClient(async (client) => {
      await client.add(dn, {
        objectClass: 'inetOrgPerson',
        cn: 'new',
        sn: 'New',
        mail: 'new@example.com',
        userPassword: 'first',
      });
      await expect(client.add(dn, { objectClass: 'device', cn: 'new' })).rejects.toMatchObject({ code: 68 });
      await expect(client.modify(dn, replace('shoeSize', '42'))).rejects.toMatchObject({ code: 17 });
      await expect(client.modify(dn, replace('cn', 'other'))).rejects.toMatchObject({ code: 67 });
      await client.modify(dn, [replace('userPassword', 'second'), replace('mail', 'moved@example.com')]);
      const { searchEntries } = await client.search(base, { filter: '(mail=moved@example.com)' });
      expect(searchEntries.map((entry) => [entry.dn, String(entry.userPassword).startsWith('{SSHA512}')])).toEqual([
        [dn, true],
      ]);
      expect((await client.search(base, { filter: '(mail=new@example.com)' })).searchEntries).toEqual([]);
    });
    await withClient(async () => undefined, dn, 'second');
    await expect(withClient(async () => undefined, dn, 'first')).rejects.toMatchObject({ code: 49 });
    await withClient(async (client) => {
      await client.modifyDN(dn, `cn=renamed,${base}`);
      const { searchEntries } = await client.search(`cn=renamed,${base}`, { attributes: ['cn', 'entryDN'] });
      expect(searchEntries).toMatchObject([{ dn: `cn=renamed,${base}`, cn: 'renamed', entryDN: `cn=renamed,${base}` }]);
      await client.del(`cn=renamed,${base}`);
      await expect(client.del(`ou=users,${base}`)).rejects.toMatchObject({ code: 66 });
      await expect(client.search(dn, {})).rejects.toMatchObject({ code: 32 });
    });
  });

  it('lets people change their own password, and nobody read it', async () => {
    const own = `cn=user03,ou=users,${base}`;
    await withClient((client) => client.modify(own, replace('userPassword', 'better')), own, 'password3');
    const seen = await withClient((client) => client.search(own, { attributes: ['*', '+'] }), own, 'better');
    expect(seen.searchEntries[0]).not.toHaveProperty('userPassword');
  });
});
