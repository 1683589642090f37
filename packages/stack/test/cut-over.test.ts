import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Company, openCompany } from '../src/rehearsal/company.ts';
import { moveHashes, type SwitchedOff, switchOff } from '../src/rehearsal/cut-over.ts';
import type { OrgApi } from '../src/rehearsal/org-api.ts';
import { rehearsalLdifs } from '../src/rehearsal/people.ts';
import { HomePage, LoginPage, signOut } from './sign-in/pages.ts';
import { type Trace, traceSignIn } from './sign-in/trace-page.ts';
import { Visitor } from './sign-in/visitor.ts';

// What a person and whoever helps them see of the day on which Okta stops to ask the directory. The cases follow each
// other, as that day's hours do.

const START_MS = 180_000;
const PASSWORD = 'password1';
/** Okta knows the scheme of the first one's hash, and asks the hook about the second one. */
const HASHED = 'hash-ssha@example.com';
const BY_HOOK = 'hash-crypt-md5@example.com';
const MODES = ['okta-ldap', 'oidc'] as const;
const OKTA_ALONE = 'neither agent nor directory was asked';

interface SignedIn {
  readonly login: string;
  readonly mode: (typeof MODES)[number];
  readonly visitor: Visitor;
}

const env = { PATH: process.env.PATH, SIGN_IN_TRACE: 'on' };
const signedIn: SignedIn[] = [];
let company: Company;
let api: OrgApi;
let switched: SwitchedOff;

const welcomed = async (visitor: Visitor): Promise<string | undefined> =>
  new HomePage(await visitor.visit('/')).welcomed;

async function signIn({ visitor, login }: SignedIn): Promise<string | undefined> {
  const page = await LoginPage.open(visitor);
  return new HomePage(await page.signIn(login, PASSWORD)).welcomed;
}

const trace = (mode: SignedIn['mode'], login: string, password = PASSWORD): Promise<Trace> =>
  traceSignIn(company.urlOf(mode), login, password);

beforeAll(async () => {
  company = await openCompany({ env, ldifFiles: rehearsalLdifs, signal: new AbortController().signal });
  api = await company.startOrg();
  const hashed = await moveHashes(company, env);
  expect([hashed.has(HASHED), hashed.has(BY_HOOK)]).toEqual([true, false]);
  await company.connectAgent();
  for (const mode of MODES) {
    await company.startApp(mode);
    for (const login of [HASHED, BY_HOOK]) {
      signedIn.push({ login, mode, visitor: new Visitor(company.urlOf(mode)) });
    }
  }
  for (const person of signedIn) expect(await signIn(person)).toBe(person.login);
  expect((await trace('oidc', HASHED)).hops).toContain('Okta → LDAP agent ok');

  switched = await switchOff('hashes', company, api);
}, START_MS);
afterAll(() => company?.close(), START_MS);

it('whoever was signed in before the cut-over still is', async () => {
  for (const { visitor, login } of signedIn) expect(await welcomed(visitor)).toBe(login);
});

describe('the page that explains a sign-in', () => {
  it.each(MODES)('says at %s that Okta alone judged a password whose hash it has', async (mode) => {
    const { title, hops, text } = await trace(mode, HASHED);
    expect(title).toBe(`Signed in as ${HASHED}`);
    expect(hops.join()).not.toMatch(/agent|hook|Directory/i);
    expect(text).toContain(OKTA_ALONE);
    expect(await trace(mode, HASHED, 'wrong-password-1')).toMatchObject({
      title: 'The password is wrong',
      between: mode === 'oidc' ? 'Browser and Okta' : 'App and Okta',
      text: expect.stringContaining('Okta judged it by itself'),
    });
  });

  it('shows the hook until it has told Okta the password, and no agent', async () => {
    expect(await trace('okta-ldap', BY_HOOK, 'wrong-password-1')).toMatchObject({
      title: 'The password is wrong',
      between: 'Okta and Password hook',
    });
    const first = await trace('oidc', BY_HOOK);
    expect(first).toMatchObject({
      title: `Signed in as ${BY_HOOK}`,
      text: expect.stringContaining('Okta asked the password import hook, which knew it.'),
    });
    expect(first.hops).toEqual([
      'Browser → App ok',
      'App → Browser ok',
      'Browser → Okta ok',
      'Okta → Password hook ok',
      'Okta → App ok',
      'App → Okta ok',
      'App → Browser ok',
    ]);
    for (const mode of MODES) {
      const { hops, text } = await trace(mode, BY_HOOK);
      expect(hops.join()).not.toMatch(/agent|hook|Directory/i);
      expect(text).toContain(OKTA_ALONE);
    }
  });
});

it('who was signed in before stays so when agent, hook and directory are stopped, and can sign in anew', async () => {
  await switched.hook?.stop();
  await company.stopAgent();
  await company.directory.stop();
  for (const person of signedIn) {
    expect(await welcomed(person.visitor)).toBe(person.login);
    await signOut(person.visitor);
    expect(await welcomed(person.visitor)).toBeUndefined();
    expect(await signIn(person)).toBe(person.login);
  }
});
