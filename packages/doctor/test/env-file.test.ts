import { describe, expect, it } from '@jest/globals';
import { type Env, examine } from './run-doctor.ts';

/** Nothing is asked of the network: a directory that is not there, and the file is looked at all the same. */
const env: Env = { AUTH_MODE: 'ldap', LDAP_HOST: '127.0.0.1', LDAP_PORT: '1', DIRECTORY: 'as-configured' };

describe('The text of .env', () => {
  it.each<[string, string | Uint8Array, string, RegExp]>([
    ['a line that is no assignment', 'LDAP_ROOT=dc=a\nthis is prose\nPORT=8080\n', '.env line 2', /is not NAME=value/],
    ['curly quotes', 'A=1\nLDAP_ROOT=\u201cdc=example,dc=org\u201d\n', '.env line 2', /LDAP_ROOT has curly quotes/],
    ['a quote that nothing closes', 'LDAP_ROOT="dc=example\n', '.env line 1', /a quote that nothing closes/],
    ['a byte order mark', '\ufeffLDAP_ROOT=dc=example,dc=org\n', '.env line 1', /byte order mark/],
    ['UTF-16', Buffer.from('LDAP_ROOT=dc=a\n', 'utf16le'), '.env', /not plain text: it has zero bytes/],
  ])('with %s fails, and says in which line', async (_name, file, subject, words) => {
    const examined = await examine({ file, env });
    expect(examined.of('env-file')).toContainEqual(
      expect.objectContaining({
        subject,
        outcome: 'failed',
        says: expect.stringMatching(words),
        todo: expect.any(String),
      }),
    );
    expect(examined.code).toBe(1);
  });

  it.each<[string, string, string, RegExp]>([
    [
      'a variable that is set twice',
      'LDAP_ROOT=dc=a\n\nLDAP_ROOT=dc=b\n',
      '.env line 3',
      /which line 1 sets too; this one counts/,
    ],
    ['Windows line ends', 'LDAP_ROOT=dc=a\r\n', '.env', /Windows line ends/],
    ['a # within a value', 'LDAP_BIND_PASSWORD=secret#tail\n', '.env line 1', /Node reads what stands before it/],
    ['a $ before a name', 'LDAP_BIND_PASSWORD=pa$WORD\n', '.env line 1', /docker compose puts a variable there/],
    ['a name that is misspelled', 'LDAP_ROOOT=dc=a\n', 'LDAP_ROOOT', /is read by nothing here/],
    ["the tutorial's OKTA_DOMAIN", 'OKTA_DOMAIN=https://dev-1.okta.com\n', 'OKTA_DOMAIN', /is read by nothing here/],
    [
      'NODE_EXTRA_CA_CERTS, which is read too late',
      'NODE_EXTRA_CA_CERTS=./ca.pem\n',
      'NODE_EXTRA_CA_CERTS',
      /before \.env is/,
    ],
  ])('with %s is a warning', async (_name, file, subject, words) => {
    const examined = await examine({ file, env });
    expect(examined.of('env-file')).toContainEqual(
      expect.objectContaining({ subject, outcome: 'warning', says: expect.stringMatching(words) }),
    );
  });

  it('may have values of several lines, export, remarks and quotes', async () => {
    const file = `# a remark\nexport LDAP_ROOT="dc=example,dc=org" # behind\nNOTE='one\ntwo three\nfour=five'\n\n  PORT = 8080\n`;
    expect((await examine({ file, env })).of('env-file')).toMatchObject([{ outcome: 'ok' }]);
  });

  it('says what the environment overrules', async () => {
    const examined = await examine({ file: 'LDAP_HOST=elsewhere.invalid\n', env });
    expect(examined.of('env-file')).toMatchObject([{ says: expect.stringContaining('goes before it with LDAP_HOST') }]);
    expect(examined.of('ldap.name')).toMatchObject([{ outcome: 'ok', says: '127.0.0.1 is an address' }]);
  });

  it('is never repeated, however odd: no secret, no escape sequence, no endless line', async () => {
    const file = [
      'S3cret-on-a-line-of-its-own',
      'LDAP_BIND_DN=cn=\u001b[31mred\u0007,dc=example,dc=org',
      'LDAP_BIND_PASSWORD="S3cret-in-quotes',
      `LDAP_USER_FILTER=(uid=${'x'.repeat(100_000)})`,
      '__proto__=polluted',
      'constructor=polluted',
    ].join('\n');
    const { code, stdout, stderr } = await examine({ file, env });
    expect(code).toBe(1);
    expect(stderr).toBe('');
    expect(stdout).not.toMatch(/S3cret|\\u00|x{700}/);
    for (const letter of ['\u001b', '\u0007']) expect(stdout).not.toContain(letter);
  });

  it('that was named and is not there is a failure, and so is a folder', async () => {
    for (const [path, words] of [
      ['/nowhere/at/all.env', /there is no file/],
      ['/tmp', /cannot be read: it is a folder/],
    ] as const) {
      const examined = await examine({ env, args: ['--env-file', path] });
      expect(examined.of('env-file')).toMatchObject([{ outcome: 'failed', says: expect.stringMatching(words) }]);
      expect(examined.code).toBe(1);
    }
  });
});
