import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { chromiumPath } from '../../stack/test/sign-in/chromium.ts';
import type { LocalOkta } from '../src/local-okta.ts';
import { ADMIN } from './agents-fixture.ts';

export { launchChromium } from '../../stack/test/sign-in/chromium.ts';

/** Without a browser these cases are skipped; continuous integration must have one. */
export const withoutBrowser = chromiumPath === undefined && process.env.CI === undefined;

const PICTURES = fileURLToPath(new URL('../../../test-results/console/', import.meta.url));
const ACTION_MS = 10_000;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface ConsoleBrowser {
  readonly page: Page;
  signIn(): Promise<void>;
  /** Keeps a screenshot in test-results/console. */
  picture(name: string): Promise<void>;
  /** Fails where axe finds a barrier on the page, or the browser has complained of something. */
  expectNoBarriers(): Promise<void>;
  close(): Promise<void>;
}

/**
 * An administrator at Chromium. With `withoutOwnScripts` the pages get none of their scripts, and axe, which is one
 * itself, can still judge them; with `javaScriptEnabled: false` it cannot.
 */
export async function openConsole(
  browser: Browser,
  okta: Pick<LocalOkta, 'urls'>,
  { withoutOwnScripts = false, ...options }: BrowserContextOptions & { readonly withoutOwnScripts?: boolean } = {},
): Promise<ConsoleBrowser> {
  mkdirSync(PICTURES, { recursive: true });
  const context = await browser.newContext({
    baseURL: okta.urls.okta ?? '',
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(ACTION_MS);
  if (withoutOwnScripts) await page.route('**/*.js*', (route) => route.fulfill({ body: '' }));
  const complaints: string[] = [];
  page.on('console', (message) => {
    // The page of a refused form is a 400 by intention, and Chromium mentions it.
    const intended = /status of 4(00|04)/.test(message.text()) && message.location().url === page.url();
    if (['error', 'warning'].includes(message.type()) && !intended) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${request.url()} failed: ${reason}`);
  });

  return {
    page,
    async signIn() {
      await page.goto('/admin/dashboard');
      await page.fill('#username', ADMIN.login);
      await page.fill('#password', ADMIN.password);
      await page.press('#password', 'Enter');
      await page.waitForURL('**/admin/dashboard');
    },
    async picture(name) {
      await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true, animations: 'disabled' });
    },
    async expectNoBarriers() {
      await page.evaluate(axe);
      const { violations } = await page.evaluate<AxeResults>('axe.run()');
      const barriers = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      expect({ at: page.url(), barriers, complaints }).toEqual({ at: page.url(), barriers: [], complaints: [] });
    },
    close: () => context.close(),
  };
}
