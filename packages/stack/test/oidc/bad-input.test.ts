import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { HomePage, LoginPage, signOut } from '../sign-in/pages.ts';
import { type Page, Visitor } from '../sign-in/visitor.ts';
import { type Org, startOrg } from '../steps/org.ts';
import { ANNA, makeAnna, type OidcApp, signInAs, startOidcApp, untilReady } from './oidc-app.ts';

const LIMIT_MS = 60_000;

let folder: string;
let org: Org;
let app: OidcApp;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oidc-bad-input-'));
  org = await startOrg(folder);
  await makeAnna(org);
  app = await startOidcApp(org, folder);
}, LIMIT_MS);
afterAll(async () => {
  await app?.end();
  await org?.end();
  await rm(folder, { recursive: true });
}, LIMIT_MS);
afterEach(async () => {
  await org.call('PUT', '/local/faults', {});
});

const welcomed = (page: Page): string | undefined => new HomePage(page).welcomed;
const heading = ({ text }: Page): string | undefined => /<h1>([^<]*)<\/h1>/.exec(text)?.[1];
/** A page of the app itself that says no, with nothing of the inside on it. */
function expectPage(page: Page, status: number, title: string): void {
  expect([page.status, page.url.origin, heading(page)]).toEqual([status, app.url, title]);
  expect(page.text).not.toMatch(/at \w+ \(|invalid_|ECONN|CLIENT_SECRET/);
}
const NOT_POSSIBLE = 'Signing in is not possible right now';

/** The app is alive, and signs people in as soon as what was wrong is right again. */
async function expectToWorkAgain(): Promise<void> {
  await app.restart();
  await untilReady(app);
  expect(welcomed(await signInAs(new Visitor(app.url)))).toBe(ANNA.login);
}

describe('a setting that is wrong', () => {
  it(
    'ISSUER of no authorization server: not ready, a page, and http-404 in the log',
    async () => {
      await app.restart({ ISSUER: `${org.url}/oauth2/no-such-server` });
      expect(await app.readiness()).toBe(503);
      expectPage(await new Visitor(app.url).visit('/login'), 503, NOT_POSSIBLE);
      expect(JSON.parse(await app.logged('request failed'))).toMatchObject({
        code: 'misconfigured',
        detail: 'http-404',
      });
      await expectToWorkAgain();
    },
    LIMIT_MS,
  );

  it(
    'ISSUER by another name of the same server: issuer-mismatch',
    async () => {
      await app.restart({ ISSUER: `${org.url.replace('localhost', '127.0.0.1')}/oauth2/default` });
      expectPage(await new Visitor(app.url).visit('/login'), 503, NOT_POSSIBLE);
      expect(JSON.parse(await app.logged('request failed'))).toMatchObject({ detail: 'issuer-mismatch' });
    },
    LIMIT_MS,
  );

  it(
    'CLIENT_ID of nobody: the org says so on a page, and the browser goes nowhere',
    async () => {
      await app.restart({ CLIENT_ID: '0oaNobodyKnowsThis01' });
      const page = await new Visitor(app.url).visit('/login');
      expect([page.status, page.url.origin]).toEqual([400, org.url]);
      expect(page.text).toContain('invalid_client');
      expect(await app.readiness()).toBe(200);
    },
    LIMIT_MS,
  );

  it(
    'CLIENT_SECRET: a page after the sign-in, invalid_client in the log, and the secret nowhere',
    async () => {
      await app.restart({ CLIENT_SECRET: 'Wrong-secret-of-this-app' });
      expectPage(await signInAs(new Visitor(app.url)), 503, NOT_POSSIBLE);
      expect(JSON.parse(await app.logged('request failed'))).toMatchObject({
        code: 'misconfigured',
        detail: 'invalid_client',
      });
      expect(app.program.output()).not.toContain('Wrong-secret');
      await expectToWorkAgain();
    },
    LIMIT_MS,
  );

  it(
    'APP_BASE_URL that is not registered: the org says so on a page, and the browser goes nowhere',
    async () => {
      await app.restart({ APP_BASE_URL: app.url.replace('localhost', '127.0.0.1') });
      const page = await new Visitor(app.url).visit('/login');
      expect([page.status, page.url.origin]).toEqual([400, org.url]);
      expect(page.text).toContain('redirect_uri');
      await expectToWorkAgain();
    },
    LIMIT_MS,
  );

  it(
    'a post-logout URI that is not registered: signed out here, and the org says why it leads nowhere',
    async () => {
      const other = await startOidcApp(org, folder, { postLogoutUris: [] });
      try {
        await untilReady(other);
        const visitor = new Visitor(other.url);
        expect(welcomed(await signInAs(visitor))).toBe(ANNA.login);
        const page = await signOut(visitor);
        expect([page.status, page.url.origin]).toEqual([400, org.url]);
        expect(page.text).toContain('post_logout_redirect_uri');
        const { status } = await visitor.ask('/user', { headers: { accept: 'application/json' } });
        expect(status).toBe(401);
      } finally {
        await other.end();
      }
    },
    LIMIT_MS,
  );
});

describe('an answer that is not one', () => {
  it.each([
    ['a forged state', '?code=stolen&state=forged'],
    ['an error of nobody', '?error=access_denied&state=forged&error_description=<script>alert(1)</script>'],
    ['an issuer elsewhere', '?code=x&state=y&iss=https://evil.example'],
    ['nothing', ''],
  ])(
    'with %s is out of date, and so says the log',
    async (_case, query) => {
      await untilReady(app);
      const visitor = new Visitor(app.url);
      await LoginPage.open(visitor); // a sign-in is open
      const page = await visitor.visit(`/authorization-code/callback${query}`);
      expectPage(page, 401, 'This sign-in is out of date');
      expect(page.text).not.toContain('alert(1)');
      expect(JSON.parse(await app.logged('"stale"'))).toMatchObject({ outcome: 'stale', detail: 'no-open-sign-in' });
    },
    LIMIT_MS,
  );

  it(
    'a second time leads home, for somebody else nowhere, and signs nobody in',
    async () => {
      await untilReady(app);
      const visitor = new Visitor(app.url);
      const { form } = await LoginPage.open(visitor, '/profile');
      const fields = { ...form.hidden, username: ANNA.login, password: ANNA.password };
      let next = await visitor.ask(form.action, { method: 'POST', body: new URLSearchParams(fields) });
      let answer: URL | undefined;
      while (next.headers.has('location')) {
        const url = new URL(next.headers.get('location') ?? '', next.url);
        if (url.pathname === '/authorization-code/callback') answer = url;
        next = await visitor.ask(url);
      }
      expect(next.url.pathname).toBe('/profile');
      expect(welcomed(await visitor.visit(answer ?? ''))).toBe(ANNA.login); // the back button
      expectPage(await new Visitor(app.url).visit(answer ?? ''), 401, 'This sign-in is out of date');
    },
    LIMIT_MS,
  );

  it.each([
    ['signed by nobody knows whom', { unknownSigningKey: true }, 'id-token-unknown-key'],
    ['of an hour ago', { clockOffsetSeconds: -7_200 }, 'id-token-expired'],
    ['of the future', { clockOffsetSeconds: 600 }, 'id-token-from-the-future'],
  ])(
    'brings tokens %s: a page, and the log says which',
    async (_case, fault, detail) => {
      await app.restart();
      await untilReady(app);
      await org.call('PUT', '/local/faults', fault);
      const visitor = new Visitor(app.url);
      expectPage(await signInAs(visitor), 503, NOT_POSSIBLE);
      expect(JSON.parse(await app.logged('request failed'))).toMatchObject({ code: 'misconfigured', detail });
      const { status } = await visitor.ask('/user', { headers: { accept: 'application/json' } });
      expect(status).toBe(401);
    },
    LIMIT_MS,
  );

  it(
    'of a clock that is a minute off signs in, and the person stays',
    async () => {
      await org.call('PUT', '/local/faults', { clockOffsetSeconds: 60 });
      const visitor = new Visitor(app.url);
      expect(welcomed(await signInAs(visitor))).toBe(ANNA.login);
      expect(welcomed(await visitor.visit('/'))).toBe(ANNA.login);
    },
    LIMIT_MS,
  );
});

describe('an org that cannot be reached', () => {
  it(
    'at the start: the app waits for it, says that it is not ready, and signs in when it is there',
    async () => {
      await org.end();
      await app.restart();
      expect(await app.readiness()).toBe(503);
      expectPage(await new Visitor(app.url).visit('/'), 503, NOT_POSSIBLE);
      expect(JSON.parse(await app.logged('request failed'))).toMatchObject({
        code: 'unavailable',
        detail: 'connection-refused',
      });
      await org.restart();
      await untilReady(app);
      expect(welcomed(await signInAs(new Visitor(app.url)))).toBe(ANNA.login);
    },
    LIMIT_MS,
  );

  it(
    'hangs at the start: the same, with another code',
    async () => {
      org.tell('SIGSTOP');
      await app.restart();
      expectPage(await new Visitor(app.url).visit('/'), 503, NOT_POSSIBLE);
      org.tell('SIGCONT');
      expect(JSON.parse(await app.logged('request failed'))).toMatchObject({ code: 'timeout' });
      await untilReady(app);
      expect(welcomed(await signInAs(new Visitor(app.url)))).toBe(ANNA.login);
    },
    LIMIT_MS,
  );

  it.each([
    ['fails', { tokenEndpointFails: true }, { code: 'unavailable' }],
    ['hangs', { tokenEndpointDelayMs: 20_000 }, { code: 'timeout' }],
  ])(
    '%s at the sign-in: a page for this sign-in, and the next one works',
    async (_case, fault, logged) => {
      await app.restart();
      await untilReady(app);
      await org.call('PUT', '/local/faults', fault);
      expectPage(await signInAs(new Visitor(app.url)), 503, NOT_POSSIBLE);
      expect(JSON.parse(await app.logged('request failed'))).toMatchObject(logged);
      await org.call('PUT', '/local/faults', {});
      expect(welcomed(await signInAs(new Visitor(app.url)))).toBe(ANNA.login);
    },
    LIMIT_MS,
  );

  it.each([
    ['is stopped', async () => void (await org.end()), () => org.restart()],
    ['hangs', async () => org.tell('SIGSTOP'), async () => org.tell('SIGCONT')],
  ])(
    '%s at the sign-out: the session here ends all the same',
    async (_case, begin, end) => {
      await app.restart();
      await untilReady(app);
      const visitor = new Visitor(app.url);
      const home = await signInAs(visitor);
      const [, csrf = ''] = /name="_csrf" value="([^"]*)"/.exec(home.text) ?? [];
      await begin();
      try {
        const body = new URLSearchParams({ _csrf: csrf });
        const answer = await visitor.ask('/logout', { method: 'POST', body });
        expect(answer.status).toBe(303);
        const { status } = await visitor.ask('/user', { headers: { accept: 'application/json' } });
        expect(status).toBe(401);
      } finally {
        await end();
      }
    },
    LIMIT_MS,
  );
});

describe('while the app runs', () => {
  it(
    'the org may rotate its key',
    async () => {
      await untilReady(app);
      expect(welcomed(await signInAs(new Visitor(app.url)))).toBe(ANNA.login);
      for (let rotation = 0; rotation < 3; rotation += 1) {
        expect((await org.call('POST', '/local/keys/rotate')).status).toBe(200);
        expect(welcomed(await signInAs(new Visitor(app.url)))).toBe(ANNA.login);
      }
    },
    LIMIT_MS,
  );

  it(
    'the org may restart between its page and the answer',
    async () => {
      await untilReady(app);
      const visitor = new Visitor(app.url);
      const page = await LoginPage.open(visitor, '/profile');
      await org.restart('SIGKILL');
      expect((await page.signIn(ANNA.login, ANNA.password)).url.href).toBe(`${app.url}/profile`);
    },
    LIMIT_MS,
  );
});
