import { execFile, spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { contract } from './each-directory.ts';

const user01 = 'cn=user01,ou=users,dc=example,dc=org';
const haveClients = spawnSync('ldapsearch', ['-VV']).error === undefined;

/** OpenLDAP's own clients: another implementation than the one that the other parts use. */
(haveClients ? describe : describe.skip)("OpenLDAP's command-line clients", () => {
  contract('against', (directory) => {
    const run = (program: string, ...parameters: string[]): Promise<{ code: number; out: string; err: string }> =>
      new Promise((resolve) => {
        const env = { PATH: process.env.PATH, LDAPCONF: '/dev/null', LDAPTLS_CACERT: directory().caFile };
        execFile(program, parameters, { env, encoding: 'utf8' }, (error, out, err) => {
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
        });
      });
    const plain = (): string[] => ['-x', '-H', directory().url];
    const startTls = (): string[] => ['-x', '-ZZ', '-H', directory().url];
    // Not localhost: OpenLDAP's library then wants this host's own name in the certificate (ldap_pvt_tls_check_hostname).
    const ldaps = (): string[] => ['-x', '-H', directory().ldapsUrl.replace('localhost', '127.0.0.1')];
    const asUser01 = ['-D', user01, '-w', 'password1'];

    it.each([
      ['LDAP', plain],
      ['StartTLS', startTls],
      ['LDAPS', ldaps],
    ])('ldapwhoami over %s', async (_, how) => {
      expect(await run('ldapwhoami', ...how(), ...asUser01)).toMatchObject({ code: 0, out: `dn:${user01}\n` });
      expect(await run('ldapwhoami', ...how(), '-D', user01, '-w', 'wrong')).toMatchObject({ code: 49 });
      expect(await run('ldapwhoami', ...how())).toMatchObject({ code: 0, out: 'anonymous\n' });
    });

    it('ldapwhoami shows what the password policy says', async () => {
      const locked = await run(
        'ldapwhoami',
        ...plain(),
        '-e',
        'ppolicy',
        '-D',
        user01.replace('user01', 'locked'),
        '-w',
        'x',
      );
      expect(locked.code).toBe(49);
      expect(locked.err).toContain('Account locked');
    });

    it.each([
      ['LDAP', plain],
      ['StartTLS', startTls],
      ['LDAPS', ldaps],
    ])('ldapsearch over %s', async (_, how) => {
      const { out } = await run(
        'ldapsearch',
        ...how(),
        '-LLL',
        '-b',
        'dc=example,dc=org',
        '(uid=user01)',
        'mail',
        'cn',
      );
      expect(out).toBe(`dn: ${user01}\ncn: User1\ncn: user01\nmail: user01@example.com\n\n`);
    });

    it('ldapsearch in pages, over a whole subtree', async () => {
      const search = [
        ...ldaps(),
        '-LLL',
        '-E',
        'pr=5/noprompt',
        '-b',
        'ou=users,dc=example,dc=org',
        '(uid=hash-*)',
        '1.1',
      ];
      const { code, out } = await run('ldapsearch', ...search);
      expect(code).toBe(0);
      expect(out.match(/^dn: cn=hash-/gm)?.length).toBeGreaterThan(20);
    });

    it('ldapsearch by UTF-8 in hexadecimal', async () => {
      const { out } = await run(
        'ldapsearch',
        ...plain(),
        '-LLL',
        '-b',
        'dc=example,dc=org',
        '(uid=zo\\c3\\ab)',
        'mail',
      );
      expect(out).toContain('mail: zoe@example.com');
    });

    it('ldapsearch with a size limit', async () => {
      expect(await run('ldapsearch', ...plain(), '-z', '2', '-b', 'dc=example,dc=org')).toMatchObject({ code: 4 });
    });

    it('ldapsearch reads the schema', async () => {
      const { out } = await run('ldapsearch', ...plain(), '-LLL', '-s', 'base', '-b', 'cn=Subschema', 'objectClasses');
      expect(out.replace(/\n /g, '')).toContain("NAME 'posixAccount'");
    });

    it('ldapcompare', async () => {
      expect(await run('ldapcompare', ...plain(), user01, 'mail:USER01@example.com')).toMatchObject({ code: 6 });
      expect(await run('ldapcompare', ...plain(), user01, 'mail:other@example.com')).toMatchObject({ code: 5 });
    });
  });
});
