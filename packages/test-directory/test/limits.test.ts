import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import { startDirectory, type TestDirectory } from '../src/index.ts';
import { contract, kinds } from './each-directory.ts';
import { control, message, present, RawConnection, search, tlv } from './raw-ldap.ts';

const users = 'ou=users,dc=example,dc=org';

contract('limits and pages', (directory) => {
  it('stops at the size limit of the client, with what it has found', async () => {
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, search(users, 1, present('objectClass'), 3)));
    for (let entry = 0; entry < 3; entry++) expect((await connection.next())?.tag).toBe(0x64);
    expect(await connection.next()).toMatchObject({ tag: 0x65, code: 4 });
    connection.end();
  });

  it('does not stop at a size limit that is not exceeded', async () => {
    const result = await directory().with((client) => client.search(users, { filter: '(uid=user0*)', sizeLimit: 3 }));
    expect(result.searchEntries).toHaveLength(3);
  });

  it.each([1, 2, 7, 1000])('gives pages of %i, each entry once', async (pageSize) => {
    const found = await directory().with(async (client) => {
      const names: string[] = [];
      const pages = client.searchPaginated(users, { attributes: ['1.1'], paged: { pageSize } });
      for await (const page of pages) {
        expect(page.searchEntries.length).toBeLessThanOrEqual(pageSize);
        names.push(...page.searchEntries.map((entry) => entry.dn));
      }
      return names;
    });
    const whole = await directory().with((client) => client.search(users, { attributes: ['1.1'] }));
    expect(found.toSorted()).toEqual(whole.searchEntries.map((entry) => entry.dn).toSorted());
    expect(new Set(found).size).toBe(found.length);
  });

  it('refuses a cookie that it never gave', async () => {
    const value = tlv(0x30, tlv(0x02, Buffer.from([2])), tlv(0x04, 'nonsense'));
    const paged = tlv(0x30, tlv(0x04, '1.2.840.113556.1.4.319'), Buffer.from([1, 1, 0xff]), tlv(0x04, value));
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, search(users, 1, present('objectClass')), paged));
    const answer = await connection.next();
    expect(answer?.tag).toBe(0x65);
    expect([2, 53]).toContain(answer?.code);
    connection.end();
  });

  it('refuses a critical control that it does not know, and passes over any other', async () => {
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, search(users, 0, present('objectClass')), control('1.2.3.4.5', true)));
    expect(await connection.next()).toMatchObject({ tag: 0x65, code: 12 });
    connection.send(message(2, search(users, 0, present('objectClass')), control('1.2.3.4.5')));
    expect(await connection.next()).toMatchObject({ tag: 0x64 });
    connection.end();
  });
});

describe.each(kinds)('a directory of 1500 people (%s)', (kind) => {
  let directory: TestDirectory | undefined;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'limits-test-'));
    const many = Array.from({ length: 1500 }, (_, i) => person(i));
    const root = 'dn: dc=example,dc=org\nobjectClass: organization\nobjectClass: dcObject\no: x\ndc: example\n';
    const file = join(folder, 'many.ldif');
    await writeFile(file, [root, `dn: ${users}\nobjectClass: organizationalUnit\nou: users\n`, ...many].join('\n'));
    directory = await startDirectory({ kind, ldifFiles: [file] });
  }, 120_000);
  afterAll(async () => {
    await directory?.remove();
    await rm(folder, { recursive: true });
  });

  const found = async (bound: boolean, paged: boolean): Promise<number> => {
    const client = new Client({ url: directory?.url ?? '' });
    try {
      if (bound) await client.bind('cn=admin,dc=example,dc=org', 'adminpassword');
      const options = { attributes: ['1.1'], filter: '(sn=many)', ...(paged ? { paged: { pageSize: 400 } } : {}) };
      return (await client.search(users, options)).searchEntries.length;
    } finally {
      await client.unbind();
    }
  };

  it('gives the administrator all of them, in pages and at once', async () => {
    expect(await found(true, true)).toBe(1500);
    expect(await found(true, false)).toBe(1500);
  });

  it('gives anybody else a thousand, in pages and at once', async () => {
    await expect(found(false, false)).rejects.toMatchObject({ code: 4 });
    await expect(found(false, true)).rejects.toMatchObject({ code: 4 });
  });
});

function person(i: number): string {
  return `dn: cn=p${i},${users}\nobjectClass: inetOrgPerson\ncn: p${i}\nsn: Many\n`;
}
