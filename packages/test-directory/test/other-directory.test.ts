import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Control, ResultCodeError } from 'ldapts';
import { type LdapjsClient, type OtherDirectory, openLdapjsClient, startOtherDirectory } from '../src/index.ts';
import { message, RawConnection, simpleBind } from './raw-ldap.ts';

let directory: OtherDirectory;
let client: Client;
const ldapjsClients: LdapjsClient[] = [];

async function open(flavour: OtherDirectory['flavour'], bound = true): Promise<void> {
  directory = await startOtherDirectory({ flavour });
  client = new Client({ url: directory.url, timeout: 5_000 });
  if (bound) await client.bind(directory.serviceDn, directory.servicePassword);
}
afterEach(async () => {
  for (const made of ldapjsClients.splice(0)) made.close();
  await client?.unbind().catch(() => undefined);
  await directory?.close();
});

function ldapjs(): LdapjsClient {
  const made = openLdapjsClient(directory.url);
  ldapjsClients.push(made);
  return made;
}

async function refusalOf(work: Promise<unknown>): Promise<{ code: number; message: string }> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ResultCodeError)) throw new Error(`no LDAP result but ${String(error)}`);
  return { code: error.code, message: error.message };
}

const namesOf = async (filter: string, base = directory.base): Promise<string[]> =>
  (await client.search(base, { filter, attributes: ['sAMAccountName'] })).searchEntries
    .map(({ sAMAccountName }) => String(sAMAccountName))
    .sort();

describe('a directory with the manners of Active Directory', () => {
  beforeEach(() => open('active-directory'));

  it.each([
    ['its DN', 'CN=Anna Jensen,OU=Staff,DC=corp,DC=example'],
    ['its DN in another spelling', 'cn=anna jensen, ou=staff, dc=corp, dc=example'],
    ['its user principal name', 'Anna@corp.example'],
    ['its domain and login', 'CORP\\anna'],
  ])('binds an account by %s', async (_, name) => {
    await client.bind(name, 'password1');
    expect(directory.requests().at(-1)).toEqual({ kind: 'bind', name });
  });

  it.each([
    ['a wrong password', 'anna', 'wrong', '52e'],
    ['an unknown account', 'nobody', 'password1', '525'],
    ['a time of the day', 'nightshift', 'password1', '530'],
    ['a workstation', 'elsewhere', 'password1', '531'],
    ['a password that ran out', 'expired', 'password1', '532'],
    ['a disabled account', 'disabled', 'password1', '533'],
    ['an account that ran out', 'leaver', 'password1', '701'],
    ['a password that must be changed', 'newcomer', 'password1', '773'],
    ['a locked account', 'locked', 'password1', '775'],
    ['a locked account, also to who does not know its password', 'locked', 'wrong', '775'],
    ['a disabled account to who does not know its password', 'disabled', 'wrong', '52e'],
  ])('says in the message why it refuses: %s', async (_, login, password, data) => {
    const { code, message: text } = await refusalOf(client.bind(`${login}@corp.example`, password));
    expect(code).toBe(49);
    expect(text).toContain(
      `80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data ${data}, v4563\0`,
    );
  });

  it('tells nobody anything but its root DSE before a bind, nor after one without a password or a failed one', async () => {
    const search = () => client.search(directory.base, { filter: '(cn=*)' });
    for (const [name, password] of [
      ['', ''],
      ['anna@corp.example', ''],
      ['anna@corp.example', 'wrong'],
    ] as const) {
      await client.bind(directory.serviceDn, directory.servicePassword);
      await client.bind(name, password).catch(() => undefined);
      const { code, message: text } = await refusalOf(search());
      expect({ code, text }).toEqual({ code: 1, text: expect.stringContaining('a successful bind must be completed') });
    }
    const rootDse = await client.search('', { scope: 'base' });
    expect(rootDse.searchEntries).toMatchObject([{ defaultNamingContext: 'DC=corp,DC=example' }]);
  });

  it.each([
    ['(sAMAccountName=ANNA)', ['anna']],
    ['(userPrincipalName=anna@corp.example)', ['anna']],
    ['(cn=Öztürk*)', ['emre']],
    ['(cn=*\\28Sales\\29)', ['emre']],
    ['(&(objectClass=user)(|(sAMAccountName=anna)(mail=emre@*)))', ['anna', 'emre']],
    ['(&(sAMAccountName=disabled)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))', []],
    ['(userAccountControl:1.2.840.113556.1.4.803:=2)', ['disabled']],
    ['(memberOf=cn=office,ou=groups,dc=corp,dc=example)', ['Staff', 'anna', 'emre']],
    ['(member=cn=anna jensen,ou=staff,dc=corp,dc=example)', ['Office']],
    ['(member:1.2.840.113556.1.4.1941:=CN=Anna Jensen,OU=Staff,DC=corp,DC=example)', ['Everyone', 'Office', 'Staff']],
    ['(distinguishedName=CN=Öztürk\\5c, Emre \\28Sales\\29,OU=Staff,DC=corp,DC=example)', ['emre']],
  ])('finds by %s', async (filter, expected) => {
    expect(await namesOf(filter)).toEqual(expected);
  });

  it('gives attributes under the names asked for, bytes as bytes, and a DN that can be bound with', async () => {
    const { searchEntries } = await client.search(directory.userBase, {
      filter: '(sAMAccountName=emre)',
      attributes: ['sAMAccountName', 'OBJECTGUID', 'distinguishedName', 'memberOf'],
      explicitBufferAttributes: ['OBJECTGUID'],
    });
    expect(searchEntries).toMatchObject([
      {
        sAMAccountName: 'emre',
        distinguishedName: 'CN=Öztürk\\, Emre (Sales),OU=Staff,DC=corp,DC=example',
        memberOf: ['CN=Office,OU=Groups,DC=corp,DC=example', 'CN=Sales (EU),OU=Groups,DC=corp,DC=example'],
      },
    ]);
    expect(searchEntries[0]?.OBJECTGUID).toHaveLength(16);
    await client.bind(searchEntries[0]?.dn ?? '', 'password1');
  });

  it('ends a search of the whole domain with references, and one below it without', async () => {
    const found = await client.search(directory.base, { filter: '(sAMAccountName=anna)' });
    expect(found.searchReferences.flat()).toEqual([
      'ldap://ForestDnsZones.corp.example/DC=ForestDnsZones,DC=corp,DC=example',
      'ldap://DomainDnsZones.corp.example/DC=DomainDnsZones,DC=corp,DC=example',
      'ldap://corp.example/CN=Configuration,DC=corp,DC=example',
    ]);
    expect((await client.search(directory.userBase, { filter: '(sAMAccountName=anna)' })).searchReferences).toEqual([]);
  });

  it('refers elsewhere for a base that is not its own, and knows when one of its own is not there', async () => {
    expect(await refusalOf(client.search('dc=other,dc=example'))).toMatchObject({
      code: 10,
      message: expect.stringContaining('0000202B: RefErr'),
    });
    expect(await refusalOf(client.search(`OU=None,${directory.base}`))).toMatchObject({
      code: 32,
      message: expect.stringContaining('problem 2001 (NO_OBJECT)'),
    });
  });

  it('gives a thousand entries at once and no more, all of them in pages, and pages of a thousand at most', async () => {
    const crowd = `OU=Crowd,${directory.base}`;
    const filter = '(objectClass=user)';
    const reader = ldapjs();
    await reader.bind(directory.serviceDn, directory.servicePassword);
    const cut = await reader.search(crowd, { scope: 'sub', filter });
    expect([cut.entries.length, cut.code]).toEqual([1_000, 4]);
    const sizes: number[] = [];
    for await (const page of client.searchPaginated(crowd, { filter, paged: { pageSize: 5_000 } })) {
      sizes.push(page.searchEntries.length);
    }
    expect(sizes).toEqual([1_000, 200]);
    const limited = await reader.search(crowd, { scope: 'sub', filter, sizeLimit: 7 });
    expect([limited.entries.length, limited.code]).toEqual([7, 4]);
  });

  it('refuses a critical control that it does not know', async () => {
    const unknown = new Control('1.2.3.4.5', { critical: true });
    expect(await refusalOf(client.search(directory.base, {}, unknown))).toMatchObject({ code: 12 });
  });

  it('serves LDAPS', async () => {
    const secure = new Client({ url: directory.ldapsUrl, tlsOptions: { ca: directory.caPem } });
    await secure.bind('anna@corp.example', 'password1');
    await secure.unbind();
  });
});

describe('a rude directory', () => {
  beforeEach(() => open('rude', false));

  it('sends references first and last, an attribute without values, and three entries at most', async () => {
    const reader = ldapjs();
    const found = await reader.search(directory.base, { scope: 'sub', filter: '(uid=*)' });
    expect(found).toMatchObject({ code: 4, references: 3, message: expect.any(String) });
    expect(found.entries).toHaveLength(3);
    expect(found.entries[0]?.attributes.description).toEqual([]);
  });

  it.each([
    ['retried', 19],
    ['inactive', 53],
    ['nobody', 32],
  ])('refuses %s with result code %i and no explanation', async (uid, code) => {
    expect(await ldapjs().bind(`uid=${uid},${directory.userBase}`, 'password1')).toMatchObject({ code });
  });
});

describe('what a directory can be told to do', () => {
  beforeEach(() => open('rude', false));
  const plain = { filter: '(uid=plain)' };

  it('ends with a code, as often as it was told, with as many entries as it was told', async () => {
    directory.misbehave('search', { kind: 'code', code: 51, message: 'too much to do', after: 1 }, 1);
    const reader = ldapjs();
    const answers = [await reader.search(directory.userBase, { scope: 'sub' })];
    answers.push(await reader.search(directory.userBase, { scope: 'sub', ...plain }));
    expect(answers.map(({ code, entries }) => [code, entries.length])).toEqual([
      [51, 1],
      [0, 1],
    ]);
  });

  it('says what it was told to say', async () => {
    directory.misbehave('search', { kind: 'code', code: 51, message: 'too much to do' });
    const { message: text } = await refusalOf(client.search(directory.userBase, plain));
    expect(text).toContain('too much to do');
  });

  it('is slow, or silent', async () => {
    directory.misbehave('search', { kind: 'slow', milliseconds: 50 }, 1);
    const startedAt = performance.now();
    await client.search(directory.userBase, plain);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(45);
    directory.misbehave('bind', { kind: 'silent' });
    const impatient = new Client({ url: directory.url, timeout: 50 });
    await expect(impatient.bind(directory.serviceDn, 'password1')).rejects.toThrow();
    directory.behave();
    await client.bind(directory.serviceDn, 'password1');
    await impatient.unbind().catch(() => undefined);
  });

  it.each([
    ['cut', []],
    ['notice', [[0, 0x78, 52]]],
    [
      'intermediate',
      [
        [1, 0x79, -1],
        [1, 0x61, 0],
      ],
    ],
    [
      'stranger',
      [
        [1_001, 0x64, expect.any(Number)],
        [1, 0x61, 0],
      ],
    ],
  ] as const)('sends what nobody asked for, or ends: %s', async (kind, expected) => {
    directory.misbehave('bind', { kind });
    const connection = await RawConnection.to(directory.url);
    connection.send(message(1, simpleBind(directory.serviceDn, 'password1')));
    for (const [id, tag, code] of expected) expect(await connection.next()).toMatchObject({ id, tag, code });
    if (kind === 'cut' || kind === 'notice') expect(await connection.next()).toBeUndefined();
    connection.end();
  });
});
