import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import { createBrowser } from './browser.ts';
import { createApp } from './example-app.ts';
import { openPort } from './oidc-app.ts';
import { CLIENT, startOpenidProvider } from './openid-provider.ts';

describe("the README's example", () => {
  let directory: TestDirectory;
  beforeAll(async () => {
    directory = await startDirectory();
  });
  afterAll(() => directory?.remove());

  it('is the file that is tried here', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const example = readFileSync(new URL('example-app.ts', import.meta.url), 'utf8');
    expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
  });

  it('signs in by a form, and says 401 and 503 where each is right', async () => {
    const { hostname, port } = new URL(directory.url);
    const { server, url } = await openPort();
    const { app, adapter } = createApp({ SESSION_SECRET: 'for-tests', LDAP_HOST: hostname, LDAP_PORT: port });
    server.on('request', app);
    const post = (password: string) =>
      fetch(`${url}/login`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ username: 'user01', password }),
      });
    try {
      expect((await post('wrong')).status).toBe(401);
      const response = await post('password1');
      const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
      const page = await fetch(url, { headers: { cookie } });
      expect(await page.text()).toBe('Welcome, user01 of allusers!');
      await directory.stop();
      expect((await post('password1')).status).toBe(503);
    } finally {
      await adapter.close();
      server.closeAllConnections();
      server.close();
    }
  });

  it('signs in by a redirect, by other values of the same variables', async () => {
    const { server, url } = await openPort();
    const provider = await startOpenidProvider({ appBaseUrl: url });
    const { app, adapter } = createApp({
      AUTH_MODE: 'oidc',
      SESSION_SECRET: 'for-tests',
      APP_BASE_URL: url,
      ISSUER: provider.issuer,
      CLIENT_ID: CLIENT.id,
      CLIENT_SECRET: CLIENT.secret,
    });
    server.on('request', app);
    try {
      expect((await createBrowser().get(`${url}/login`)).body).toBe(
        'Welcome, user01@example.com of Everyone,allusers!',
      );
      provider.answer = { error: 'access_denied' };
      expect((await createBrowser().get(`${url}/login`)).status).toBe(401);
    } finally {
      await adapter.close();
      await provider.close();
      server.closeAllConnections();
      server.close();
    }
  });
});
