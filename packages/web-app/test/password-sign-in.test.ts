import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AuthError } from '@ldap-to-okta/auth-adapter';
import { type MemoryPasswordAuth, memoryPasswordAuth } from './memory-adapter.ts';
import { type RunningApp, startApp } from './running-app.ts';
import { tokenIn, Visitor } from './visitor.ts';

let adapter: MemoryPasswordAuth;
let running: RunningApp;
let visitor: Visitor;

beforeEach(async () => {
  running = await startApp((observe) => {
    adapter = memoryPasswordAuth(observe);
    return adapter;
  });
  visitor = new Visitor(running.url);
});

afterEach(() => running.close());

describe('signing in with a form', () => {
  it('asks to sign in before it shows the home page', async () => {
    const asked = await visitor.get('/');
    expect(asked.status).toBe(302);
    expect(asked.headers.get('location')).toBe('/login');
    expect(asked.headers.getSetCookie()).toEqual([]);
  });

  it('greets whoever signed in and lists the authorities', async () => {
    const answer = await visitor.signIn('user01', 'password1');
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/');
    const home = await visitor.get('/');
    expect(home.text).toContain('Welcome home, user01!');
    expect(home.text).toMatch(/id="profile-button" href="\/profile"/);
    expect((await visitor.get('/profile')).text).toContain('<li>ROLE_ALLUSERS</li>');
  });

  it('takes a name with spaces around it, but no such password', async () => {
    expect((await visitor.signIn(' user01 ', 'password1 ')).status).toBe(401);
    expect((await visitor.signIn(' user01\t', 'password1')).status).toBe(303);
  });

  it('says who is signed in as JSON, and 401 as JSON to nobody', async () => {
    const nobody = await visitor.request('/user', { headers: { accept: '*/*' } });
    expect(nobody.status).toBe(401);
    expect(JSON.parse(nobody.text)).toMatchObject({ error: 'not-signed-in' });
    await visitor.signIn('user01', 'password1');
    const me = await visitor.request('/user', { headers: { accept: 'application/json' } });
    expect(JSON.parse(me.text)).toMatchObject({ username: 'user01', groups: ['allusers'], mode: 'ldap' });
  });

  it('sends a browser that asks for /user to the form', async () => {
    expect((await visitor.get('/user')).headers.get('location')).toBe('/login?returnTo=%2Fuser');
  });

  it('answers every refusal with 401, the form and the same sentence', async () => {
    const pages = [];
    for (const [username, password] of [
      ['user01', 'wrong'],
      ['nobody', 'wrong'],
      ['locked', 'password1'],
      ['user01', ''],
      ['*', 'password1'],
      ["$'", 'password1'],
      ['__proto__', 'password1'],
      ['', ''],
    ] as const) {
      const { status, text } = await new Visitor(running.url).signIn(username, password);
      expect(status).toBe(401);
      expect(tokenIn(text)).toMatch(/^[0-9a-f]{64}$/);
      pages.push(/role="alert">([^<]*)</.exec(text)?.[1]);
    }
    expect(new Set(pages).size).toBe(1);
  });

  it('keeps the name that was typed in the form, escaped, and never the password', async () => {
    const { text } = await visitor.signIn('"><script>alert(1)</script>', 'my-secret-word');
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(text).not.toContain('<script');
    expect(text).not.toContain('my-secret-word');
  });

  it('shows the names and groups of a directory as text, whatever is in them', async () => {
    await visitor.signIn('o\'brien & <b>"x"</b>', 'password4');
    const profile = await visitor.get('/profile');
    expect(profile.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(profile.text).toContain('ROLE_R&amp;D &lt;CORE&gt;');
    expect(profile.text).not.toMatch(/<script|<b>/);
  });

  it('signs in a person with a thousand groups', async () => {
    await visitor.signIn('thousand', 'password5');
    const profile = await visitor.get('/profile');
    expect(profile.text.match(/<li>ROLE_/g)).toHaveLength(1000);
  });

  it('shows the page that was asked for before signing in, with its query', async () => {
    const asked = await visitor.get('/profile?tab=groups&x=1');
    await visitor.get(asked.headers.get('location') ?? '');
    const form = await visitor.get(asked.headers.get('location') ?? '');
    const answer = await visitor.post('/login', {
      username: 'user01',
      password: 'password1',
      _csrf: tokenIn(form.text),
    });
    expect(answer.headers.get('location')).toBe('/profile?tab=groups&x=1');
  });

  it.each([
    '//evil.test',
    '/\\evil.test',
    '%2F%2Fevil.test',
    '/%09/evil.test',
    '/%0d%0aSet-Cookie:x=1',
    '/.//evil.test',
    'https://evil.test/',
    'javascript:alert(1)',
    '/login',
    '/logout',
    'profile',
    '',
  ])('goes home, not to %s, after signing in', async (returnTo) => {
    const form = await visitor.get(`/login?returnTo=${returnTo}`);
    const answer = await visitor.post('/login', {
      username: 'user01',
      password: 'password1',
      _csrf: tokenIn(form.text),
    });
    expect(answer.headers.get('location')).toBe('/');
  });

  it('gives the session a new id at sign-in, so that a planted one is worth nothing', async () => {
    await visitor.token();
    const planted = visitor.cookies.get('shell.sid') ?? '';
    await visitor.signIn('user01', 'password1');
    expect(visitor.cookies.get('shell.sid')).not.toBe(planted);
    const attacker = new Visitor(running.url);
    attacker.cookies.set('shell.sid', planted);
    expect((await attacker.get('/')).status).toBe(302);
  });

  it('ends the session at sign-out, for a copied cookie as well', async () => {
    await visitor.signIn('user01', 'password1');
    const copy = new Visitor(running.url);
    copy.cookies.set('shell.sid', visitor.cookies.get('shell.sid') ?? '');
    expect((await copy.get('/')).status).toBe(200);
    const answer = await visitor.signOut();
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/login?signed-out');
    expect(visitor.cookies.size).toBe(0);
    expect((await copy.get('/')).status).toBe(302);
    expect((await visitor.get('/login?signed-out')).text).toContain('You are signed out.');
  });

  it('signs nobody out by GET or without the token, and is not upset by a second press', async () => {
    await visitor.signIn('user01', 'password1');
    expect((await visitor.get('/logout')).status).toBe(404);
    expect((await visitor.post('/logout', {})).status).toBe(403);
    expect((await visitor.get('/')).status).toBe(200);
    await visitor.signOut();
    expect((await visitor.post('/logout', {})).status).toBe(303);
  });

  it('refuses a form without the token of its session, and says what to do', async () => {
    const stolen = await new Visitor(running.url).token();
    await visitor.token();
    for (const _csrf of ['', stolen, '__proto__']) {
      const answer = await visitor.post('/login', { username: 'user01', password: 'password1', _csrf });
      expect(answer.status).toBe(403);
      expect(answer.text).toContain('href="/login"');
    }
    expect(adapter.asked).toEqual([]);
  });

  it('answers 503 with a request id, not 401, when the directory is broken, and logs the code under that id', async () => {
    adapter.fault = new AuthError('unavailable', 'no answer', {
      detail: 'connection-refused',
      cause: new Error('why'),
    });
    const answer = await visitor.signIn('user01', 'password1');
    expect(answer.status).toBe(503);
    const id = answer.headers.get('x-request-id') ?? '';
    expect(answer.text).toContain(`<code id="request-id">${id}</code>`);
    expect(answer.text).not.toContain('connection-refused');
    const line = running.logs.find((entry) => entry.msg === 'request failed');
    expect(line).toMatchObject({ requestId: id, code: 'unavailable', detail: 'connection-refused' });
    expect(line).toMatchObject({ err: { type: 'AuthError', message: 'no answer: why' } });
    adapter.fault = undefined;
    expect((await visitor.signIn('user01', 'password1')).status).toBe(303);
  });
});

describe('hostile input', () => {
  const values: [string, unknown][] = [
    ['a number', 1],
    ['null', null],
    ['true', true],
    ['an empty array', []],
    ['an object', { $ne: 1 }],
    ['an array of names', ['user01']],
    ['a very long text', 'x'.repeat(1025)],
  ];

  it.each(values)('answers 400 when JSON has %s as a field', async (_, value) => {
    const token = await visitor.token();
    for (const body of [
      { username: value, password: 'password1' },
      { username: 'user01', password: value },
    ]) {
      const answer = await visitor.request('/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': token },
        body: JSON.stringify(body),
      });
      expect(answer.status).toBe(400);
    }
    expect(adapter.asked).toEqual([]);
  });

  it.each([
    ['a missing field', 'username=user01', 'application/x-www-form-urlencoded', 400],
    ['a field given twice', 'username=user01&username=x&password=y', 'application/x-www-form-urlencoded', 400],
    ['a field as an array', 'username[]=user01&password=password1', 'application/x-www-form-urlencoded', 400],
    ['names of prototypes', '__proto__[x]=1&constructor=2', 'application/x-www-form-urlencoded', 400],
    ['a long name', `username=${'x'.repeat(300)}&password=y`, 'application/x-www-form-urlencoded', 400],
    ['broken percent signs', 'username=%ZZ%&password=%E0%A4%A', 'application/x-www-form-urlencoded', 401],
    ['half a character', 'username=%ED%A0%80%00&password=%00', 'application/x-www-form-urlencoded', 401],
    ['a body of nothing', '', 'application/x-www-form-urlencoded', 400],
    ['plain text', 'username=user01', 'text/plain', 400],
    ['a multipart form', '--x\r\n\r\n--x--', 'multipart/form-data; boundary=x', 400],
    ['broken JSON', '{"username":', 'application/json', 400],
    ['JSON that is an array', '[1,2]', 'application/json', 400],
    ['JSON that is a string', '"x"', 'application/json', 400],
    ['a charset nobody knows', 'username=a&password=b', 'application/x-www-form-urlencoded; charset=x-nope', 415],
    ['far too many fields', 'a=1&'.repeat(30), 'application/x-www-form-urlencoded', 400],
    [
      'a name of a million letters',
      `username=${'x'.repeat(1_000_000)}&password=y`,
      'application/x-www-form-urlencoded',
      400,
    ],
    ['two megabytes', `username=${'x'.repeat(2_000_000)}`, 'application/x-www-form-urlencoded', 400],
  ])('answers %s and lives', async (_, body, type, status) => {
    const token = await visitor.token();
    const answer = await visitor.request('/login', {
      method: 'POST',
      headers: { 'content-type': type, 'x-csrf-token': token },
      body,
    });
    expect(answer.status).toBe(status);
    expect((await visitor.signIn('user01', 'password1')).status).toBe(303);
  });

  it.each(['/%', '/%E0%A4%A', '/..%2f..%2fetc/passwd', '/assets/../package.json', '/profile/%00'])(
    'answers %s with a page',
    async (path) => {
      const { status } = await visitor.get(path);
      expect([400, 404]).toContain(status);
    },
  );

  it('ignores credentials in the address', async () => {
    const token = await visitor.token();
    const answer = await visitor.post('/login?username=user01&password=password1', { _csrf: token });
    expect(answer.status).toBe(400);
  });

  it.each(['shell.sid=s%3Aforged.signature', 'shell.sid=', 'shell.sid=j%3A%7B', 'shell.sid=%ff', '=;;=,;'])(
    'takes the cookie %s for nobody',
    async (cookie) => {
      const answer = await visitor.request('/', { headers: { cookie } });
      expect(answer.status).toBe(302);
    },
  );
});
