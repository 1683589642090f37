import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ConfigError, createAuthAdapter, type Environment, readAuthConfig } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'auth-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'not-pem.txt'), 'hello');
writeFileSync(join(folder, 'broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');

const oktaLdap = {
  AUTH_MODE: 'okta-ldap',
  OKTA_URL: 'https://acme.okta.com',
  OKTA_LDAP_ID: '0oa6qvmxznVl4KFXe5d7',
  OKTA_LDAP_USERNAME: 'ldap-user',
  OKTA_LDAP_PASSWORD: 'S3cret-pass-phrase',
};
const oidc = {
  AUTH_MODE: 'oidc',
  OKTA_URL: 'https://acme.okta.com',
  CLIENT_ID: '0oa8a1b2c3D4E5F6g5d7',
  CLIENT_SECRET: 'S3cret-pass-phrase',
};

function configOf(env: Environment): unknown {
  const result = readAuthConfig(env);
  if (!result.ok) {
    throw new ConfigError(result.problems);
  }
  return result.config;
}

describe('what is derived when it is not given', () => {
  it('reads the tutorial directory from an empty environment', () => {
    expect(configOf({})).toEqual({
      mode: 'ldap',
      urls: ['ldap://localhost:1389'],
      starttls: false,
      allowPlaintext: false,
      userBase: 'ou=users,dc=example,dc=org',
      groupBase: 'ou=groups,dc=example,dc=org',
      nestedGroups: false,
    });
  });

  it('takes the mode of the app when AUTH_MODE is not set or empty, as Compose hands it on', () => {
    const { AUTH_MODE: _, ...env } = oidc;
    expect(readAuthConfig({ ...env, AUTH_MODE: '' }, { defaultMode: 'oidc' })).toMatchObject({
      ok: true,
      config: { mode: 'oidc' },
    });
  });

  it.each([
    ['https://acme.okta.com', 'ldaps://acme.ldap.okta.com:636', 'dc=acme,dc=okta,dc=com'],
    ['https://acme.okta.com/', 'ldaps://acme.ldap.okta.com:636', 'dc=acme,dc=okta,dc=com'],
    ['https://acme.oktapreview.com', 'ldaps://acme.ldap.oktapreview.com:636', 'dc=acme,dc=oktapreview,dc=com'],
    ['https://acme.okta-emea.com', 'ldaps://acme.ldap.okta-emea.com:636', 'dc=acme,dc=okta-emea,dc=com'],
    ['http://okta.localhost:8090', 'ldaps://okta.localhost:8636', 'dc=local,dc=okta,dc=com'],
  ])('derives the LDAP Interface of %s', (url, ldap, base) => {
    expect(configOf({ ...oktaLdap, OKTA_URL: url })).toMatchObject({
      urls: [ldap],
      userBase: `ou=users,${base}`,
      groupBase: `cn=0oa6qvmxznVl4KFXe5d7,ou=apps,ou=groups,${base}`,
      groupScope: 'one',
      serviceAccount: { dn: `uid=ldap-user,${base}`, password: 'S3cret-pass-phrase' },
    });
  });

  it('searches every group of the org where that is chosen, and then needs no id of the integration', () => {
    expect(configOf({ ...oktaLdap, OKTA_LDAP_ID: '', OKTA_LDAP_GROUPS: 'all' })).toMatchObject({
      groupBase: 'ou=groups,dc=acme,dc=okta,dc=com',
      groupScope: 'sub',
    });
  });

  it('needs no OKTA_URL where host and base are given, and takes the spaces of the tutorial out of the base', () => {
    const { OKTA_URL: _, ...env } = oktaLdap;
    expect(
      configOf({ ...env, OKTA_LDAP_HOST: 'acme.ldap.okta.com', OKTA_LDAP_BASE: 'dc=acme, dc=okta, dc=com' }),
    ).toMatchObject({ serviceAccount: { dn: 'uid=ldap-user,dc=acme,dc=okta,dc=com' } });
  });

  it('escapes a service login for its DN', () => {
    expect(configOf({ ...oktaLdap, OKTA_LDAP_USERNAME: 'ldap+reader@example.com' })).toMatchObject({
      serviceAccount: { dn: 'uid=ldap\\+reader@example.com,dc=acme,dc=okta,dc=com' },
    });
  });

  it('derives issuer and own address for OpenID Connect', () => {
    expect(configOf({ ...oidc, PORT: '8082' })).toEqual({
      mode: 'oidc',
      issuer: 'https://acme.okta.com/oauth2/default',
      clientId: '0oa8a1b2c3D4E5F6g5d7',
      clientSecret: 'S3cret-pass-phrase',
      scope: 'openid profile email',
      appBaseUrl: 'http://localhost:8082',
    });
  });

  it('takes an issuer as given, without its trailing slash', () => {
    expect(configOf({ ...oidc, OKTA_URL: '', ISSUER: 'http://okta.localhost:8090/oauth2/default/' })).toMatchObject({
      issuer: 'http://okta.localhost:8090/oauth2/default',
    });
  });

  it.each<[string, Environment, Record<string, unknown>]>([
    ['clear text to this computer', { LDAP_HOST: '127.0.0.1' }, { starttls: false, urls: ['ldap://127.0.0.1:1389'] }],
    [
      'StartTLS to any other',
      { LDAP_HOST: 'ldap.acme.test' },
      { starttls: true, urls: ['ldap://ldap.acme.test:1389'] },
    ],
    [
      'clear text where it is allowed',
      { LDAP_HOST: 'openldap', DANGEROUSLY_ALLOW_PLAINTEXT_LDAP: 'true' },
      { starttls: false, allowPlaintext: true },
    ],
    [
      'LDAPS and its port',
      { LDAP_HOST: 'ldap.acme.test', LDAP_TLS: 'ldaps' },
      { urls: ['ldaps://ldap.acme.test:1636'] },
    ],
    [
      'several hosts, one with its own port',
      { LDAP_HOST: 'a.test, b.test:636', LDAP_PORT: '1700' },
      { urls: ['ldap://a.test:1700', 'ldap://b.test:636'] },
    ],
    ['an IPv6 address', { LDAP_HOST: '::1' }, { urls: ['ldap://[::1]:1389'] }],
    ['another root', { LDAP_ROOT: 'o=Acme, c=DE' }, { userBase: 'ou=users,o=Acme,c=DE' }],
    [
      'other bases',
      { LDAP_USER_BASE: 'dc=example,dc=org', LDAP_GROUP_BASE: 'ou=Teams,dc=Example,dc=ORG' },
      { userBase: 'dc=example,dc=org', groupBase: 'ou=Teams,dc=Example,dc=ORG' },
    ],
    [
      'a service account',
      { LDAP_BIND_DN: 'cn=reader,dc=example,dc=org', LDAP_BIND_PASSWORD: ' p=w ' },
      { serviceAccount: { dn: 'cn=reader,dc=example,dc=org', password: ' p=w ' } },
    ],
    [
      'filters for another directory',
      { LDAP_USER_FILTER: '(sAMAccountName={{username}})', LDAP_GROUP_FILTER: '(memberUid={{username}}{{dn}})' },
      { userFilter: '(sAMAccountName={{username}})' },
    ],
    ['nested groups', { LDAP_NESTED_GROUPS: 'yes' }, { nestedGroups: true }],
    [
      "the agent's administrator for nothing",
      { LDAP_ADMIN_USERNAME: 'admin', LDAP_ADMIN_PASSWORD: 'x' },
      { mode: 'ldap' },
    ],
  ])('uses %s', (_, env, expected) => {
    expect(configOf(env)).toMatchObject(expected);
  });
});

describe('one clear sentence per problem', () => {
  it.each<[string, Environment, string, RegExp]>([
    ['a misspelled mode', { AUTH_MODE: 'okta_ldap' }, 'AUTH_MODE', /Did you mean okta-ldap\?/],
    ['a mode of no kind', { AUTH_MODE: 'kerberos' }, 'AUTH_MODE', /none of ldap, okta-ldap, oidc\.$/],
    ['a port out of range', { LDAP_PORT: '70000' }, 'LDAP_PORT', /1 to 65535/],
    ['a port that is a word', { LDAP_PORT: 'ldaps' }, 'LDAP_PORT', /whole number/],
    ['a root that is a domain', { LDAP_ROOT: 'example.org' }, 'LDAP_ROOT', /dc=example,dc=org/],
    ['a user base elsewhere', { LDAP_USER_BASE: 'ou=people' }, 'LDAP_USER_BASE', /outside LDAP_ROOT/],
    ['a host with a scheme', { LDAP_HOST: 'ldaps://ldap.acme.test' }, 'LDAP_HOST', /LDAP_TLS=ldaps/],
    ['a host that is none', { LDAP_HOST: 'ldap acme$test' }, 'LDAP_HOST', /not a host name/],
    [
      'clear text over the network',
      { LDAP_HOST: 'ldap.acme.test', LDAP_TLS: 'off' },
      'LDAP_TLS',
      /DANGEROUSLY_ALLOW_PLAINTEXT_LDAP/,
    ],
    ['a TLS mode by another name', { LDAP_TLS: 'SSL' }, 'LDAP_TLS', /Did you mean ldaps\?/],
    ['a switch that is neither', { LDAP_NESTED_GROUPS: 'perhaps' }, 'LDAP_NESTED_GROUPS', /neither true nor false/],
    [
      'half a service account',
      { LDAP_BIND_DN: 'cn=reader,dc=example,dc=org' },
      'LDAP_BIND_PASSWORD',
      /set both, or neither/,
    ],
    ['a CA file that is not there', { LDAP_CA_FILE: join(folder, 'missing.pem') }, 'LDAP_CA_FILE', /ENOENT/],
    [
      'a CA file that is no certificate',
      { LDAP_CA_FILE: join(folder, 'not-pem.txt') },
      'LDAP_CA_FILE',
      /without a PEM/,
    ],
    ['a CA file that is broken', { LDAP_CA_FILE: join(folder, 'broken.pem') }, 'LDAP_CA_FILE', /cannot be decoded/],
    ['a double scheme', { ...oktaLdap, OKTA_URL: 'https://https://acme.okta.com' }, 'OKTA_URL', /scheme twice/],
    ['no scheme', { ...oktaLdap, OKTA_URL: 'acme.okta.com' }, 'OKTA_URL', /begins with https/],
    ['curly quotes', { ...oktaLdap, OKTA_URL: '“https://acme.okta.com”' }, 'OKTA_URL', /curly quotes/],
    ['quotes left over', { ...oktaLdap, OKTA_URL: '"https://acme.okta.com"' }, 'OKTA_URL', /became part of the value/],
    ['a variable not replaced', { ...oktaLdap, OKTA_URL: 'https://${OKTA_DOMAIN}' }, 'OKTA_URL', /not replaced/],
    ["Okta's placeholder", { ...oktaLdap, OKTA_URL: 'https://{yourOktaDomain}' }, 'OKTA_URL', /placeholder/],
    ["the tutorial's org", { ...oktaLdap, OKTA_URL: 'https://dev-133337.okta.com' }, 'OKTA_URL', /example org/],
    [
      "the tutorial's base",
      { ...oktaLdap, OKTA_LDAP_BASE: 'dc=dev-133337, dc=okta, dc=com' },
      'OKTA_LDAP_BASE',
      /example org/,
    ],
    [
      'the Admin Console',
      { ...oktaLdap, OKTA_URL: 'https://acme-admin.okta.com' },
      'OKTA_URL',
      /https:\/\/acme\.okta\.com/,
    ],
    [
      'a page of the Admin Console',
      { ...oktaLdap, OKTA_URL: 'https://acme-admin.okta.com/admin/dashboard' },
      'OKTA_URL',
      /Admin Console/,
    ],
    ['a path', { ...oktaLdap, OKTA_URL: 'https://acme.okta.com/oauth2/default' }, 'OKTA_URL', /goes on after the host/],
    ['http elsewhere', { ...oktaLdap, OKTA_URL: 'http://acme.okta.com' }, 'OKTA_URL', /plain http/],
    ['the LDAP host as org', { ...oktaLdap, OKTA_URL: 'https://acme.ldap.okta.com' }, 'OKTA_URL', /LDAP Interface/],
    [
      'an org that is not set',
      { ...oktaLdap, OKTA_URL: undefined },
      'OKTA_URL',
      /is not set; OKTA_LDAP_HOST and OKTA_LDAP_BASE would follow/,
    ],
    [
      'an LDAP address as host',
      { ...oktaLdap, OKTA_LDAP_HOST: 'ldaps://acme.ldap.okta.com' },
      'OKTA_LDAP_HOST',
      /with a scheme/,
    ],
    [
      'a base that is no DN',
      { ...oktaLdap, OKTA_LDAP_BASE: 'acme.okta.com' },
      'OKTA_LDAP_BASE',
      /dc=acme,dc=okta,dc=com/,
    ],
    ['an id not filled in', { ...oktaLdap, OKTA_LDAP_ID: '<yourOktaLdapId>' }, 'OKTA_LDAP_ID', /placeholder/],
    [
      'an id copied with its address',
      { ...oktaLdap, OKTA_LDAP_ID: '/admin/app/ldap_sun_one/instance/0oa1' },
      'OKTA_LDAP_ID',
      /after \/instance\//,
    ],
    ['a missing id', { ...oktaLdap, OKTA_LDAP_ID: '' }, 'OKTA_LDAP_ID', /OKTA_LDAP_GROUPS=all/],
    [
      'a DN as login',
      { ...oktaLdap, OKTA_LDAP_USERNAME: 'uid=ldap-user,dc=acme,dc=okta,dc=com' },
      'OKTA_LDAP_USERNAME',
      /login alone/,
    ],
    [
      'a password not filled in',
      { ...oktaLdap, OKTA_LDAP_PASSWORD: '<change-me>' },
      'OKTA_LDAP_PASSWORD',
      /placeholder/,
    ],
    [
      'a password in single quotes',
      { ...oktaLdap, OKTA_LDAP_PASSWORD: '${OKTA_LDAP_PASSWORD}' },
      'OKTA_LDAP_PASSWORD',
      /single quotes/,
    ],
    [
      'a custom domain',
      { ...oktaLdap, OKTA_URL: 'https://login.acme.test', OKTA_LDAP_BASE: 'dc=acme,dc=okta,dc=com' },
      'OKTA_LDAP_HOST',
      /custom domain/,
    ],
    [
      'the discovery document',
      { ...oidc, ISSUER: 'https://acme.okta.com/oauth2/default/.well-known/openid-configuration' },
      'ISSUER',
      /discovery document/,
    ],
    [
      'an endpoint as issuer',
      { ...oidc, ISSUER: 'https://acme.okta.com/oauth2/default/v1/authorize' },
      'ISSUER',
      /\/v1 on/,
    ],
    ['an issuer in clear', { ...oidc, ISSUER: 'http://login.acme.test' }, 'ISSUER', /plain http/],
    [
      'an issuer with a password',
      { ...oidc, ISSUER: 'https://me:S3cret-pass-phrase@acme.okta.com' },
      'ISSUER',
      /user name or password/,
    ],
    ['a missing client', { ...oidc, CLIENT_ID: '' }, 'CLIENT_ID', /not set/],
    ['a secret not filled in', { ...oidc, CLIENT_SECRET: '{clientSecret}' }, 'CLIENT_SECRET', /placeholder/],
    [
      'an own address with a path',
      { ...oidc, APP_BASE_URL: 'http://localhost:8080/home' },
      'APP_BASE_URL',
      /goes on after the host/,
    ],
  ])('names %s', (_, env, name, problem) => {
    const result = readAuthConfig(env);
    expect(result.ok ? [] : result.problems).toEqual([
      { name, problem: expect.stringMatching(problem), example: expect.stringMatching(/./) },
    ]);
  });

  it('reports everything at once, in the order of reading, without any secret', () => {
    const env = {
      ...oktaLdap,
      OKTA_URL: 'https://https://acme.okta.com',
      OKTA_LDAP_PORT: '0',
      OKTA_LDAP_USERNAME: '',
      OKTA_LDAP_PASSWORD: '“S3cret-pass-phrase”',
      OKTA_LDAP_GROUPS: 'al',
    };
    expect(() => createAuthAdapter(env)).toThrow(ConfigError);
    const result = readAuthConfig(env);
    const problems = result.ok ? [] : result.problems;
    expect(problems.map(({ name }) => name)).toEqual([
      'OKTA_URL',
      'OKTA_LDAP_PORT',
      'OKTA_LDAP_USERNAME',
      'OKTA_LDAP_PASSWORD',
      'OKTA_LDAP_GROUPS',
    ]);
    expect(new ConfigError(problems).message).toMatch(
      /^5 problems in the environment:\n {2}OKTA_URL: has its scheme twice/,
    );
    expect(new ConfigError(problems).message).not.toContain('S3cret');
  });

  it('accepts its own examples', () => {
    const result = readAuthConfig({
      AUTH_MODE: 'oidc',
      OKTA_URL: 'x',
      ISSUER: 'x',
      CLIENT_ID: 'a b',
      APP_BASE_URL: 'x',
    });
    const problems = result.ok ? [] : result.problems;
    expect(
      readAuthConfig({ AUTH_MODE: 'oidc', ...Object.fromEntries(problems.map((p) => [p.name, p.example])) }).ok,
    ).toBe(true);
    expect(problems).toHaveLength(5);
  });
});

describe('.env.example', () => {
  const text = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
  const example = parseEnv(text);

  it.each(['ldap', 'okta-ldap', 'oidc'])('is a whole configuration of the %s mode as it stands', (mode) => {
    expect(readAuthConfig({ ...example, AUTH_MODE: mode })).toMatchObject({ ok: true, config: { mode } });
  });

  it('shows as comments what the values left out would be', () => {
    const shown = parseEnv(
      text.replace(/^# ([A-Z_]+=.+)$/gm, '$1').replace(/^.*_(?:CA_FILE|BIND_DN|EMAIL_DOMAIN)=.*$/gm, ''),
    );
    for (const mode of ['ldap', 'okta-ldap', 'oidc']) {
      const { userFilter, groupFilter, ...config } = Object(configOf({ ...shown, AUTH_MODE: mode }));
      expect(config).toEqual(configOf({ ...example, AUTH_MODE: mode }));
    }
  });
});
