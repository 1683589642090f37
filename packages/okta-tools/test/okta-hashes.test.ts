import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '@ldap-to-okta/local-okta';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import { addressesOf, parseAppOptions } from '../src/app/app-options.ts';
import { registerApp } from '../src/app/register-app.ts';
import { parseHashOptions } from '../src/hashes/hash-options.ts';
import type { PersonResult } from '../src/hashes/import-person.ts';
import { moveHashes } from '../src/hashes/move-hashes.ts';
import { ToolError } from '../src/tool-error.ts';
import { API_TOKEN, call, makeWorkplace, runTool, startLocalOkta, type Workplace } from './local-org.ts';
import { type Client, signInAtOkta } from './okta-sign-in.ts';

const PASSWORD = 'password1';

/** Schemes that Okta knows, and those that only the directory does; one persona each. */
const MAPPED =
  'md5 smd5 sha ssha sha256 ssha256 sha512 ssha512 pbkdf2-sha256 pbkdf2-sha512 bcrypt bcrypt-2a bcrypt-2y'.split(' ');
const UNMAPPED = 'sha384 ssha384 pbkdf2 pbkdf2-sha1 crypt-des crypt-md5 crypt-sha256 crypt-sha512 argon2'.split(' ');

let directory: TestDirectory;
let okta: LocalOkta;
let place: Workplace;

beforeAll(async () => {
  [directory, okta] = await Promise.all([startDirectory({ personas: true }), startLocalOkta()]);
}, 120_000);
afterAll(async () => {
  await Promise.all([directory.remove(), okta.close()]);
});
beforeEach(async () => {
  await okta.reset();
  place = await makeWorkplace();
});
afterEach(() => place.remove());

const env = (): Record<string, string> => {
  const { hostname, port } = new URL(directory.url);
  return {
    LDAP_HOST: hostname,
    LDAP_PORT: port,
    LDAP_ROOT: directory.base,
    LDAP_ADMIN_USERNAME: 'admin',
    LDAP_ADMIN_PASSWORD: directory.adminPassword,
    OKTA_URL: okta.urls.okta ?? '',
    OKTA_API_TOKEN: API_TOKEN,
  };
};

async function move(args: readonly string[], changed: Record<string, string> = {}, signal?: AbortSignal) {
  const said: string[] = [];
  const options = parseHashOptions([...args, '--env-file', place.envFile]);
  if (options === 'help') throw new Error('no help was asked for');
  const summary = await moveHashes({
    ...options,
    env: { ...env(), ...changed },
    say: (line) => said.push(line),
    ...(signal === undefined ? {} : { signal }),
  });
  return { ...summary, said: said.join('\n') };
}

const users = async () => (await call(okta, 'GET', '/api/v1/users')).body;

async function makeClient(): Promise<Client> {
  const options = parseAppOptions(['--env-file', place.envFile]);
  if (options === 'help') throw new Error('no help was asked for');
  await registerApp({ ...options, env: env(), say: () => undefined });
  const [, clientId = ''] = /CLIENT_ID=(.+)/.exec(await place.read()) ?? [];
  return { issuer: `${okta.urls.okta}/oauth2/default`, clientId, redirectUri: addressesOf(options, {}).redirectUri };
}

/** Without the two whose value some servers hash and some do not. */
const HASHED = ['--filter', '(&(uid=hash-*)(!(uid=hash-sign))(!(uid=hash-unknown)))'];

describe('Hashes of a real directory', () => {
  it('are counted by what Okta can do with them, and nothing is changed without --apply', async () => {
    const before = await users();
    const { counts, said } = await move(HASHED);
    expect(counts).toMatchObject({ imported: MAPPED.length, hook: UNMAPPED.length, 'no-password': 1 });
    expect(said).toContain('Nothing was changed');
    expect(said).toContain('hook: cn=hash-argon2,ou=users,dc=example,dc=org ({ARGON2} no-mapping)');
    expect(await users()).toEqual(before);
  });

  it('let everybody sign in to Okta with the password of the directory, which is then not asked', async () => {
    const { counts } = await move([...HASHED, '--apply']);
    expect(counts).toMatchObject({ imported: MAPPED.length });
    const client = await makeClient();
    await directory.pause();
    try {
      for (const scheme of MAPPED) {
        const login = `hash-${scheme}@example.com`;
        expect({ login, wrong: await signInAtOkta(client, login, 'password2') }).toEqual({ login, wrong: false });
        expect({ login, signedIn: await signInAtOkta(client, login, PASSWORD) }).toEqual({ login, signedIn: true });
      }
    } finally {
      await directory.resume();
    }
  }, 120_000);

  it('are passed over by a second run, which finds them there', async () => {
    await move([...HASHED, '--apply']);
    const before = await users();
    const { counts } = await move([...HASHED, '--apply']);
    expect(counts).toMatchObject({ 'done-before': MAPPED.length });
    expect(counts.imported).toBeUndefined();
    expect(await users()).toEqual(before);
  });

  it('go on after a break where they were', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await move([...HASHED, '--apply'], {}, stop.signal)).toMatchObject({ left: expect.any(Number), counts: {} });
    expect(await move([...HASHED, '--apply'])).toMatchObject({ left: 0, counts: { imported: MAPPED.length } });
  });

  it('are given to a user who waits in STAGED, and to no other that is there', async () => {
    const profile = (uid: string) => ({
      login: `${uid}@example.com`,
      email: `${uid}@example.com`,
      firstName: 'A',
      lastName: 'B',
    });
    await call(okta, 'POST', '/api/v1/users?activate=false', { profile: profile('hash-ssha') });
    const active = { profile: profile('hash-sha'), credentials: { password: { value: 'Own-Password-2026' } } };
    await call(okta, 'POST', '/api/v1/users?activate=true', active);
    const { counts, said } = await move([...HASHED, '--apply']);
    expect(counts).toMatchObject({ imported: MAPPED.length - 1, exists: 1 });
    expect(said).toContain('exists: cn=hash-sha,ou=users,dc=example,dc=org (ACTIVE, OKTA)');
    const client = await makeClient();
    expect(await signInAtOkta(client, 'hash-ssha@example.com', PASSWORD)).toBe(true);
    expect(await signInAtOkta(client, 'hash-sha@example.com', PASSWORD)).toBe(false);
    expect(await signInAtOkta(client, 'hash-sha@example.com', 'Own-Password-2026')).toBe(true);
  });

  it('that Okta does not know leave their people to the hook, where that is wanted', async () => {
    const { counts } = await move([...HASHED, '--apply', '--with-hook']);
    expect(counts).toMatchObject({ imported: MAPPED.length, hooked: UNMAPPED.length, 'no-password': 1 });
    const { body } = await call(okta, 'GET', '/api/v1/users/hash-argon2@example.com');
    expect(body).toMatchObject({ status: 'ACTIVE', credentials: { provider: { type: 'IMPORT' } } });
  });

  it('are reported person by person, without a hash, in a file of its owner alone', async () => {
    const report = join(place.folder, 'people.jsonl');
    await move(['--report', report]);
    const text = await readFile(report, 'utf8');
    const people = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PersonResult); // as written by the tool
    const outcomeOf = (uid: string): string | undefined =>
      people.find(({ login }) => login === `${uid}@example.com`)?.outcome;
    expect(outcomeOf('user01')).toMatch(/^(imported|hook)$/); // a server may hash what it is given in clear
    expect(outcomeOf('locked')).toBe('locked');
    expect(outcomeOf('must-change')).toBe('must-change');
    expect(people.filter(({ outcome }) => outcome === 'duplicate').length).toBeGreaterThan(1);
    expect(text).not.toMatch(/userPassword|[A-Za-z0-9+/]{26}/);
    expect((await stat(report)).mode & 0o777).toBe(0o600);
  });
});

describe('Without Okta, or with something wrong', () => {
  it('looks at the directory alone where no token is set', async () => {
    const { counts, said } = await move(HASHED, { OKTA_API_TOKEN: '', OKTA_URL: 'https://integrator-1.okta.com' });
    expect(said).toContain('Okta was not asked');
    expect(counts).toMatchObject({ imported: MAPPED.length });
  });

  it.each(['starttls', 'ldaps'])('reads over %s, and only from whom the CA vouches for', async (tls) => {
    const url = new URL(tls === 'ldaps' ? directory.ldapsUrl : directory.url);
    const changed = { LDAP_TLS: tls, LDAP_HOST: 'localhost', LDAP_PORT: url.port, OKTA_API_TOKEN: '' };
    const { counts } = await move(HASHED, { ...changed, LDAP_CA_FILE: directory.caFile });
    expect(counts).toMatchObject({ imported: MAPPED.length });
    await expect(move(HASHED, changed)).rejects.toMatchObject({ code: 'directory' });
  });

  it.each([
    [{ LDAP_ADMIN_PASSWORD: 'wrong' }, 'directory', 'does not accept cn=admin,dc=example,dc=org'],
    [{ LDAP_USER_BASE: 'ou=nobody,dc=example,dc=org' }, 'directory', 'no entry ou=nobody'],
    [{ LDAP_PORT: '1' }, 'directory', 'ECONNREFUSED'],
    [{ LDAP_HOST: 'ldap://localhost' }, 'configuration', 'host alone'],
    [{ LDAP_HOST: 'ldap.example.com', LDAP_TLS: 'off' }, 'configuration', 'in clear'],
    [{ LDAP_PORT: 'x', LDAP_ROOT: '' }, 'configuration', /LDAP_ROOT is not set.*LDAP_PORT is not a port/],
    [{ OKTA_API_TOKEN: '00wrongTokenOfNobody' }, 'wrong-token', 'E0000011'],
  ])('%j is one line', async (changed, code, message) => {
    const failure = await move(HASHED, changed).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ToolError);
    expect(failure).toMatchObject({
      code,
      message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
    });
  });

  it.each([[['--apply', '--dry-run']], [['--filter', 'uid=x']], [['--hash', 'x']]])('refuses %j', async (args) => {
    await expect(move(args)).rejects.toMatchObject({ code: 'usage' });
  });

  it('runs as a program, with no hash and no password in its output', async () => {
    const { code, stdout, stderr } = await runTool('hashes', [...HASHED, '--env-file', place.envFile], env());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`${MAPPED.length} imported`);
    expect(stdout).not.toMatch(/adminpassword|[A-Za-z0-9+/]{26}/);
  });
});
