import { describe, expect, it } from '@jest/globals';
import { adminDn, readAgentConfig } from '../src/env.ts';
import { parseOktaUrl } from '../src/okta-url.ts';

const tutorial = {
  OKTA_URL: 'http://okta.localhost:8090',
  LDAP_HOST: 'localhost',
  LDAP_PORT: '1389',
  LDAP_ROOT: 'dc=example,dc=org',
  LDAP_ADMIN_USERNAME: 'admin',
  LDAP_ADMIN_PASSWORD: 'adminpassword',
};

function problemsOf(env: Record<string, string | undefined>): string[] {
  const result = readAgentConfig(env);
  return result.ok ? [] : result.problems.map(({ name }) => name);
}

describe('the environment of the agent', () => {
  it("accepts the tutorial's values", () => {
    expect(readAgentConfig(tutorial)).toMatchObject({
      ok: true,
      config: {
        oktaUrl: 'http://okta.localhost:8090',
        directory: { host: 'localhost', port: 1389, tls: 'off', bindDn: 'cn=admin,dc=example,dc=org' },
      },
    });
  });

  it('takes a whole DN as administrator', () => {
    expect(adminDn('uid=root,ou=people,dc=x', 'dc=example,dc=org')).toBe('uid=root,ou=people,dc=x');
  });

  it('names every problem at once, and no secret', () => {
    const result = readAgentConfig({
      OKTA_URL: 'https://https://x.okta.com',
      LDAP_PORT: 'x',
      LDAP_ADMIN_PASSWORD: '',
      LDAP_TLS: 'ssl',
    });
    expect(result).toMatchObject({ ok: false, exitCode: 3 });
    expect(problemsOf({ OKTA_URL: 'https://https://x.okta.com', LDAP_PORT: 'x', LDAP_TLS: 'ssl' }).sort()).toEqual([
      'LDAP_ADMIN_PASSWORD',
      'LDAP_ADMIN_USERNAME',
      'LDAP_HOST',
      'LDAP_PORT',
      'LDAP_ROOT',
      'LDAP_TLS',
      'OKTA_URL',
    ]);
  });

  it('has an exit code of its own when OKTA_URL is good and something else is not', () => {
    expect(readAgentConfig({ ...tutorial, LDAP_PORT: '70000' })).toMatchObject({ ok: false, exitCode: 2 });
  });

  it('refuses to send passwords in clear to another host', () => {
    expect(problemsOf({ ...tutorial, LDAP_HOST: 'openldap' })).toEqual(['LDAP_TLS']);
    expect(problemsOf({ ...tutorial, LDAP_HOST: 'openldap', DANGEROUSLY_ALLOW_PLAINTEXT_LDAP: 'true' })).toEqual([]);
    expect(problemsOf({ ...tutorial, LDAP_HOST: 'openldap', LDAP_TLS: 'starttls' })).toEqual([]);
    expect(problemsOf({ ...tutorial, OKTA_URL: 'http://okta.example.com' })).toEqual(['OKTA_URL']);
  });
});

describe('the directory in the environment', () => {
  it.each([
    [{ LDAP_HOST: 'ldap://localhost' }, 'scheme'],
    [{ LDAP_HOST: 'localhost:1389' }, 'LDAP_PORT'],
    [{ LDAP_HOST: 'ldap server' }, 'space'],
    [{ LDAP_PORT: '1e3' }, 'port'],
    [{ LDAP_ROOT: 'dc=example,,dc=org' }, 'distinguished name'],
    [{ LDAP_ROOT: 'dc=' }, 'distinguished name'],
    [{ LDAP_ADMIN_USERNAME: 'admin,example' }, 'plain name'],
    [{ AGENT_NAME: 'x'.repeat(191) }, 'longer than'],
  ])('%j is refused with one reason', (env, reason) => {
    const result = readAgentConfig({ ...tutorial, ...env });
    expect(result.ok ? [] : result.problems).toMatchObject([
      { name: Object.keys(env)[0], problem: expect.stringContaining(reason) },
    ]);
  });

  it('may be an IPv6 address, in brackets or without, and have commas in its root', () => {
    const env = { ...tutorial, LDAP_HOST: '[::1]', LDAP_ROOT: 'o=Smith\\, Sons, c=DE' };
    expect(readAgentConfig(env)).toMatchObject({ ok: true, config: { directory: { host: '::1' } } });
    expect(readAgentConfig({ ...env, LDAP_HOST: '::1' })).toMatchObject({ ok: true });
  });
});

describe('OKTA_URL', () => {
  it.each([
    ['\u201chttps://x.okta.com\u201d', 'curly quotes'],
    ['"https://x.okta.com"', 'quotes'],
    ['https://https://x.okta.com', 'twice'],
    ['https:https://x.okta.com', 'twice'],
    ['x.okta.com', 'scheme'],
    ['htps://x.okta.com', 'htps'],
    ['https://x okta.com', 'space'],
    ['https://$' + '{OKTA_DOMAIN}', 'not replaced'],
    ['https://x.okta.com/admin', 'without /admin'],
    ['https://me:pw@x.okta.com', 'user or password'],
    ['', 'not set'],
  ])('%s is refused with its own reason', (value, reason) => {
    const result = parseOktaUrl(value);
    expect(result.ok ? 'accepted' : result.problem).toContain(reason);
  });

  it('may end in a slash', () => {
    expect(parseOktaUrl('https://x.okta.com/')).toEqual({ ok: true, url: 'https://x.okta.com' });
  });
});
