import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { LocalOkta } from '../src/local-okta.ts';
import { call, createCleanup, startAgent, startOkta, startOpenLdap, untilReady } from './agents-fixture.ts';
import { type ConsoleBrowser, launchChromium, openConsole, withoutBrowser } from './console-chromium.ts';

jest.setTimeout(120_000);
const START_MS = 120_000;
const OIDC_APP = { clientId: 'directory-tutorial', clientSecret: 'A-secret-of-the-tutorial' };

/** Apps, security, workflow, reports and Local in Chromium: looked at, judged by axe, and used as an attendee would. */
(withoutBrowser ? describe.skip : describe)('the Admin Console in Chromium', () => {
  const cleanup = createCleanup();
  let okta: LocalOkta;
  let browser: Browser;
  let admin: ConsoleBrowser;
  let page: ConsoleBrowser['page'];
  const text = async (selector = 'main') => ((await page.textContent(selector)) ?? '').replace(/\s+/g, ' ').trim();

  beforeAll(async () => {
    const [started, directory, launched] = await Promise.all([
      startOkta(cleanup, { oidcApp: OIDC_APP, ldapServicePassword: 'Service-user-1' }),
      startOpenLdap(cleanup),
      launchChromium(),
    ]);
    [okta, browser] = [started, launched];
    cleanup.add(() => browser.close());
    startAgent(cleanup, okta, directory);
    await untilReady(okta);
    await call(okta, 'PUT', '/local/faults', { agentDelayMs: 100 });
    await call(okta, 'POST', '/api/v1/users', {
      profile: { login: 'ann@example.com', email: 'ann@example.com', firstName: 'Ann', lastName: 'Ostrow' },
    });
    admin = await openConsole(browser, okta, { permissions: ['clipboard-read', 'clipboard-write'] });
    page = admin.page;
    await admin.signIn();
  }, START_MS);
  afterAll(() => cleanup.run(), START_MS);

  it.each([
    ['applications', '/admin/apps/active'],
    ['create-app', '/admin/apps/oauth2-wizard/create'],
    ['app', `/admin/app/oidc_client/instance/${OIDC_APP.clientId}?secret=shown`],
    ['app-assignments', `/admin/app/oidc_client/instance/${OIDC_APP.clientId}/assignments`],
    ['admins', '/admin/access/admins'],
    ['add-administrator', '/admin/access/admins/add'],
    ['roles', '/admin/access/roles'],
    ['create-role', '/admin/access/roles/create'],
    ['resource-sets', '/admin/access/resource-sets'],
    ['create-resource-set', '/admin/access/resource-sets/create'],
    ['delegated-authentication', '/admin/access/delegated-auth'],
    ['api-tokens', '/admin/access/api/tokens'],
    ['inline-hooks', '/admin/workflow/inline-hooks'],
    ['add-inline-hook', '/admin/workflow/inline-hooks/add'],
    ['system-log', '/report/system_log_2'],
    ['set-up', '/admin/local/set-up'],
    ['reset', '/admin/local/reset'],
    ['faults', '/admin/local/faults'],
    ['outbox', '/admin/local/outbox'],
  ])('has no barrier on the page %s, wide or narrow', async (name, path) => {
    await page.goto(path);
    await admin.picture(name);
    await admin.expectNoBarriers();
    await page.setViewportSize({ width: 360, height: 740 });
    try {
      const wider = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      expect(wider).toBe(false);
      await admin.expectNoBarriers();
    } finally {
      await page.setViewportSize({ width: 1280, height: 800 });
    }
  });

  it('creates an app by keyboard, and copies what its .env needs', async () => {
    await page.goto('/admin/apps/active');
    await page.focus('#create-app');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/create');
    await page.getByLabel('App integration name').fill('By keyboard');
    await page.getByLabel('App integration name').press('Enter');
    await page.waitForURL('**/instance/*');
    expect(await text('#flash')).toContain('By keyboard was created.');
    await page.click('#show-secret');
    await page.click('text=Copy the lines');
    await page.waitForSelector('text=Copied');
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toMatch(/^ISSUER=http\S+\/oauth2\/default\nCLIENT_ID=0oa\w{17}\nCLIENT_SECRET=\w{64}$/);
    await page.fill('#redirectUris', 'nowhere');
    await page.click('#save');
    expect(await text('#problems')).toContain('Sign-in redirect URIs, line 1: must be an http or https URL');
    await admin.picture('app-refused');
    await admin.expectNoBarriers();
  });

  it('shows new events of the System Log by themselves, keeps what is unfolded, and pauses', async () => {
    await page.clock.install();
    await page.goto('/report/system_log_2?q=group.lifecycle.create');
    const rows = page.locator('#events tr');
    const before = await rows.count();
    const make = (name: string) => call(okta, 'POST', '/api/v1/groups', { profile: { name, description: '' } });
    await make('Seen at once');
    await page.waitForSelector('#events td:last-child >> text=Seen at once');
    expect(await rows.count()).toBe(before + 1);
    await rows.first().locator('summary').first().click();
    await make('Seen after it');
    await page.waitForSelector('#events td:last-child >> text=Seen after it');
    expect(await rows.nth(1).locator('details').first().getAttribute('open')).toBe('');
    await admin.picture('system-log-live');
    await admin.expectNoBarriers();
    await page.click('#pause');
    expect(await text('#pause')).toBe('Resume');
    await make('Seen when resumed');
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().includes('newer=')) asked += 1;
    });
    await page.clock.runFor(10_000);
    expect(asked).toBe(0);
    expect(await rows.count()).toBe(before + 2);
    await page.click('#pause');
    await page.waitForSelector('#events td:last-child >> text=Seen when resumed');
    expect(asked).toBeGreaterThan(0);
  });

  it('disables delegated authentication, and the outbox has the links', async () => {
    await page.goto('/admin/access/delegated-auth');
    await page.getByLabel('Do not reset passwords').check();
    await page.click('#disable');
    expect(await text('#flash')).toContain('3 people who can sign in now could not any more');
    await page.getByLabel('Reset all LDAP users’ passwords').check();
    await page.click('#disable');
    expect(await text('#flash')).toContain('Okta judges every password.');
    await admin.picture('delegated-authentication-off');
    await admin.expectNoBarriers();
    await page.click('nav >> text=Outbox');
    await page.click('main >> role=link[name="Set a password for user01@example.com"]');
    expect(await text()).toContain('Set your Okta password');
  });

  it('ends faults and resets the org, after a question', async () => {
    await page.goto('/admin/dashboard');
    await page.click('main >> role=link[name="Faults"]');
    await page.click('#end-faults');
    expect(await text('#flash')).toContain('Nothing is made to go wrong.');
    await page.click('nav >> text=Set-up');
    await page.click('#reset-org');
    await page.click('#confirm');
    await page.waitForURL('**/admin/sign-in**');
    await admin.expectNoBarriers();
  });
});
