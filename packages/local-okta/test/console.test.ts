import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '../src/local-okta.ts';
import { Browser } from './browser.ts';
import { ConsoleVisitor } from './console-visitor.ts';
import { ADMIN_PASSWORD, call, startLocalOkta, type TestClock, testClock } from './local-okta-fixture.ts';

const LOGIN = 'admin@example.com';
let okta: LocalOkta;
let clock: TestClock;
let visitor: ConsoleVisitor;

beforeEach(async () => {
  clock = testClock();
  okta = await startLocalOkta({ clock });
  visitor = new ConsoleVisitor(okta);
});
afterEach(() => okta.close());

describe('the Admin Console', () => {
  it('asks for a sign-in first, and then shows what was asked for', async () => {
    await visitor.open('/admin/dashboard/agents?x=1');
    expect(visitor.seen).toMatchObject({
      status: 200,
      path: '/admin/sign-in?from=%2Fadmin%2Fdashboard%2Fagents%3Fx%3D1',
    });
    await visitor.submit('/admin/sign-in', { username: LOGIN, password: ADMIN_PASSWORD });
    expect(visitor.seen).toMatchObject({ status: 200, path: '/admin/dashboard/agents?x=1' });
    expect(await visitor.open('/admin')).toMatchObject({ status: 200, path: '/admin/dashboard' });
    expect(await visitor.open('/admin/sign-in')).toMatchObject({ path: '/admin/dashboard' });
  });

  it('leads nobody elsewhere after the sign-in', async () => {
    const elsewhere = [
      'https://evil.example/admin/',
      '//evil.example/admin/',
      '/admin/../..//evil.example',
      '/local/x',
    ];
    for (const from of [...elsewhere, '/\\evil.example/admin/', '/admin/sign-out', 'javascript:alert(1)', '/admin//']) {
      const person = new ConsoleVisitor(okta);
      await person.open(`/admin/sign-in?from=${encodeURIComponent(from)}`);
      const seen = await person.submit('/admin/sign-in', { username: LOGIN, password: ADMIN_PASSWORD });
      expect([from, seen.path]).toEqual([from, from === '/admin//' ? '/admin//' : '/admin/dashboard']);
    }
  });

  it('lets administrators in and nobody else, with one message for all', async () => {
    const profile = { login: 'user01@example.com', email: 'user01@example.com', firstName: 'User1', lastName: 'Bar1' };
    await call(okta, 'POST', '/api/v1/users', { profile, credentials: { password: { value: 'Password-2026' } } });
    const tries = [
      ['user01@example.com', 'Password-2026'],
      [LOGIN, 'wrong'],
      ['nobody@example.com', 'wrong'],
      ['<script>alert(1)</script>', '\'"><img src=x>'],
    ] as const;
    for (const [username, password] of tries) {
      const seen = await visitor.signIn(username, password);
      expect(seen.status).toBe(401);
      expect(seen.text).toContain('Sign-in failed. An administrator of this org is needed.');
      expect(seen.html).not.toContain('<script>alert');
      expect(seen.html).not.toContain('<img');
    }
    expect(await visitor.open('/admin/dashboard')).toMatchObject({ path: '/admin/sign-in?from=%2Fadmin%2Fdashboard' });
  });

  it('lets an address wait that has failed often', async () => {
    for (let attempt = 0; attempt < 5; attempt += 1) await visitor.signIn(LOGIN, 'wrong');
    const seen = await visitor.signIn(LOGIN, ADMIN_PASSWORD);
    expect([seen.status, seen.headers.get('retry-after')]).toEqual([429, '60']);
    clock.advance(61_000);
    expect(await visitor.signIn(LOGIN, ADMIN_PASSWORD)).toMatchObject({ status: 200, path: '/admin/dashboard' });
  });

  it('keeps its session in a cookie that scripts and other sites do not get, new at each sign-in', async () => {
    const browser = new Browser();
    const page = await browser.get(`${okta.urls.okta}/admin/sign-in`);
    const [before = ''] = page.headers.getSetCookie();
    expect(before).toMatch(/^local-okta-admin=\w{32}; Path=\/; HttpOnly; SameSite=Lax$/);
    const csrf = /name="csrf" value="(\w+)"/.exec(await page.text())?.[1] ?? '';
    const form = { csrf, username: LOGIN, password: ADMIN_PASSWORD };
    const answer = await browser.post(`${okta.urls.okta}/admin/sign-in`, form);
    const [after = ''] = answer.headers.getSetCookie();
    expect(after).toMatch(/^local-okta-admin=\w{32};/);
    expect(after).not.toBe(before);
    const cookie = before.split(';')[0] ?? '';
    const planted = await fetch(`${okta.urls.okta}/admin/dashboard`, { headers: { cookie }, redirect: 'manual' });
    expect(planted.status).toBe(303);
  });

  it('ends a session an hour after its last use, at Sign out, and when the administrator is none any more', async () => {
    await visitor.signIn(LOGIN, ADMIN_PASSWORD);
    for (let hour = 0; hour < 3; hour += 1) {
      clock.advance(59 * 60_000);
      expect((await visitor.open('/admin/dashboard')).path).toBe('/admin/dashboard');
    }
    clock.advance(61 * 60_000);
    expect((await visitor.open('/admin/dashboard')).path).toContain('/admin/sign-in');

    await visitor.signIn(LOGIN, ADMIN_PASSWORD);
    expect((await visitor.post('/admin/sign-out', { csrf: 'guessed' })).path).toBe('/admin/dashboard');
    expect((await visitor.submit('/admin/sign-out')).path).toBe('/admin/sign-in');
    expect((await visitor.open('/admin/dashboard')).path).toContain('/admin/sign-in');

    await visitor.signIn(LOGIN, ADMIN_PASSWORD);
    await okta.reset();
    expect((await visitor.open('/admin/dashboard')).path).toContain('/admin/sign-in');
  });

  it('runs nothing inline and stays out of frames, with all it needs from itself', async () => {
    const { headers, html } = await visitor.signIn(LOGIN, ADMIN_PASSWORD);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; style-src 'self'; script-src 'self'");
    expect(policy).toContain("form-action 'self'; frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('cache-control')).toContain('no-store');
    expect(html).not.toMatch(/<style|style="|<script>| on\w+="/);
    const loaded = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, address = '']) => address);
    expect(loaded.filter((address) => !address.startsWith('/'))).toEqual([]);
    for (const address of loaded.filter((path) => path.startsWith('/admin/assets/'))) {
      const asset = await fetch(okta.urls.okta + address);
      expect([asset.status, asset.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
  });

  it('has a page for an address where nothing is', async () => {
    await visitor.signIn(LOGIN, ADMIN_PASSWORD);
    for (const path of ['/admin/nowhere', '/report/nowhere', '/admin/%3Cscript%3E', '/admin/%ff']) {
      expect(await visitor.open(path)).toMatchObject({ status: 404 });
      expect(visitor.seen.text).toContain('Not found');
      expect(visitor.seen.html).toContain('id="sign-out"');
    }
    expect(await visitor.post('/admin/nowhere', { csrf: 'guessed' })).toMatchObject({ status: 403 });
  });

  it('has a page for a form that is too large or cannot be read', async () => {
    await visitor.open('/admin/sign-in');
    expect(await visitor.post('/admin/sign-in', { username: 'x'.repeat(1_100_000) })).toMatchObject({ status: 413 });
    expect(visitor.seen.text).toContain('The form is larger than 1 MB.');
    await visitor.signIn(LOGIN, ADMIN_PASSWORD);
    const { text, html, status } = await visitor.post('/admin/users', { csrf: 'x'.repeat(1_100_000) });
    expect([status, text.includes('The form is larger than 1 MB.')]).toEqual([413, true]);
    expect(html).toContain('id="sign-out"');
    const many = Array.from({ length: 20_001 }, () => 'x');
    expect(await visitor.post('/admin/users', { id: many })).toMatchObject({ status: 413 });
  });

  it('is found from the root', async () => {
    const seen = await visitor.open('/');
    expect(seen.html).toContain('href="/admin/dashboard"');
    expect(seen.text).toContain('not an identity provider for production');
  });
});

describe('the Dashboard', () => {
  it('counts, and says what to do next', async () => {
    const { text } = await visitor.signIn(LOGIN, ADMIN_PASSWORD);
    expect(text).toMatch(/1 People 1 Groups 0 Apps 0 Agents/);
    expect(text).toContain('this org waits for an LDAP agent');
    expect(text).toContain('What to do next Start the LDAP agent');
    expect((await visitor.open('/admin/dashboard/agents')).text).toContain('No agent has been connected.');
  });
});
