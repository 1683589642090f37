import { describe, expect, it } from '@jest/globals';
import { readWebConfig } from '../src/index.ts';

const problemsOf = (env: Record<string, string>): string[] => readWebConfig(env).problems.map(({ name }) => name);

describe('the configuration of the shell', () => {
  it('needs nothing on a laptop', () => {
    expect(readWebConfig({})).toMatchObject({
      problems: [],
      config: { host: '127.0.0.1', port: 8080, secureCookies: false, sessionSecretGenerated: true },
    });
  });

  it('takes what Compose hands on empty for not set', () => {
    const empty = { HOST: '', PORT: '', SESSION_SECRET: '', REDIS_URL: '', TRUST_PROXY: '', APP_BASE_URL: '' };
    expect(readWebConfig(empty).problems).toEqual([]);
  });

  it.each([
    ['PORT', '0'],
    ['PORT', '8080x'],
    ['HOST', 'http://localhost'],
    ['LOG_LEVEL', 'loud'],
    ['SESSION_SECRET', 'short'],
    ['SESSION_IDLE_MINUTES', '0'],
    ['SESSION_MAX_HOURS', '-1'],
    ['REDIS_URL', 'localhost:6379'],
    ['REDIS_URL', 'http://localhost'],
    ['APP_BASE_URL', 'http://app.example.com'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '0'],
    ['TRUST_PROXY', '10.0.0.0/99'],
    ['TRUST_PROXY', 'my-proxy'],
    ['SIGN_IN_FAILURES_PER_ADDRESS', 'many'],
  ])('names %s when it is %s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([name]);
  });

  it.each([
    ['2', 2],
    ['loopback, 10.0.0.0/8, 2001:db8::/32, 192.0.2.1', ['loopback', '10.0.0.0/8', '2001:db8::/32', '192.0.2.1']],
  ])('trusts the proxies of %s', (TRUST_PROXY, trustProxy) => {
    expect(readWebConfig({ TRUST_PROXY }).config).toMatchObject({ trustProxy });
  });

  it('asks which proxy ends TLS when browsers come by https', () => {
    expect(problemsOf({ APP_BASE_URL: 'https://app.example.com' })).toEqual(['TRUST_PROXY']);
    expect(readWebConfig({ APP_BASE_URL: 'https://app.example.com', TRUST_PROXY: '1' }).config).toMatchObject({
      secureCookies: true,
    });
  });

  it('never repeats a secret that it refuses', () => {
    expect(JSON.stringify(readWebConfig({ SESSION_SECRET: 'hunter2' }))).not.toContain('hunter2');
  });
});

describe('SIGN_IN_TRACE', () => {
  const read = (env: Record<string, string>) => readWebConfig(env);

  it('is off unless it is switched on', () => {
    expect(read({}).config?.signInTrace).toBeUndefined();
    expect(read({ SIGN_IN_TRACE: 'off', SIGN_IN_TRACE_OKTA_TOKEN: 't' }).config?.signInTrace).toBeUndefined();
    expect(read({ SIGN_IN_TRACE: 'on' }).config?.signInTrace).toEqual({});
  });

  it('is refused in production', () => {
    const { config, problems } = read({
      NODE_ENV: 'production',
      SESSION_SECRET: 'the-same-secret-on-every-machine-0123',
      SIGN_IN_TRACE: 'on',
    });
    expect(config).toBeUndefined();
    expect(problems).toEqual([expect.objectContaining({ name: 'SIGN_IN_TRACE', example: 'off' })]);
  });

  it('reads the System Log with a token, of the org that OKTA_URL names', () => {
    const on = { SIGN_IN_TRACE: 'on', SIGN_IN_TRACE_OKTA_TOKEN: '00abc-DEF_1' };
    expect(read({ ...on, OKTA_URL: 'https://integrator-1234567.okta.com/' }).config?.signInTrace).toEqual({
      okta: { url: 'https://integrator-1234567.okta.com', token: '00abc-DEF_1' },
    });
    expect(read(on).problems.map(({ name }) => name)).toEqual(['OKTA_URL']);
    const broken = read({ ...on, SIGN_IN_TRACE_OKTA_TOKEN: 'a token\r\nX: y', OKTA_URL: 'http://okta.example' });
    expect(broken.problems.map(({ name }) => name)).toEqual(['SIGN_IN_TRACE_OKTA_TOKEN', 'OKTA_URL']);
    expect(JSON.stringify(broken.problems)).not.toContain('a token');
  });

  it('guesses what was meant', () => {
    expect(read({ SIGN_IN_TRACE: 'true' }).problems[0]?.problem).toContain('Did you mean on?');
  });
});
