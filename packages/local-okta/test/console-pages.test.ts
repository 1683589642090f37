import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { LocalOkta } from '../src/local-okta.ts';
import { call, createCleanup, startAgent, startOkta, startOpenLdap, untilReady } from './agents-fixture.ts';
import { launchChromium, openConsole, withoutBrowser } from './console-chromium.ts';

jest.setTimeout(600_000);
const START_MS = 120_000;

/** What sticks out of the window, but for what scrolls in a place of its own. */
const TOO_WIDE = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('main *')]
    .filter((element) => element.closest('.table, pre') === null)
    .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth)
    .map((element) => element.outerHTML.slice(0, 80))`;

// Every page to which a link leads from the Dashboard: whoever adds one has it judged here.
(withoutBrowser ? describe.skip : describe)('every page of the console', () => {
  const cleanup = createCleanup();
  let okta: LocalOkta;
  let browser: Browser;
  let addresses: readonly string[] = [];

  beforeAll(async () => {
    const secrets = { clientId: '0oaTestClientOfPages', clientSecret: 'a-secret-of-the-console-pages-suite-000000' };
    const [started, directory, chromium] = await Promise.all([
      startOkta(cleanup, { ldapServicePassword: 'Change-me-2026', oidcApp: secrets }),
      startOpenLdap(cleanup),
      launchChromium(),
    ]);
    [okta, browser] = [started, chromium];
    cleanup.add(() => browser.close());
    startAgent(cleanup, okta, directory);
    await untilReady(okta);
    await populate();
  }, START_MS);
  afterAll(() => cleanup.run(), START_MS);

  /** Somebody in each state, a group of our own, and lists that have a second page. */
  async function populate(): Promise<void> {
    const make = async (name: string) => {
      const login = `${name}@example.com`;
      const profile = { login, email: login, firstName: name, lastName: 'Example' };
      return (await call(okta, 'POST', '/api/v1/users', { profile })).body.id;
    };
    const group = (await call(okta, 'POST', '/api/v1/groups', { profile: { name: 'Staff', description: 'Of Okta' } }))
      .body.id;
    for (let number = 1; number <= 30; number += 1) {
      await call(okta, 'PUT', `/api/v1/groups/${group}/users/${await make(`person${number}`)}`);
    }
    await call(okta, 'POST', `/api/v1/users/${await make('gone')}/lifecycle/deactivate`);
    const user02 = (await call(okta, 'GET', '/api/v1/users/user02')).body.id;
    await call(okta, 'POST', `/api/v1/users/${user02}/lifecycle/suspend`);
  }

  /** Two pages that differ by what they are about only are one kind of page. */
  const kindOf = (address: string): string =>
    address.replace(/\b[0-9a-z]{3}[0-9A-Za-z]{17}\b/g, '{id}').replace(/=[^&]*/g, '=');

  it('can be reached by links, has no barriers and no complaints', async () => {
    const admin = await openConsole(browser, okta);
    cleanup.add(() => admin.close());
    await admin.signIn();
    const waiting = ['/admin/dashboard'];
    const seen = new Map<string, number>();
    const visited: string[] = [];
    for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
      const kind = kindOf(address);
      const times = seen.get(kind) ?? 0;
      // A deactivated person has another page than an active one: two of a kind are looked at.
      if (visited.includes(address) || times === 2) continue;
      seen.set(kind, times + 1);
      visited.push(address);
      const response = await admin.page.goto(address);
      expect([address, response?.status()]).toEqual([address, 200]);
      await admin.expectNoBarriers();
      await admin.picture(`page-${kind.replace(/[^\w{}]+/g, '-').replace(/^-|-$/g, '')}${times === 0 ? '' : '-2'}`);
      waiting.push(...(await linksOf(admin.page)));
    }
    expect(visited).toEqual(expect.arrayContaining(['/admin/dashboard', '/admin/users', '/admin/groups']));
    const kinds = [...seen.keys()];
    expect(kinds).toEqual(expect.arrayContaining(['/admin/user/profile/view/{id}', '/admin/group/{id}']));
    expect(kinds).toContain('/admin/app/ldap_sun_one/instance/{id}/import/now');
    addresses = visited;
  });

  async function linksOf(page: Awaited<ReturnType<typeof openConsole>>['page']): Promise<string[]> {
    const links = await page
      .locator('a[href^="/"]')
      .evaluateAll((found) => found.map((link) => link.getAttribute('href')));
    return links.filter((link) => link !== null).filter((link) => /^\/(?:admin|report)\b/.test(link));
  }

  it('is the same without scripts', async () => {
    const admin = await openConsole(browser, okta, { withoutOwnScripts: true });
    cleanup.add(() => admin.close());
    await admin.signIn();
    expect(addresses.length).toBeGreaterThan(15);
    const oneOfAKind = new Map(addresses.map((address) => [kindOf(address), address]));
    for (const address of oneOfAKind.values()) {
      await admin.page.goto(address);
      await admin.expectNoBarriers();
    }
  });

  it('fits a narrow screen, and a keyboard comes to its content first', async () => {
    const admin = await openConsole(browser, okta, { viewport: { width: 320, height: 640 } });
    cleanup.add(() => admin.close());
    await admin.signIn();
    const tooWide: string[] = [];
    for (const address of addresses) {
      await admin.page.goto(address);
      const wide = await admin.page.evaluate<string[]>(TOO_WIDE);
      if (wide.length > 0) tooWide.push(`${address}: ${wide.slice(0, 3).join(', ')}`);
    }
    expect(tooWide).toEqual([]);
    await admin.page.goto('/admin/users');
    await admin.picture('narrow-people');
    await admin.page.keyboard.press('Tab');
    expect(await admin.page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
    await admin.page.keyboard.press('Enter');
    expect(await admin.page.evaluate('document.activeElement.id')).toBe('content');
  });
});
