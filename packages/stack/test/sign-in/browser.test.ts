import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromiumPath, launchChromium } from './chromium.ts';
import { expectations, modesUnderTest, openSubject, type Subject } from './subject.ts';

const START_MS = 120_000;
const PICTURES = fileURLToPath(new URL('../../../../test-results/', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Without a browser these cases are reported as skipped; continuous integration must have one.
const describeWithBrowser = chromiumPath !== undefined || process.env.CI !== undefined ? describe : describe.skip;

describeWithBrowser.each(modesUnderTest)('in Chromium, mode %s', (mode) => {
  const { usernames, welcomed, ownForm, groups } = expectations[mode];
  const [username] = usernames;
  let subject: Subject;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    [subject, browser] = await Promise.all([openSubject(mode), launchChromium()]);
  }, START_MS);
  afterAll(async () => {
    await browser?.close();
    await subject?.close();
  }, START_MS);
  beforeEach(() => open({}));
  afterEach(() => context.close());

  async function open(options: Parameters<Browser['newContext']>[0]): Promise<void> {
    await context?.close();
    context = await browser.newContext({ baseURL: subject.url, viewport: { width: 1000, height: 700 }, ...options });
    page = await context.newPage();
    complaints = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) {
        complaints.push(message.text());
      }
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => {
      // What the browser gives up because the test has gone on to another page is nobody's fault.
      const reason = request.failure()?.errorText;
      if (reason !== 'net::ERR_ABORTED') {
        complaints.push(`${request.url()} failed: ${reason}`);
      }
    });
  }

  async function signIn(password = 'password1'): Promise<void> {
    await page.fill('input[name="username"]', username);
    await page.fill('input[name="password"]', password);
    await page.press('input[name="password"]', 'Enter');
    await page.waitForLoadState();
  }

  const picture = (name: string) =>
    page.screenshot({ path: join(PICTURES, `${mode}-${name}.png`), fullPage: true, animations: 'disabled' });

  /** What axe finds wrong on the page as it is, with the elements. */
  async function barriers(): Promise<string[]> {
    await page.evaluate(axe);
    const results = await page.evaluate<AxeResults>('axe.run()');
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  it('signs in, looks at the profile and signs out', async () => {
    await page.goto('/');
    await picture('login');
    await signIn();
    expect(await page.textContent('h1')).toBe(`Welcome home, ${welcomed}!`);
    await picture('home');
    await page.click('#profile-button');
    expect(await page.textContent('h1')).toBe('My Profile');
    expect(await page.textContent('main')).toContain(groups ? 'ROLE_ALLUSERS' : 'preferred_username');
    await picture('profile');
    await page.click('#logout-button');
    await page.waitForLoadState();
    await page.goto('/profile');
    expect(await page.locator('input[name="password"]').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('does all of it without JavaScript', async () => {
    await open({ javaScriptEnabled: false });
    await page.goto('/profile');
    await signIn();
    expect(page.url()).toMatch(/\/profile$/);
    await page.click('#logout-button');
    // The page of a provider sends a form by a script; without scripts its button has to be pressed.
    if (!ownForm) {
      await page.click('button[name="logout"]');
    }
    await page.goto('/');
    expect(await page.locator('input[name="password"]').count()).toBe(1);
  });

  it('does not show a page again from its memory after Logout', async () => {
    await page.goto('/profile');
    await signIn();
    await page.click('#logout-button');
    await page.waitForLoadState();
    await page.goBack();
    expect(await page.locator('#authorities').count()).toBe(0);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`puts no barriers in the way, ${colorScheme}`, async () => {
      await open({ colorScheme });
      await page.goto('/login');
      if (ownForm) {
        expect(await barriers()).toEqual([]);
        await signIn('wrong-password');
        expect(await page.getAttribute('#password', 'aria-describedby')).toBe('problem');
        expect(await barriers()).toEqual([]);
        await picture(`refused-${colorScheme}`);
      }
      await signIn();
      expect(await barriers()).toEqual([]);
      await page.goto('/profile');
      expect(await barriers()).toEqual([]);
      await picture(`profile-${colorScheme}`);
      await page.goto('/nowhere');
      expect(await barriers()).toEqual([]);
      await picture(`not-found-${colorScheme}`);
    });
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`explains a sign-in that failed and one that worked, without barriers, ${colorScheme}`, async () => {
      await open({ colorScheme, javaScriptEnabled: false });
      await page.goto('/login');
      await signIn('wrong-password');
      const failed = page.locator('.verdict-failed');
      await page.goto('/trace');
      expect(await failed.count()).toBe(1);
      await picture(`trace-failed-${colorScheme}`);
      await open({ colorScheme });
      await page.goto('/login');
      await signIn();
      await page.click('text=The sign-in, explained');
      expect(await page.textContent('.verdict h2')).toBe(`Signed in as ${welcomed}`);
      expect(await barriers()).toEqual([]);
      await picture(`trace-${colorScheme}`);
      await page.click('#hop-2 .meaning a');
      expect(page.url()).toMatch(/#about-/);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
      expect(await barriers()).toEqual([]);
      await picture(`trace-narrow-${colorScheme}`);
      expect(complaints).toEqual([]);
    });
  }

  it('can be used with the keyboard alone, on a narrow screen', async () => {
    await open({ viewport: { width: 320, height: 640 } });
    await page.goto('/');
    await signIn();
    const wide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    expect(wide).toBe(false);
    await picture('home-narrow');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
    await page.locator('#profile-button').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/profile');
    await picture('profile-narrow');
  });
});
