import { describe, expect, it } from '@jest/globals';
import { envText } from './org.ts';
import { type Env, examine } from './run-doctor.ts';

/** An org that nobody asks: a port of this computer that refuses. */
const right: Env = {
  OKTA_ORG: 'real',
  OKTA_URL: 'http://127.0.0.1:1',
  OKTA_LDAP_HOST: '127.0.0.1',
  OKTA_LDAP_PORT: '1',
  OKTA_LDAP_BASE: 'dc=local,dc=okta,dc=com',
  OKTA_LDAP_ID: '0oa6qvmxznVl4KFXe5d7',
  OKTA_LDAP_USERNAME: 'ldap-user',
  OKTA_LDAP_PASSWORD: 'S3rvice-right',
  CLIENT_ID: '0oa8a1b2c3D4E5F6g5d7',
  CLIENT_SECRET: 'the-right-client-secret',
  LDAP_HOST: '127.0.0.1',
  LDAP_PORT: '1',
  DIRECTORY: 'as-configured',
};

type Case = readonly [trap: string, mode: string, changes: Env, subject: string, words: RegExp];

describe('A value', () => {
  it.each<Case>([
    ['with https:// twice', 'oidc', { OKTA_URL: 'https://https://acme.okta.com' }, 'OKTA_URL', /its scheme twice/],
    ['without https://', 'oidc', { OKTA_URL: 'acme.okta.com' }, 'OKTA_URL', /begins with https/],
    [
      'that is the Admin Console',
      'oidc',
      { OKTA_URL: 'https://acme-admin.okta.com' },
      'OKTA_URL',
      /address of the Admin Console/,
    ],
    [
      "that is the tutorial's org",
      'okta-ldap',
      { OKTA_LDAP_HOST: 'dev-133337.ldap.okta.com' },
      'OKTA_LDAP_HOST',
      /example org of the tutorial/,
    ],
    [
      'with curly quotes',
      'okta-ldap',
      { OKTA_LDAP_USERNAME: '\u201cldap-user\u201d' },
      'OKTA_LDAP_USERNAME',
      /curly quotes/,
    ],
    [
      'in quotes that became part of it',
      'okta-ldap',
      { OKTA_LDAP_BASE: `"'dc=a,dc=okta,dc=com'"` },
      'OKTA_LDAP_BASE',
      /quote that became part/,
    ],
    ['that is a placeholder', 'okta-ldap', { OKTA_LDAP_ID: '<yourOktaLdapId>' }, 'OKTA_LDAP_ID', /still a placeholder/],
    ['that is <change-me>', 'oidc', { CLIENT_SECRET: '<change-me>' }, 'CLIENT_SECRET', /still a placeholder/],
    [
      'that the shell left in single quotes',
      'okta-ldap',
      { OKTA_LDAP_PASSWORD: `'\${OKTA_LDAP_PASSWORD}'` },
      'OKTA_LDAP_PASSWORD',
      /variable that was not replaced/,
    ],
    ['that is missing', 'oidc', { CLIENT_ID: '' }, 'CLIENT_ID', /is not set/],
    [
      'with a path behind the host',
      'oidc',
      { APP_BASE_URL: 'http://localhost:8080/app' },
      'APP_BASE_URL',
      /goes on after the host/,
    ],
    [
      'that is an endpoint',
      'oidc',
      { ISSUER: 'http://127.0.0.1:1/oauth2/default/v1/authorize' },
      'ISSUER',
      /address of one endpoint/,
    ],
    ['that is no port', 'ldap', { LDAP_PORT: '16636363' }, 'LDAP_PORT', /is not a port/],
    ['that is a scheme and a host', 'ldap', { LDAP_HOST: 'ldaps://ldap.example.org' }, 'LDAP_HOST', /LDAP_TLS=ldaps/],
    [
      'that sends passwords in clear',
      'ldap',
      { LDAP_HOST: '192.0.2.1', LDAP_TLS: 'off' },
      'LDAP_TLS',
      /every password in clear/,
    ],
    [
      'that is a domain',
      'ldap',
      { LDAP_ROOT: 'example.org' },
      'LDAP_ROOT',
      /for the domain example\.org it is dc=example,dc=org/,
    ],
    ['that is no file', 'ldap', { LDAP_CA_FILE: '/nowhere/ca.pem' }, 'LDAP_CA_FILE', /cannot be read/],
    ['of the web shell', 'ldap', { SESSION_SECRET: 'short' }, 'SESSION_SECRET', /./],
  ])('%s is told, by AUTH_MODE=%s', async (_trap, mode, changes, subject, words) => {
    const examined = await examine({ file: envText({ ...right, AUTH_MODE: mode, ...changes }) });
    expect([...examined.of(`${mode}.values`), ...examined.of(`${mode}.app-values`)]).toContainEqual(
      expect.objectContaining({
        subject,
        outcome: 'failed',
        says: expect.stringMatching(words),
        todo: expect.stringContaining(`${subject}=`),
      }),
    );
    expect(examined.code).toBe(1);
  });

  it.each<Case>([
    [
      'spaces in the base',
      'okta-ldap',
      { OKTA_LDAP_BASE: 'dc=local, dc=okta, dc=com' },
      'OKTA_LDAP_BASE',
      /has spaces/,
    ],
    [
      'another name of this computer',
      'oidc',
      { ISSUER: 'http://localhost:1/oauth2/default' },
      'ISSUER',
      /different issuers/,
    ],
    [
      'another port than the app',
      'oidc',
      { APP_BASE_URL: 'http://localhost:3000' },
      'APP_BASE_URL',
      /listens on port 8080/,
    ],
    [
      'another org',
      'okta-ldap',
      { OKTA_URL: 'https://acme.okta.com' },
      'OKTA_LDAP_HOST',
      /not that of the org in OKTA_URL, acme/,
    ],
  ])('with %s goes with a warning, by AUTH_MODE=%s', async (_trap, mode, changes, subject, words) => {
    const examined = await examine({
      file: envText({ ...right, AUTH_MODE: mode, ...changes }),
      args: ['--timeout', '1'],
    });
    expect(examined.of(`${mode}.together`)).toContainEqual(
      expect.objectContaining({ subject, outcome: 'warning', says: expect.stringMatching(words) }),
    );
  });

  it('that is wrong keeps nobody from looking at the others', async () => {
    const { of } = await examine({ file: envText({ ...right, AUTH_MODE: 'okta-ldap', OKTA_LDAP_ID: '<id>' }) });
    expect(of('okta-ldap.name')).toMatchObject([{ outcome: 'ok' }]);
    expect(of('okta-ldap.port')).toMatchObject([{ outcome: 'failed' }]);
    expect(of('okta-ldap.group-base')).toMatchObject([
      { outcome: 'not checked', says: 'because the value of OKTA_LDAP_ID is wrong' },
    ]);
  });

  it('of another org than this computer wants OKTA_ORG=real', async () => {
    const file = envText({ AUTH_MODE: 'oidc', OKTA_URL: 'https://no-such-org.invalid' });
    const examined = await examine({ file, args: ['--timeout', '1'] });
    expect(examined.of('org')).toMatchObject([
      {
        outcome: 'failed',
        says: expect.stringContaining('no-such-org.invalid'),
        todo: expect.stringContaining('OKTA_ORG=real'),
      },
    ]);
  });

  it('of AUTH_MODE that nobody knows is a failure, and nothing else is tried', async () => {
    const examined = await examine({ file: 'AUTH_MODE=saml\n' });
    expect(examined.of('mode')).toMatchObject([{ outcome: 'failed' }]);
    expect(examined.code).toBe(1);
  });
});
