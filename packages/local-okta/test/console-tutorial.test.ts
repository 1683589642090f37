import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { TestDirectory } from '@ldap-to-okta/test-directory';
import { Client } from 'ldapts';
import type { Browser } from 'playwright-core';
import type { LocalOkta } from '../src/local-okta.ts';
import { ADMIN, createCleanup, outcomeOf, startAgent, startOkta, startOpenLdap, until } from './agents-fixture.ts';
import { type ConsoleBrowser, launchChromium, openConsole, withoutBrowser } from './console-chromium.ts';

jest.setTimeout(120_000);
const START_MS = 120_000;

// Steps 2 and 3 of the tutorial as an attendee walks them at the console. Each case goes on where the one before ended.
(withoutBrowser ? describe.skip : describe).each([
  ['with scripts', true],
  ['without scripts', false],
])('the tutorial at the console, %s', (_how, javaScriptEnabled) => {
  const cleanup = createCleanup();
  let okta: LocalOkta;
  let directory: TestDirectory;
  let browser: Browser;
  let admin: ConsoleBrowser;
  let page: ConsoleBrowser['page'];
  const picture = (what: string) => (javaScriptEnabled ? admin.picture(`tutorial-${what}`) : Promise.resolve());
  // Without scripts the pages are the same, and are judged in console-pages.test.ts.
  const noBarriers = () => (javaScriptEnabled ? admin.expectNoBarriers() : Promise.resolve());
  const text = async (selector = 'main') => ((await page.textContent(selector)) ?? '').replace(/\s+/g, ' ').trim();

  beforeAll(async () => {
    [okta, directory, browser] = await Promise.all([
      startOkta(cleanup, { setup: 'manual' }),
      startOpenLdap(cleanup),
      launchChromium(),
    ]);
    cleanup.add(() => browser.close());
    admin = await openConsole(browser, okta, { javaScriptEnabled });
    page = admin.page;
  }, START_MS);
  afterAll(() => cleanup.run(), START_MS);

  it('lets the agent in by its link, and the console knows its administrator already', async () => {
    const agent = startAgent(cleanup, okta, directory);
    const link = await until(() => agent.status().approval?.url, 'a link');
    await page.goto(link);
    await page.fill('#username', ADMIN.login);
    await page.fill('#password', ADMIN.password);
    await page.click('#sign-in');
    await noBarriers();
    await page.click('text=Allow Access');
    await until(() => agent.status().state === 'connected', 'connected');
    await page.goto('/admin/dashboard');
    expect(await text('#setup-state')).toContain('the LDAP integration is not configured');
    await picture('dashboard');
    await noBarriers();
    await page.locator('#overview >> text=Agents').click();
    expect(await text('.status.good >> nth=0')).toBe('Operational');
    await picture('agents');
    await noBarriers();
  });

  it('configures the integration, and tests the configuration', async () => {
    await page.click('nav >> text=Directory Integrations');
    await picture('directory-integrations');
    await page.click('main >> role=link[name="LDAP"]');
    const form: Readonly<Record<string, string>> = {
      'User Search Base': 'ou=users,dc=example,dc=org',
      'Group Search Base': 'ou=groups,dc=example,dc=org',
      'Group Object Class': 'posixgroup',
      'Group Object Filter': '(objectclass=posixgroup)',
      'Member Attribute': 'memberuid',
      'Example username': 'user01@example.com',
    };
    await page.getByLabel('LDAP Version').selectOption('OpenLDAP');
    await page.getByLabel('Okta username format').selectOption('Email address');
    for (const [label, value] of Object.entries(form)) await page.getByLabel(label, { exact: true }).fill(value);
    await page.getByLabel('Member Attribute').fill('member');
    await page.click('text=Test Configuration');
    expect(await text('#test-heading')).toBe('No group has the member attribute member.');
    await picture('test-failed');
    await noBarriers();
    await page.getByLabel('Member Attribute').fill('memberuid');
    await page.click('text=Test Configuration');
    expect(await text('#test-heading')).toBe('Validation successful');
    const result = await text('#test-result');
    expect(result).toMatch(
      /Status ?ACTIVE ?UID ?user01 ?Unique ID ?[0-9a-f-]{36} ?DN ?cn=user01,ou=users,dc=example,dc=org/,
    );
    expect(result).toMatch(/Full Name ?User1 Bar1 ?Email ?user01@example.com ?Groups ?allusers/);
    await picture('validation-successful');
    await noBarriers();
    await page.click('button:has-text("Next")');
    await page.click('text=Done');
    await page.click('nav >> text=Provisioning');
    await page.click('nav >> text=To Okta');
    expect(await page.getByLabel('firstName').inputValue()).toBe('givenname');
    await picture('to-okta');
    await noBarriers();
  });

  it('imports users and groups, and confirms them', async () => {
    await page.click('nav >> text=Directory Integrations');
    await page.click('main >> role=link[name="LDAP"]');
    await page.click('nav[aria-label=LDAP] >> text=Import');
    expect(await text('main h2 >> nth=0')).toBe('Import Results');
    await page.click('text=Import Now');
    await picture('import');
    await noBarriers();
    await page.click('button:has-text("Import")');
    await until(async () => {
      if (!javaScriptEnabled) await page.reload();
      return (await page.locator('#ok').count()) > 0;
    }, 'the import has ended');
    expect(await text('#users-imported')).toBe('3 users scanned: 3 new imported, 0 updated, 0 unchanged, 0 removed');
    expect(await text('#groups-imported')).toBe('1 group scanned: 1 new imported, 0 updated, 0 unchanged, 0 removed');
    await picture('import-statistics');
    await noBarriers();
    await page.click('#ok');
    expect(await page.locator('text=NO Okta user matches found').count()).toBe(3);
    if (javaScriptEnabled) await page.getByLabel('Select all on this page').check();
    else for (const box of await page.locator('input[name=select]').all()) await box.check();
    expect(await page.locator('input[name=select]:checked').count()).toBe(3);
    await picture('confirm-assignments');
    await noBarriers();
    await page.click('text=Confirm Assignments');
    expect(await text('main h2 >> nth=0')).toBe('Confirm Imported User Assignments');
    await page.getByLabel('Auto-activate users after confirmation').check();
    await picture('auto-activate');
    await noBarriers();
    await page.click('button:has-text("Confirm")');
    expect(await text('#flash')).toContain('3 users confirmed');
    await page.click('nav >> text=People');
    for (const person of ['user01', 'user02', 'user03']) expect(await text()).toContain(`${person}@example.com`);
    await picture('people');
    await noBarriers();
    await page.click('text=User1 Bar1');
    expect(await text('#user-status')).toBe('Active');
    expect(await text('#provider')).toBe('LDAP');
    expect(await text()).toContain('allusers');
    await picture('person');
    await noBarriers();
    expect(await outcomeOf(okta, 'user01@example.com', 'password1')).toBe('ok');
  });

  it('adds the LDAP Interface with Okta groups and app groups, and the id is in the address of LDAP', async () => {
    await page.click('nav >> text=Directory Integrations');
    await page.click('text=Add Directory');
    await page.click('text=Add LDAP Interface');
    await page.click('text=Edit');
    await page.getByLabel('Configuration').selectOption('Okta groups and app groups');
    await noBarriers();
    await page.click('button:has-text("Save")');
    expect(await text('#configuration')).toBe('Okta groups and app groups');
    await picture('ldap-interface');
    await noBarriers();
    const env = await text('#env');
    await page.click('text=Directory Integrations >> nth=0');
    await page.click('main >> role=link[name="LDAP"]');
    const id = new URL(page.url()).pathname.split('/instance/')[1];
    expect(id).toMatch(/^0oa\w{17}$/);
    expect(env).toContain(`OKTA_LDAP_ID=${id}`);
    expect(env).toContain('OKTA_LDAP_BASE=dc=local,dc=okta,dc=com');
    expect(env).toContain(`OKTA_LDAP_PORT=${new URL(okta.urls.ldaps ?? '').port}`);
  });

  it('makes the user for the app, who can bind', async () => {
    await page.click('nav >> text=People');
    await page.click('text=Add Person');
    await page.getByLabel('First name').fill('LDAP');
    await page.getByLabel('Last name').fill('User');
    await page.getByLabel('Username').fill('ldap-user@example.com');
    await page.getByLabel('Primary email').fill('ldap-user@example.com');
    await page.getByLabel('I will set password').check();
    await page.getByLabel('Password', { exact: true }).fill('Change-me-2026');
    await page.getByLabel('User must change password on first login').uncheck();
    await picture('add-person');
    await noBarriers();
    await page.click('button:has-text("Save")');
    expect(await text('#flash')).toContain('LDAP User was added.');
    await noBarriers();
    const ca = await (await fetch(`${okta.urls.okta}/local/ldap-interface/ca.pem`)).text();
    const client = new Client({ url: okta.urls.ldaps ?? '', tlsOptions: { ca, servername: 'localhost' } });
    await client.bind('uid=ldap-user,dc=local,dc=okta,dc=com', 'Change-me-2026');
    await client.unbind();
  });
});
