import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type AppProcess, appMain, startApp } from '../src/app-process.ts';
import { claimPorts } from '../src/ports.ts';
import { type Stack, startStack } from '../src/start-stack.ts';
import { chromiumPath, launchChromium } from './sign-in/chromium.ts';

const START_MS = 120_000;
const PICTURES = fileURLToPath(new URL('../../../test-results/', import.meta.url));
const TOKEN = 'token-of-an-administrator-in-this-test';

// Without a browser these cases are reported as skipped; continuous integration must have one.
const withBrowser = chromiumPath !== undefined || process.env.CI !== undefined ? it : it.skip;

let directory: TestDirectory;
let stack: Stack;
let second: AppProcess;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  directory = await startDirectory();
  stack = await startStack({
    modes: ['oidc'],
    directory: { url: directory.ldapsUrl, caFile: directory.caFile },
    env: { PATH: process.env.PATH, LOCAL_OKTA_API_TOKEN: TOKEN },
  });
  second = await startSecondApp();
  if (chromiumPath !== undefined) browser = await launchChromium();
}, START_MS);
afterAll(async () => {
  await browser?.close();
  await second?.stop();
  await stack?.close();
  await directory?.remove();
}, START_MS);
beforeEach(async () => {
  context = await browser?.newContext();
  page = await context?.newPage();
});
afterEach(() => context?.close());

/** Asks Local Okta's Admin API, by the name that every system resolves. */
async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const url = new URL(path, stack.okta?.url);
  url.hostname = 'localhost';
  const response = await fetch(url, {
    method,
    headers: { authorization: `SSWS ${TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  const text = await response.text();
  return text === '' ? {} : JSON.parse(text);
}

/** Another app of the company: a client of its own, which everybody may use, and a host of its own, as cookies go by that. */
async function startSecondApp(): Promise<AppProcess> {
  const [port = 0] = await claimPorts([{ port: 0, user: 'a test', variable: 'PORT' }]);
  const url = `http://second.localhost:${port}`;
  const app = await call('POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: 'The second app',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
    settings: {
      oauthClient: {
        application_type: 'web',
        redirect_uris: [`${url}/authorization-code/callback`],
        post_logout_redirect_uris: [`${url}/`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    },
  });
  const [everyone] = (await call('GET', '/api/v1/groups?q=Everyone')) as unknown as [{ id: string }]; // a list
  await call('PUT', `/api/v1/apps/${app.id}/groups/${everyone.id}`);
  const { oauthClient } = app.credentials as { oauthClient: { client_id: string; client_secret: string } }; // Okta's form
  const running = await startApp({
    name: 'second',
    main: appMain('oidc'),
    port,
    logFile: join(stack.folder, 'second.log'),
    env: {
      PATH: process.env.PATH,
      OKTA_URL: stack.okta?.url,
      CLIENT_ID: oauthClient.client_id,
      CLIENT_SECRET: oauthClient.client_secret,
      APP_BASE_URL: url,
    },
  });
  return { ...running, url };
}

const asksForPassword = async (): Promise<boolean> => (await page.locator('input[name="password"]').count()) === 1;

async function signIn(url: string): Promise<void> {
  await page.goto(url);
  expect(await asksForPassword()).toBe(true);
  await page.fill('input[name="username"]', 'user01@example.com');
  await page.fill('input[name="password"]', 'password1');
  await page.press('input[name="password"]', 'Enter');
  await page.waitForURL(`${url}/**`);
}

const heading = (): Promise<string | null> => page.textContent('h1');

async function signOut(url: string): Promise<void> {
  await page.goto(url);
  await page.click('#logout-button');
  // by way of the org back to the app, which asks the org to sign somebody in
  await page.waitForSelector('input[name="password"]');
}

withBrowser('who has signed in to one app is not asked again by the other', async () => {
  await signIn(stack.urls.oidc ?? '');
  expect(await heading()).toBe('Welcome home, user01@example.com!');
  await page.goto(second.url);
  expect(page.url()).toBe(`${second.url}/`);
  expect(await heading()).toBe('Welcome home, user01@example.com!');
  await page.screenshot({ path: join(PICTURES, 'single-sign-on-second-app.png') });
});

withBrowser('who signs out of one app has to give the password again, at either app', async () => {
  await signIn(stack.urls.oidc ?? '');
  await page.goto(second.url);
  await signOut(stack.urls.oidc ?? '');
  await page.goto(`${stack.urls.oidc}/profile`);
  expect(await asksForPassword()).toBe(true);
  // the other app's own session is its own: Okta ends the org's, and the app asks the org when its session is over
  await page.goto(second.url);
  expect(await heading()).toBe('Welcome home, user01@example.com!');
  await signOut(second.url);
  await page.goto(second.url);
  expect(await asksForPassword()).toBe(true);
  await page.screenshot({ path: join(PICTURES, 'single-sign-on-signed-out.png') });
});

withBrowser('another browser is somebody else', async () => {
  await signIn(stack.urls.oidc ?? '');
  const stranger = await browser.newContext();
  page = await stranger.newPage();
  await page.goto(second.url);
  expect(await asksForPassword()).toBe(true);
  await stranger.close();
});
