import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claimPorts } from '../../src/ports.ts';
import { type Stack, startStack } from '../../src/start-stack.ts';
import { HomePage, signOut } from '../sign-in/pages.ts';
import { Visitor } from '../sign-in/visitor.ts';
import { type Org, startOrg } from '../steps/org.ts';
import { mainOf } from '../steps/program.ts';
import { type HttpsFront, startHttpsFront } from './https-front.ts';
import { ANNA, makeAnna, signInAs, startOidcApp } from './oidc-app.ts';

const LIMIT_MS = 60_000;
const TOKEN = 'token-of-an-administrator-in-this-test';

let folder: string;
let caFile: string;
let front: HttpsFront;
let org: Org;

/** An org as a real one looks to apps and tools: at https, with a certificate that somebody has to trust. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'https-org-'));
  front = await startHttpsFront();
  caFile = join(folder, 'company-ca.pem');
  await writeFile(caFile, front.caPem);
  // what NODE_EXTRA_CA_CERTS does for a process, for the visitors in this one
  https.globalAgent.options.ca = front.caPem;
  org = await startOrg(folder, [], {
    LOCAL_OKTA_PUBLIC_URL: front.url,
    LOCAL_OKTA_API_TOKEN: TOKEN,
    LOCAL_OKTA_SETUP: 'auto',
    OKTA_LDAP_PASSWORD: 'Service-Rain-2026',
  });
  front.target = Number(new URL(org.url).port);
  await makeAnna(org);
}, LIMIT_MS);
afterAll(async () => {
  https.globalAgent.options.ca = undefined;
  await org?.end();
  await front?.close();
  await rm(folder, { recursive: true });
}, LIMIT_MS);

const trusting = () => ({ PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: caFile });

async function oktaApp(envFile: string, port: number): Promise<{ code: number; output: string }> {
  const args = [
    '--',
    mainOf('packages/okta-tools').replace('main.js', 'app/main.js'),
    '--env-file',
    envFile,
    '--port',
    `${port}`,
  ];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: trusting() }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

describe('an org at https', () => {
  it('names all its endpoints at https', async () => {
    const { text } = await new Visitor(front.url).ask('/oauth2/default/.well-known/openid-configuration');
    const found: Record<string, unknown> = JSON.parse(text);
    const addresses = Object.values(found).filter((value) => typeof value === 'string');
    expect(addresses.length).toBeGreaterThan(8);
    expect(addresses.filter((address) => !address.startsWith(`${front.url}/`))).toEqual([]);
  });

  it(
    'gets its app from npm run okta:app, with which npm start signs people in as at any real org',
    async () => {
      const [port = 0] = await claimPorts([{ port: 0, user: 'a test', variable: 'PORT' }]);
      const envFile = join(folder, '.env');
      await writeFile(envFile, `OKTA_URL=${front.url}\nOKTA_API_TOKEN=${TOKEN}\n`);
      const first = await oktaApp(envFile, port);
      expect(first).toMatchObject({ code: 0 });
      const written = await readFile(envFile, 'utf8');
      expect(await oktaApp(envFile, port)).toMatchObject({ code: 0 });
      expect(await readFile(envFile, 'utf8')).toBe(written);
      const settings = parseEnv(written);
      expect(settings.ISSUER).toMatch(new RegExp(`^${front.url}`));

      let stack: Stack | undefined;
      try {
        // OKTA_ORG=real AUTH_MODE=oidc npm start
        stack = await startStack({
          modes: ['oidc'],
          org: 'real',
          ports: { app: port },
          env: { ...trusting(), ...settings },
        });
        expect(stack.okta).toBeUndefined();
        const visitor = new Visitor(stack.urls.oidc ?? '');
        expect(new HomePage(await signInAs(visitor)).welcomed).toBe(ANNA.login);
        expect((await signOut(visitor)).url.origin).toBe(front.url); // signed out there, and asked to sign in again
      } finally {
        await stack?.close();
      }
    },
    LIMIT_MS,
  );

  it(
    'signs people in at the app that asks its LDAP Interface',
    async () => {
      const { body } = await org.call('PUT', '/local/ldap-interface', { enabled: true, groups: 'all' });
      const stack = await startStack({
        modes: ['okta-ldap'],
        org: 'real',
        env: {
          ...trusting(),
          OKTA_URL: front.url,
          OKTA_LDAP_HOST: 'localhost',
          OKTA_LDAP_PORT: String(org.ldapsPort),
          OKTA_LDAP_CA_FILE: org.caFile,
          OKTA_LDAP_BASE: body.base,
          OKTA_LDAP_GROUPS: 'all',
          OKTA_LDAP_USERNAME: 'ldap-user',
          OKTA_LDAP_PASSWORD: 'Service-Rain-2026',
        },
      });
      try {
        const page = await signInAs(new Visitor(stack.urls['okta-ldap'] ?? ''));
        expect(new HomePage(page).welcomed).toBe(ANNA.login);
      } finally {
        await stack.close();
      }
    },
    LIMIT_MS,
  );

  it(
    'whose certificate is not trusted keeps an app waiting, which says why',
    async () => {
      const app = await startOidcApp(org, folder, { env: { OKTA_URL: front.url } });
      try {
        expect(await app.readiness()).toBe(503);
        expect((await new Visitor(app.url).visit('/login')).status).toBe(503);
        expect(JSON.parse(await app.logged('request failed'))).toMatchObject({
          code: 'misconfigured',
          detail: 'certificate-untrusted',
        });
      } finally {
        await app.end();
      }
    },
    LIMIT_MS,
  );
});
