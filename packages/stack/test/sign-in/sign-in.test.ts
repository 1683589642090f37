import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { formIn, HomePage, LoginPage, ProfilePage, signOut } from './pages.ts';
import { expectations, hasPersonas, modesUnderTest, openSubject, ownsDirectory, type Subject } from './subject.ts';
import { type Page, Visitor } from './visitor.ts';

const START_MS = 120_000;

describe.each(modesUnderTest)('signing in, mode %s', (mode) => {
  const { usernames, welcomed, ownForm, groups } = expectations[mode];
  const [username] = usernames;
  let subject: Subject;
  let visitor: Visitor;

  beforeAll(async () => {
    subject = await openSubject(mode);
  }, START_MS);
  afterAll(() => subject?.close(), START_MS);
  beforeEach(() => {
    visitor = new Visitor(subject.url);
  });

  const signIn = async (name: string, password: string, path = '/'): Promise<Page> =>
    (await LoginPage.open(visitor, path)).signIn(name, password);

  const welcomedName = async (): Promise<string | undefined> => new HomePage(await visitor.visit('/')).welcomed;

  /** Not in, and told nothing beyond the one sentence for every refusal. */
  const expectRefused = async (page: Page): Promise<void> => {
    expect(formIn(page, /type="password"/)).toBeDefined();
    if (ownForm) {
      expect(page.status).toBe(401);
      expect(new LoginPage(visitor, page).problem).toBe(
        'That user name and password do not work. Check both and try again.',
      );
    }
    expect((await visitor.ask('/')).status).toBe(302);
  };

  describe('who signs in', () => {
    it.each(usernames)('is welcomed home as %s', async (name) => {
      const home = new HomePage(await signIn(name, 'password1'));
      expect(home.page.status).toBe(200);
      expect(home.welcomed).toBe(welcomed);
      expect(home.profileLink).toBe('/profile');
    });

    it.each(['2', '3'])('is the person they are: user0%s', async (number) => {
      const home = new HomePage(await signIn(username.replace('01', `0${number}`), `password${number}`));
      expect(home.welcomed).toBe(welcomed.replace('01', `0${number}`));
    });

    it('sees what the app was told of them, as a page and as JSON', async () => {
      await signIn(username, 'password1');
      const profile = new ProfilePage(await visitor.visit('/profile'));
      const user = JSON.parse((await visitor.visit('/user', { headers: { accept: 'application/json' } })).text);
      expect(user).toMatchObject({ username: welcomed, email: 'user01@example.com', mode });
      if (groups) {
        expect(profile.authorities).toContain('ROLE_ALLUSERS');
        expect(user.groups).toContain('allusers');
      } else {
        expect(profile.claim('email')).toBe('user01@example.com');
        expect(user.claims).toMatchObject({ email: 'user01@example.com' });
      }
    });

    it('comes to the page they had asked for', async () => {
      const page = await signIn(username, 'password1', '/profile?tab=1');
      expect(`${page.url.pathname}${page.url.search}`).toBe('/profile?tab=1');
    });

    it('gets a new session id, so that a planted one is worth nothing', async () => {
      const login = await LoginPage.open(visitor, '/profile');
      const planted = new Map(visitor.cookies);
      expect(planted.size).toBeGreaterThan(0);
      await login.signIn(username, 'password1');
      const attacker = new Visitor(subject.url);
      for (const [name, value] of planted) {
        attacker.cookies.set(name, value);
      }
      expect((await attacker.ask('/')).status).toBe(302);
    });

    it('is out after Logout, and so is a copy of their cookie', async () => {
      await signIn(username, 'password1');
      const copy = new Visitor(subject.url);
      for (const [name, value] of visitor.cookies) {
        copy.cookies.set(name, value);
      }
      expect((await copy.ask('/')).status).toBe(200);
      await signOut(visitor);
      expect((await visitor.ask('/')).status).toBe(302);
      expect((await copy.ask('/')).status).toBe(302);
    });

    it('can sign in again after Logout', async () => {
      await signIn(username, 'password1');
      await signOut(visitor);
      await signIn(username, 'password1');
      expect(await welcomedName()).toBe(welcomed);
    });
  });

  describe('who does not', () => {
    it.each(['/', '/profile'])('is asked to sign in at %s', async (path) => {
      const page = await visitor.ask(path);
      expect(page.status).toBe(302);
      expect(page.headers.get('location')).toMatch(/^\/login/);
    });

    it('gets 401 as JSON at /user', async () => {
      expect((await visitor.ask('/user', { headers: { accept: 'application/json' } })).status).toBe(401);
    });

    it('has given a wrong password', async () => {
      await expectRefused(await signIn(username, 'password2'));
    });

    it('is unknown', async () => {
      await expectRefused(await signIn('nobody', 'password1'));
    });

    it('has given no password, which a directory would take for an anonymous bind', async () => {
      await expectRefused(await signIn(username, ''));
    });

    it.each([
      '*',
      'user0*',
      "$'",
      '$&',
      '*)(uid=*',
      'user01)(cn=*',
      'user01,ou=users,dc=example,dc=org',
      '\\2a',
      ' ',
      '日本語 😀',
      '<script>alert(1)</script>',
      '__proto__',
    ])('has a name that is a trick or nobody’s: %s', async (name) => {
      const page = await signIn(name, 'wrong-password');
      expect(page.text).not.toContain('<script>alert');
      await expectRefused(page);
    });
  });

  it('signs nobody out by a form that was not made by the app', async () => {
    await signIn(username, 'password1');
    expect((await visitor.ask('/logout', { method: 'POST', body: '' })).status).toBe(403);
    expect(await welcomedName()).toBe(welcomed);
  });

  const ownFormCases = (): void => {
    it('refuses a form that was not made by the app', async () => {
      const body = new URLSearchParams({ username, password: 'password1' });
      expect((await visitor.ask('/login', { method: 'POST', body })).status).toBe(403);
    });

    it.each<[string, unknown, unknown]>([
      ['a number as password', 'user01', 1],
      ['a number as name', 1, 'password1'],
      ['null', null, null],
      ['arrays', ['user01'], ['password1']],
      ['objects', { $ne: '' }, { $gt: '' }],
      ['a password of a hundred thousand letters', 'user01', 'x'.repeat(100_000)],
      ['a name of a hundred thousand letters', 'x'.repeat(100_000), 'password1'],
      ['a NUL in the password', 'user01', 'password1\0'],
      ['a NUL in the name', 'user01\0', 'password1'],
    ])('gets 400 or 401 for %s, and the app lives', async (_, name, password) => {
      const { form } = await LoginPage.open(visitor);
      const page = await visitor.ask('/login', {
        method: 'POST',
        body: JSON.stringify({ ...form.hidden, username: name, password }),
        headers: { 'content-type': 'application/json' },
      });
      expect([400, 401]).toContain(page.status);
      expect((await visitor.ask('/healthz')).status).toBe(200);
    });
  };

  const personaCases = (): void => {
    it.each([
      ['parentheses', 'Paula (Thesis)'],
      ['parentheses in the uid', 'paren(thesis)'],
      ['a comma', 'Comma, Carla'],
      ['a backslash', 'back\\slash'],
      ['a replacement pattern', "$'"],
      ['a star', 'star*'],
      ['UTF-8', 'zoë'],
      ['quotes and angle brackets', '"Quote" <Q>; a=b'],
      ['a plus sign in the mail address', 'plus+tag@example.com'],
      ['markup', 'html'],
    ])('can sign in, with their groups: %s in the name', async (_, name) => {
      await signIn(name, 'password1');
      expect(await welcomedName()).toBeDefined();
      const profile = await visitor.visit('/profile');
      expect(new ProfilePage(profile).authorities).toContain('ROLE_HOSTILE');
      expect(profile.text).not.toMatch(/<script|<b>|<img src=x/);
    });

    it.each(['locked', 'must-change', 'expired', 'no-password', 'reader'])(
      'are refused like everybody else: %s',
      async (name) => {
        await expectRefused(await signIn(name, 'password1'));
      },
    );

    it('who share an address get an honest page, not "wrong password"', async () => {
      const page = await signIn('twins@example.com', 'password1');
      expect(page.status).toBe(503);
      await subject.logged?.('"code":"ambiguous-user"');
    });
  };

  const directoryCases = (): void => {
    it('is a 503 page with a request id, and the app goes on when it is back', async () => {
      const login = await LoginPage.open(visitor);
      await subject.directory?.stop();
      try {
        const page = await login.signIn(username, 'password1');
        expect(page.status).toBe(503);
        expect(page.text).toContain(`<code id="request-id">${page.headers.get('x-request-id')}</code>`);
        expect((await visitor.ask('/readyz')).status).toBe(503);
        expect((await visitor.ask('/healthz')).status).toBe(200);
      } finally {
        await subject.directory?.start();
      }
      await signIn(username, 'password1');
      expect(await welcomedName()).toBe(welcomed);
    });
  };

  describe('what is kept and told', () => {
    it('keeps pages out of caches and frames, and runs nothing inline', async () => {
      await signIn(username, 'password1');
      const { headers } = await visitor.visit('/profile');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get('x-powered-by')).toBeNull();
    });

    it('has logged no password and no cookie', async () => {
      await signIn(username, 'not-the-password');
      await signIn(username, 'password1');
      const { headers } = await visitor.ask('/profile');
      const log = (await subject.logged?.(headers.get('x-request-id') ?? '')) ?? '';
      expect(log).not.toMatch(/not-the-password|password[123]/);
      for (const cookie of visitor.cookies.values()) {
        expect(log).not.toContain(cookie);
      }
    });
  });

  // What an app cannot be asked is left out, not skipped: it is no gap.
  if (ownForm) {
    describe('the form of the app', ownFormCases);
  }
  if (hasPersonas(mode)) {
    describe('special people', personaCases);
  }
  if (ownsDirectory(mode)) {
    describe('a broken directory', directoryCases);
  }
});
