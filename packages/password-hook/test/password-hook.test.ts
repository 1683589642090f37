import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError, createAuthAdapter, type PasswordAuth } from '@ldap-to-okta/auth-adapter';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import { pino } from 'pino';
import { createPasswordHook, HOOK_PATH, readHookConfig } from '../src/index.ts';

const SECRET = '0123456789abcdef0123456789abcdef';

let directory: TestDirectory;
let adapter: PasswordAuth;
let server: Server;
let log = '';

beforeAll(async () => {
  directory = await startDirectory({ personas: true });
}, 120_000);
afterAll(() => directory.remove());

beforeEach(async () => {
  const { port } = new URL(directory.url);
  const made = createAuthAdapter({ AUTH_MODE: 'ldap', LDAP_HOST: '127.0.0.1', LDAP_PORT: port });
  if (made.kind !== 'password') throw new Error('not a password adapter');
  adapter = made;
  log = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk);
      done();
    },
  });
  server = createServer(
    createPasswordHook({
      directory: adapter,
      sharedSecret: SECRET,
      logger: pino({ level: 'debug' }, sink),
      attempts: 3,
      deadlineMs: 1500,
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await adapter.close();
});

/** What Okta posts, in the form of its documentation. */
function payload(username: unknown, password: unknown): unknown {
  return {
    eventId: '3o9jBzq1SmOGmmsDsqyyeQ',
    eventTime: '2026-01-17T21:23:56.000Z',
    eventType: 'com.okta.user.credential.password.import',
    eventTypeVersion: '1.0',
    contentType: 'application/json',
    cloudEventVersion: '0.1',
    source: 'https://integrator-1234567.okta.com/api/v1/inlineHooks/cal7eyxOsnb20oWbZ0g4',
    data: {
      context: {
        request: {
          id: 'XiIl6wn7005Rr@fjYqeC7AAABxw',
          method: 'POST',
          url: { value: '/api/v1/authn' },
          ipAddress: '66.124.153.138',
        },
        credential: { username, password },
      },
      action: { credential: 'UNVERIFIED' },
    },
  };
}

function post(body: unknown, headers: Record<string, string> = { authorization: SECRET }): Promise<Response> {
  const { port } = server.address() as AddressInfo;
  return fetch(`http://127.0.0.1:${port}${HOOK_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const ask = (username: unknown, password: unknown): Promise<Response> => post(payload(username, password));

describe('the password import hook', () => {
  it.each([
    ['the e-mail address', 'user01@example.com', 'password1'],
    ['the uid', 'user02', 'password2'],
    ['a password kept as a hash that Okta cannot import', 'hash-crypt-sha512', 'password1'],
  ])('verifies the right password under %s', async (_case, username, password) => {
    const response = await ask(username, password);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      commands: [{ type: 'com.okta.action.update', value: { credential: 'VERIFIED' } }],
    });
  });

  it.each([
    ['a wrong password', 'user01@example.com', 'password2'],
    ['an unknown user', 'nobody@example.com', 'password1'],
    ['a wildcard', '*', 'password1'],
    ['a filter', 'user01)(uid=*', 'password1'],
    ['a locked user', 'locked', 'password1'],
  ])('answers %s with 204 and nothing else', async (_case, username, password) => {
    const response = await ask(username, password);
    expect([response.status, await response.text()]).toEqual([204, '']);
  });

  it.each([
    ['an empty password', payload('user01', '')],
    ['a number as password', payload('user01', 12345)],
    ['an endless password', payload('user01', 'x'.repeat(2000))],
    ['another event', { ...(payload('user01', 'password1') as object), eventType: 'com.okta.oauth2.tokens.transform' }],
    ['no object', '[]'],
    ['no JSON', '{"data":'],
  ])('refuses %s with 400 and repeats none of it', async (_case, body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.text()).not.toMatch(/password1|12345|xxx/);
  });

  it.each([
    ['no secret', {}],
    ['another secret', { authorization: 'x'.repeat(32) }],
    ['the secret as a bearer token', { authorization: `Bearer ${SECRET}` }],
  ])('turns away %s, whatever the password', async (_case, headers) => {
    expect((await post(payload('user01', 'password1'), headers)).status).toBe(401);
  });

  it.each([
    ['a body of a megabyte', 'x'.repeat(1_000_000), 'application/json', 413],
    ['a form', 'username=user01&password=password1', 'application/x-www-form-urlencoded', 400],
    ['nothing', '', 'application/json', 400],
    ['an unknown encoding', JSON.stringify(payload('user01', 'password1')), 'application/json; charset=x-none', 415],
    ['a list of requests', JSON.stringify([payload('user01', 'password1')]), 'application/json', 400],
    ['names that are prototypes', '{"__proto__":{"eventType":"x"},"constructor":1}', 'application/json', 400],
  ])('refuses %s from Okta, and goes on', async (_case, body, type, status) => {
    const refused = await post(body, { authorization: SECRET, 'content-type': type });
    expect(refused.status).toBe(status);
    expect(await refused.text()).not.toContain('password1');
    expect((await ask('user01', 'password1')).status).toBe(200);
  });

  it('reads no body of a stranger, and slows strangers down', async () => {
    const answers: number[] = [];
    for (let count = 0; count < 62; count += 1) answers.push((await post('x'.repeat(100_000), {})).status);
    expect(answers.slice(0, 60).every((status) => status === 401)).toBe(true);
    expect(answers.slice(60)).toEqual([429, 429]);
    expect((await ask('user01', 'password1')).status).toBe(200);
  });

  it('does not judge more guesses at once than one after the other', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => ask('user02', `guess-${index}`)));
    const judged = answers.filter(({ status }) => status === 204);
    expect(judged.length).toBeLessThanOrEqual(3);
  });

  it('stops answering for one account after too many wrong passwords, and goes on for others', async () => {
    for (let attempt = 0; attempt < 3; attempt += 1) expect((await ask('user01', `wrong${attempt}`)).status).toBe(204);
    expect((await ask('user01', 'password1')).status).toBe(429);
    expect((await ask('USER01 ', 'password1')).status).toBe(429);
    expect((await ask('user02', 'password2')).status).toBe(200);
  });

  it('says 503 within Okta’s patience when the directory hangs, and recovers by itself', async () => {
    expect((await ask('user01', 'password1')).status).toBe(200);
    await directory.pause();
    const startedAt = Date.now();
    expect((await ask('user01', 'password1')).status).toBe(503);
    expect(Date.now() - startedAt).toBeLessThan(3000);
    await directory.resume();
    expect((await ask('user01', 'password1')).status).toBe(200);
  });

  it('logs outcomes without names or passwords', async () => {
    await ask('user01@example.com', 'password1');
    await ask('user01@example.com', 'not-this-one');
    await post(payload('user01', ['password1']));
    expect(log).toContain('"outcome":"verified"');
    expect(log).toContain('"outcome":"invalid-credentials"');
    expect(log).not.toMatch(/password1|not-this-one|user01|0123456789abcdef/);
  });
});

describe('its configuration', () => {
  it('is read from the environment, with the directory of step 1', () => {
    expect(readHookConfig({ HOOK_SECRET: SECRET })).toMatchObject({
      host: '127.0.0.1',
      port: 8095,
      sharedSecret: SECRET,
      directory: { mode: 'ldap', urls: ['ldap://localhost:1389'] },
    });
  });

  it('names everything that is wrong at once, and no secret', () => {
    const read = () => readHookConfig({ HOOK_SECRET: 'short', HOST: '0.0.0.0', PORT: '0', LDAP_PORT: 'x' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/HOOK_SECRET[\s\S]*HOOK_TLS_CERT_FILE/);
    expect(read).toThrow(/PORT/);
    expect(read).toThrow(/LDAP_PORT/);
    expect(read).not.toThrow(/short"/);
  });
});
