import { afterEach, describe, expect, it } from '@jest/globals';
import { type MemoryRedirectAuth, memoryRedirectAuth } from './memory-adapter.ts';
import { type RunningApp, startApp } from './running-app.ts';
import { tokenIn, Visitor } from './visitor.ts';

let running: RunningApp;
let visitor: Visitor;
let auth: MemoryRedirectAuth;

async function start(signOutUrl?: string): Promise<void> {
  auth = memoryRedirectAuth(signOutUrl);
  running = await startApp(() => auth);
  visitor = new Visitor(running.url);
}

/** Follows redirects within the app. */
async function follow(path: string): Promise<{ path: string; status: number; text: string }> {
  let at = path;
  for (let n = 0; n < 10; n++) {
    const answer = await visitor.get(at);
    const next = answer.headers.get('location');
    if (next === null) {
      return { path: at, ...answer };
    }
    at = next;
  }
  throw new Error('too many redirects');
}

afterEach(() => running.close());

describe('signing in on a page elsewhere', () => {
  it('goes from the page asked for to the provider and back to that page', async () => {
    await start();
    const page = await follow('/profile');
    expect(page).toMatchObject({ path: '/profile', status: 200 });
    expect((await visitor.get('/')).text).toContain('Welcome home, user01@example.com!');
  });

  it('shows the claims in one table, each under an id of its own, as text, with who told it', async () => {
    await start();
    const { text } = await follow('/profile');
    expect(text).toContain('<td id="claim-email">user01@example.com</td><td>ID token, userinfo</td>');
    expect(text).toContain('<td id="claim-groups">a, b</td><td>ID token</td>');
    expect(text).toContain(
      '<td id="claim-https://example.com/x-y">{&quot;deep&quot;:&quot;&lt;i&gt;&quot;}</td><td>userinfo</td>',
    );
    const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(ids.filter((id) => id?.startsWith('claim-')).length).toBe(4);
    expect(ids.length).toBe(new Set(ids).size);
  });

  it('has no form that takes a password', async () => {
    await start();
    await visitor.get('/');
    expect((await visitor.post('/login', { username: 'user01', password: 'password1' })).status).toBe(404);
  });

  it('shows a refusal of the provider as a page with a way to try again', async () => {
    await start();
    const answer = await visitor.get('/callback?refuse=1');
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('You cannot sign in to this app');
    expect(answer.text).toContain('href="/login"');
  });

  it('shows a provider that is away as 503', async () => {
    await start();
    expect((await visitor.get('/callback?fault=1')).status).toBe(503);
  });

  it('ends its own session at sign-out, then sends the browser on to the provider', async () => {
    await start('https://okta.example/v1/logout?x=1');
    await follow('/');
    const copy = new Visitor(running.url);
    copy.cookies.set('shell.sid', visitor.cookies.get('shell.sid') ?? '');
    const answer = await visitor.signOut();
    expect(answer.headers.get('location')).toBe('https://okta.example/v1/logout?x=1');
    expect((await copy.get('/')).status).toBe(302);
  });

  it('sends also those on to the provider whose tokens expired while they looked at a page, if it was this page', async () => {
    await start('https://okta.example/v1/logout?x=1');
    const page = await follow('/');
    auth.expired = true;
    expect((await visitor.post('/logout', { _csrf: 'forged' })).status).toBe(403);
    const answer = await visitor.post('/logout', { _csrf: tokenIn(page.text) });
    expect(answer.headers.get('location')).toBe('https://okta.example/v1/logout?x=1');
    expect((await visitor.post('/logout', { _csrf: tokenIn(page.text) })).headers.get('location')).toBe('/signed-out');
  });

  it('does not go straight back to the provider when that has no sign-out', async () => {
    await start();
    await follow('/');
    const answer = await visitor.signOut();
    expect(answer.headers.get('location')).toBe('/signed-out');
    expect((await visitor.get('/signed-out')).text).toContain('You are signed out');
  });

  it('allows the form of the sign-out to lead to a provider, and nothing else to', async () => {
    await start();
    const policy = (await follow('/')) && (await visitor.get('/')).headers.get('content-security-policy');
    expect(policy).toMatch(/form-action 'self' https: /);
    expect(policy).toContain("default-src 'none'");
  });

  it('logs and counts sign-ins without the code in the address', async () => {
    await start();
    await follow('/');
    expect(running.logs.find(({ msg }) => msg === 'sign-in')).toMatchObject({
      outcome: 'ok',
      username: 'user01@example.com',
    });
    expect(JSON.stringify(running.logs)).not.toContain('secret-code');
    expect((await visitor.get('/metrics')).text).toContain('sign_ins_total{outcome="ok"} 1');
  });
});
