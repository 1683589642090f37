import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AuthError } from '@ldap-to-okta/auth-adapter';
import { type MemoryPasswordAuth, memoryPasswordAuth } from './memory-adapter.ts';
import { type RunningApp, startApp } from './running-app.ts';
import { Visitor } from './visitor.ts';

let adapter: MemoryPasswordAuth;
let running: RunningApp;
let visitor: Visitor;

async function start(env: Record<string, string> = {}): Promise<void> {
  running = await startApp((observe) => {
    adapter = memoryPasswordAuth(observe);
    return adapter;
  }, env);
  visitor = new Visitor(running.url);
}

beforeEach(() => start());
afterEach(async () => {
  jest.restoreAllMocks();
  await running.close();
});

async function restart(env: Record<string, string>): Promise<void> {
  await running.close();
  await start(env);
}

describe('headers', () => {
  it('allows neither inline code nor anything from elsewhere, and names no software', async () => {
    const { headers } = await visitor.get('/login');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';style-src 'self';img-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('marks the cookie HttpOnly and SameSite=Lax, and names it after the app', async () => {
    const [cookie] = (await visitor.get('/login')).headers.getSetCookie();
    expect(cookie).toMatch(/^shell\.sid=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('behind https, marks the cookie Secure and asks for https from now on', async () => {
    await restart({ APP_BASE_URL: 'https://app.example', TRUST_PROXY: '1' });
    const proxied = new Visitor(running.url, { 'x-forwarded-proto': 'https' });
    const { headers } = await proxied.get('/login');
    expect(headers.getSetCookie()[0]).toMatch(/; Secure/);
    expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/);
    expect((await proxied.signIn('user01', 'password1')).status).toBe(303);
  });

  it('lets browsers keep the style sheet, under an address that changes with it', async () => {
    const page = await visitor.get('/login');
    const address = /href="(\/assets\/app\.css\?v=\w+)"/.exec(page.text)?.[1] ?? '';
    const style = await visitor.get(address);
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(style.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await visitor.get('/assets/app.css')).headers.get('cache-control')).toBe('no-cache');
  });

  it('gives every answer a request id, and takes one only from a trusted proxy', async () => {
    const given = { headers: { 'x-request-id': 'given-by-proxy' } };
    expect((await visitor.request('/healthz', given)).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    await restart({ TRUST_PROXY: 'loopback' });
    expect((await visitor.request('/healthz', given)).headers.get('x-request-id')).toBe('given-by-proxy');
  });
});

describe('sessions', () => {
  it('makes none for visitors who only look', async () => {
    for (const path of ['/', '/profile', '/healthz', '/readyz', '/metrics', '/nowhere', '/signed-out']) {
      expect((await visitor.get(path)).headers.getSetCookie()).toEqual([]);
    }
  });

  it('ends when idle', async () => {
    await visitor.signIn('user01', 'password1');
    const clock = jest.spyOn(performance, 'now');
    const now = performance.now();
    clock.mockImplementation(() => now + 29 * 60_000);
    expect((await visitor.get('/')).status).toBe(200);
    clock.mockImplementation(() => now + 58 * 60_000);
    expect((await visitor.get('/')).status).toBe(200);
    clock.mockImplementation(() => now + 89 * 60_000);
    expect((await visitor.get('/')).status).toBe(302);
  });

  it('ends after a working day, however busy', async () => {
    await visitor.signIn('user01', 'password1');
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now + 11 * 3_600_000);
    expect((await visitor.get('/')).status).toBe(200);
    clock.mockImplementation(() => now + 13 * 3_600_000);
    expect((await visitor.get('/')).status).toBe(302);
    clock.mockRestore();
    expect((await visitor.get('/')).status).toBe(302);
  });

  it('outlives a flood of visitors who do not sign in', async () => {
    await visitor.signIn('user01', 'password1');
    const { MemorySessionStore } = await import('../src/memory-session-store.ts');
    const store = new MemorySessionStore({ idleSeconds: 60, anonymousSeconds: 60 });
    const cookie = { originalMaxAge: null };
    store.set('member', { cookie, signedInAt: 1 });
    for (let n = 0; n < 25_000; n++) {
      store.set(`visitor-${n}`, { cookie });
    }
    const found = await new Promise((resolve) => store.get('member', (_, session) => resolve(session)));
    expect(found).toMatchObject({ signedInAt: 1 });
    const first = await new Promise((resolve) => store.get('visitor-0', (_, session) => resolve(session)));
    expect(first).toBeNull();
  });
});

describe('logs and metrics', () => {
  it('never hold a password, a cookie or a query', async () => {
    await visitor.signIn('user01', 'wrong-secret');
    await visitor.signIn('my-password-in-the-wrong-field', 'x');
    await visitor.signIn('user01', 'password1');
    await visitor.get('/profile?code=secret-code');
    await visitor.signOut();
    const all = JSON.stringify(running.logs.filter(({ level }) => (level as number) >= 30));
    for (const secret of ['wrong-secret', 'my-password', 'password1', 'secret-code', 'shell.sid', '_csrf']) {
      expect(all).not.toContain(secret);
    }
    expect(all).toContain('/profile');
  });

  it('tell the outcome of each sign-in under the id of its request, and the steps at debug', async () => {
    const { headers } = await visitor.signIn('locked', 'password1');
    const requestId = headers.get('x-request-id');
    const lines = running.logs.filter((line) => line.requestId === requestId);
    expect(lines.find(({ msg }) => msg === 'sign-in')).toMatchObject({ level: 30, outcome: 'locked' });
    expect(lines.find(({ msg }) => msg === 'sign-in step')).toMatchObject({ level: 20, step: { kind: 'search' } });
    expect(lines.find(({ msg }) => msg === 'request')).toMatchObject({ method: 'POST', path: '/login', status: 401 });
  });

  it('count outcomes and steps, with no name of a person', async () => {
    await visitor.signIn('user01', 'wrong');
    await visitor.signIn('user01', 'password1');
    await visitor.get('/user01/secret-path');
    const { text } = await visitor.get('/metrics');
    expect(text).toContain('sign_ins_total{outcome="ok"} 1');
    expect(text).toContain('sign_ins_total{outcome="invalid-credentials"} 1');
    expect(text).toMatch(/sign_in_step_duration_seconds_count\{kind="bind",purpose="user",outcome="ok"\} 1/);
    expect(text).toMatch(/http_request_duration_seconds_count\{method="POST",route="\/login",status="401"\} 1/);
    expect(text).not.toContain('user01');
  });
});

describe('health', () => {
  it('is alive whatever the directory does, and ready only with it', async () => {
    expect((await visitor.get('/readyz')).status).toBe(200);
    await restart({});
    adapter.fault = new AuthError('service-bind-failed', 'no');
    expect((await visitor.get('/healthz')).status).toBe(200);
    const answer = await visitor.get('/readyz');
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text)).toEqual({ status: 'not-ready', reason: 'service-bind-failed' });
  });

  it('is not ready while it stops', async () => {
    running.app.stopping();
    expect(JSON.parse((await visitor.get('/readyz')).text)).toEqual({ status: 'not-ready', reason: 'stopping' });
  });
});

describe('other pages', () => {
  it('are 404 with a way home', async () => {
    const answer = await visitor.get('/nowhere');
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('href="/"');
  });

  it('show people who are signed in no form to sign in', async () => {
    await visitor.signIn('user01', 'password1');
    const answer = await visitor.get('/login?returnTo=/profile');
    expect(answer.headers.get('location')).toBe('/profile');
  });
});
