import { afterEach, describe, expect, it } from '@jest/globals';
import { AuthError } from '@ldap-to-okta/auth-adapter';
import { createClient } from 'redis';
import { type MemoryPasswordAuth, memoryPasswordAuth, memoryRedirectAuth } from './memory-adapter.ts';
import { redisIsHere, startRedis } from './redis-server.ts';
import { type RunningApp, startApp } from './running-app.ts';
import { tokenIn, Visitor } from './visitor.ts';

const ON = { SIGN_IN_TRACE: 'on' };
const LINK = 'href="/trace"';

let running: RunningApp;
let adapter: MemoryPasswordAuth;
let visitor: Visitor;

async function startForm(env: Record<string, string> = ON): Promise<void> {
  running = await startApp((observe) => {
    adapter = memoryPasswordAuth(observe);
    return adapter;
  }, env);
  visitor = new Visitor(running.url);
}

async function startRedirect(env: Record<string, string> = ON): Promise<void> {
  running = await startApp((observe) => memoryRedirectAuth(undefined, observe), env);
  visitor = new Visitor(running.url);
}

const trace = async (of = visitor): Promise<string> => (await of.get('/trace')).text;
const verdictIn = (page: string): string | undefined => /<h2 id="verdict">([^<]*)</.exec(page)?.[1];

afterEach(() => running.close());

describe('the page that explains a sign-in, switched off', () => {
  it('is not there, nothing leads to it, and no session holds anything for it', async () => {
    await startForm({});
    expect((await visitor.get('/trace')).status).toBe(404);
    const refused = await visitor.signIn('user01', 'wrong');
    await visitor.signIn('user01', 'password1');
    const home = await visitor.get('/');
    expect(refused.text + home.text).not.toContain(LINK);
  });
});

describe('the page that explains a sign-in, with a form', () => {
  it('says that there is nothing to explain yet, and makes no session for that', async () => {
    await startForm();
    const answer = await visitor.get('/trace');
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('has not signed in here');
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('shows the steps of a sign-in that worked, although it has a new session', async () => {
    await startForm();
    await visitor.token();
    const before = visitor.cookies.get('shell.sid');
    await visitor.signIn('user01', 'password1');
    expect(visitor.cookies.get('shell.sid')).not.toBe(before);
    expect((await visitor.get('/')).text).toContain(LINK);
    const page = await trace();
    expect(verdictIn(page)).toBe('Signed in as user01');
    expect(page).toContain('<code>(uid=user01)</code>');
    expect(page).toContain('<code>cn=user01</code>');
    expect(page.match(/id="hop-\d+"/g)).toHaveLength(4);
  });

  it('tells an unknown user from a wrong password, which the form does not', async () => {
    await startForm();
    const withoutToken = (text: string): string => text.replace(tokenIn(text), '');
    const wrong = await visitor.signIn('user01', 'wrong');
    expect(verdictIn(await trace())).toBe('The password is wrong');
    const unknown = await visitor.signIn('user09', 'wrong');
    expect(verdictIn(await trace())).toBe('There is no such user');
    expect(unknown.status).toBe(wrong.status);
    expect(withoutToken(unknown.text).replaceAll('user09', 'user01')).toBe(withoutToken(wrong.text));
    expect(wrong.text).toContain(LINK);
  });

  it('explains a directory that is down on a page that is linked from the error page', async () => {
    await startForm();
    adapter.fault = new AuthError('unavailable', 'down', { detail: 'connection-refused' });
    const answer = await visitor.signIn('user01', 'password1');
    expect(answer.status).toBe(503);
    expect(answer.text).toContain(LINK);
    expect(verdictIn(await trace())).toBe('The directory cannot be reached');
  });

  it('explains what never reached the directory: no credentials, and too many guesses', async () => {
    await startForm({ ...ON, SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '1' });
    await visitor.post('/login', { username: 'user01', _csrf: await visitor.token() });
    expect(verdictIn(await trace())).toContain('no user name and password');
    await visitor.signIn('user01', 'wrong');
    expect((await visitor.signIn('user01', 'wrong')).status).toBe(429);
    expect(verdictIn(await trace())).toContain('too many wrong guesses');
  });

  it('keeps the last three, each with an address of its own', async () => {
    await startForm();
    for (const name of ['user05', 'user06', 'user07', 'user08']) {
      await visitor.signIn(name, 'wrong');
    }
    const pages = await Promise.all([1, 2, 3].map(async (n) => (await visitor.get(`/trace?attempt=${n}`)).text));
    expect(pages.map((page) => /\(uid=(user\d+)\)/.exec(page)?.[1])).toEqual(['user08', 'user07', 'user06']);
    for (const odd of ['0', '4', '-1', '1.5', 'x', '']) {
      expect((await visitor.get(`/trace?attempt=${odd}`)).text).toContain('(uid=user08)');
    }
  });

  it('shows a sign-in to the browser that made it, and to no other', async () => {
    await startForm();
    const other = new Visitor(running.url);
    await visitor.signIn('user01', 'wrong');
    await other.signIn('user02', 'password2');
    expect(await trace()).not.toContain('user02');
    expect(await trace(other)).not.toContain('user01');
    expect(await trace(new Visitor(running.url))).toContain('has not signed in here');
  });

  it('is forgotten when the person signs out', async () => {
    await startForm();
    await visitor.signIn('user01', 'password1');
    const copy = new Visitor(running.url);
    copy.cookies.set('shell.sid', visitor.cookies.get('shell.sid') ?? '');
    await visitor.signOut();
    for (const browser of [visitor, copy]) {
      expect(await trace(browser)).toContain('has not signed in here');
    }
  });

  it.each([
    ['markup', '"><script>alert(1)</script><img src=x onerror=alert(1)>', '&lt;script&gt;'],
    ['control characters', 'a\u0000b\u001b[31m\r\nc', 'a\\u{0}b\\u{1b}[31m\\u{d}\\u{a}c'],
    ['a change of direction', 'abc\u202egpj', 'abc\\u{202e}gpj'],
    ['ten thousand characters', 'x'.repeat(10_000), '(10000 characters in all)'],
    ['two million characters', 'x'.repeat(2_000_000), 'no user name and password'],
  ])('shows a name of %s as text of bounded length', async (_case, username, shown) => {
    await startForm();
    await visitor.signIn(username, 'wrong');
    const page = await trace();
    expect(page).toContain(shown);
    expect(page).not.toMatch(/<script|<img src=x|on\w+=alert[^&]*>/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
    expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
    expect(page.length).toBeLessThan(40_000);
  });

  it('has no script and no style of its own, so that its policy can forbid them', async () => {
    await startForm();
    await visitor.signIn('user01', 'password1');
    const { text, headers } = await visitor.get('/trace');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(text).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
  });
});

describe('the page that explains a sign-in, with a page elsewhere', () => {
  it('shows the way there and back, although the provider’s answer makes a new session', async () => {
    await startRedirect();
    await visitor.get('/login');
    expect(verdictIn(await trace())).toBe('The browser was sent to Okta and is not back yet');
    const before = visitor.cookies.get('shell.sid');
    await visitor.get('/callback?code=secret-code&state=secret-state');
    expect(visitor.cookies.get('shell.sid')).not.toBe(before);
    const page = await trace();
    expect(verdictIn(page)).toBe('Signed in as user01@example.com');
    expect(page).toContain('<code>https://okta.example/token</code>');
    expect(page).toContain('SIGN_IN_TRACE_OKTA_TOKEN is not set');
    expect(page).not.toMatch(/secret-code|secret-state/);
  });

  it.each([
    ['a refusal', '/callback?refuse=1', 'Okta signed the person in, and does not open this app to them'],
    ['a provider that is away', '/callback?fault=1', 'Okta cannot be reached'],
  ])('explains %s, also to a browser that came from nowhere', async (_case, path, title) => {
    await startRedirect();
    expect((await visitor.get(path)).text).toContain(LINK);
    expect(verdictIn(await trace())).toBe(title);
  });
});

const describeWithRedis = redisIsHere ? describe : describe.skip;

describeWithRedis('what is remembered of sign-ins', () => {
  it('holds no password, token, code, state or cookie', async () => {
    const redis = await startRedis();
    const client = await createClient({ url: redis.url }).connect();
    try {
      await startForm({ ...ON, REDIS_URL: redis.url });
      while ((await visitor.get('/readyz')).status !== 200);
      await visitor.signIn('user01', 'a-wrong-password-1');
      await visitor.signIn('user01', 'password1');
      const keys = await client.keys('*session*');
      const sessions = await Promise.all(keys.map((key) => client.get(key)));
      const memory = sessions.map((json) => JSON.stringify(JSON.parse(json ?? '{}').signInAttempts)).join();
      expect(memory).toContain('(uid=user01)');
      const cookie = visitor.cookies.get('shell.sid') ?? 'none';
      for (const secret of ['a-wrong-password-1', 'password1', cookie, await visitor.token('/')]) {
        expect(memory + (await trace()).replace(/name="_csrf" value="[^"]*"/, '')).not.toContain(secret);
      }
    } finally {
      client.destroy();
      await redis.remove();
    }
  });
});
