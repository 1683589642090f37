import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '../src/local-okta.ts';
import { type Answer, call, startLocalOkta } from './local-okta-fixture.ts';
import { oktaHashOf } from './okta-hash.ts';

const PASSWORD = 'password1';
const personas = readFileSync(new URL('../../test-directory/ldifs/personas.ldif', import.meta.url), 'utf8');
const hashes = [...personas.matchAll(/^uid: (hash-\S+)$[\s\S]*?^userPassword: (.+)$/gm)].map(
  ([, name = '', stored = '']) => ({ name, hash: oktaHashOf(stored) }),
);

let okta: LocalOkta;
beforeAll(async () => {
  okta = await startLocalOkta({ rateLimits: false });
});
afterAll(() => okta.close());

let people = 0;
async function make(credentials: unknown, query = '', login = `person${++people}@example.com`): Promise<Answer> {
  const profile = { login, email: login, firstName: 'Imported', lastName: 'Person' };
  return call(okta, 'POST', `/api/v1/users${query}`, { profile, credentials });
}

async function outcomeOf(username: string, password: string): Promise<string> {
  const answer = await call(okta, 'POST', '/local/integration/test-sign-in', { username, password, deadlineMs: 5000 });
  return answer.body.outcome;
}

const providerOf = async (id: string): Promise<unknown> =>
  (await call(okta, 'GET', `/api/v1/users/${id}`)).body.credentials.provider;

const sha1 = (text: string): string => createHash('sha1').update(text).digest('base64');

describe('an imported hash', () => {
  // Without `hash-broken`, whose value is no hash at all.
  const mapped = hashes.filter(({ name, hash }) => hash !== undefined && name !== 'hash-broken');

  it('exists for every scheme that Okta takes, and for no other', () => {
    expect(mapped.map(({ name }) => name).sort()).toEqual([
      'hash-bcrypt',
      'hash-bcrypt-2a',
      'hash-bcrypt-2y',
      'hash-md5',
      'hash-pbkdf2-sha256',
      'hash-pbkdf2-sha512',
      'hash-sha',
      'hash-sha256',
      'hash-sha512',
      'hash-smd5',
      'hash-ssha',
      'hash-ssha256',
      'hash-ssha512',
    ]);
  });

  it.each(mapped)('of $name signs its owner in, and is Okta’s own afterwards', async ({ name, hash }) => {
    const { status, body: user } = await make({ password: { hash } }, '?activate=true', `${name}@example.com`);
    expect([status, user.status, user.credentials]).toEqual([
      200,
      'ACTIVE',
      { password: {}, provider: { type: 'IMPORT', name: 'IMPORT' } },
    ]);
    expect(await outcomeOf(name, 'wrong')).toBe('invalid');
    expect(await providerOf(user.id)).toEqual({ type: 'IMPORT', name: 'IMPORT' });
    expect(await outcomeOf(name, PASSWORD)).toBe('ok');
    expect(await providerOf(user.id)).toEqual({ type: 'OKTA', name: 'OKTA' });
    expect(await outcomeOf(name, 'wrong')).toBe('invalid');
    expect(await outcomeOf(name, PASSWORD)).toBe('ok');
  });

  it('takes a salt before the password, too', async () => {
    const salt = Buffer.from('pepper').toString('base64');
    const hash = { algorithm: 'SHA-1', salt, saltOrder: 'PREFIX', value: sha1(`pepper${PASSWORD}`) };
    const { body: user } = await make({ password: { hash }, provider: { type: 'IMPORT', name: 'IMPORT' } });
    expect(await outcomeOf(user.profile.login, PASSWORD)).toBe('ok');
  });

  it.each([
    ['an unknown algorithm', { algorithm: 'ARGON2', value: 'x' }, ['hash.algorithm']],
    ['no algorithm', {}, ['hash.algorithm']],
    ['bcrypt without anything', { algorithm: 'BCRYPT' }, ['hash.workFactor', 'hash.salt', 'hash.value']],
    [
      'bcrypt out of bounds',
      { algorithm: 'BCRYPT', workFactor: 21, salt: 'short', value: '!'.repeat(31) },
      ['hash.workFactor', 'hash.salt', 'hash.value'],
    ],
    ['a salt without its order', { algorithm: 'SHA-1', salt: 'c2FsdA==', value: sha1('x') }, ['hash.saltOrder']],
    [
      'another order',
      { algorithm: 'SHA-1', salt: 'c2FsdA==', saltOrder: 'AROUND', value: sha1('x') },
      ['hash.saltOrder'],
    ],
    ['a value of another length', { algorithm: 'SHA-256', value: sha1('x') }, ['hash.value']],
    ['a value that is no Base64', { algorithm: 'SHA-1', value: '%%%' }, ['hash.value']],
    [
      'PBKDF2 that is too weak, of an unknown digest',
      {
        algorithm: 'PBKDF2',
        digestAlgorithm: 'SHA1_HMAC',
        iterationCount: 4095,
        keySize: 32,
        salt: 'c2FsdA',
        value: sha1('x'),
      },
      ['hash.digestAlgorithm', 'hash.iterationCount'],
    ],
    ['a field that is none', { algorithm: 'SHA-1', value: sha1('x'), pepper: 'x' }, ['pepper']],
    ['text', 'secret', ['hash']],
  ])('with %s is refused, and every field is named', async (_what, hash, fields) => {
    const answer = await make({ password: { hash } });
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000001']);
    const causes = answer.body.errorCauses.map(({ errorSummary }: { errorSummary: string }) => errorSummary).join('\n');
    for (const field of fields) expect(causes).toContain(field);
  });

  it('does not go with a password in clear, a hook, or provider LDAP', async () => {
    const hash = { algorithm: 'SHA-1', value: sha1(PASSWORD) };
    for (const credentials of [
      { password: { hash, value: 'Own-passw0rd' } },
      { password: { hash, hook: { type: 'default' } } },
      { password: { hash }, provider: { type: 'LDAP' } },
      { password: { value: 'Own-passw0rd' }, provider: { type: 'IMPORT' } },
      { provider: { type: 'IMPORT' } },
      { password: { hook: { type: 'other' } } },
    ]) {
      expect((await make(credentials)).status).toBe(400);
    }
  });

  it('replaces the password of somebody who is here only while they are STAGED', async () => {
    const hash = { algorithm: 'SHA-1', value: sha1(PASSWORD) };
    const { body: staged } = await make({ password: { value: 'Own-passw0rd' } }, '?activate=false');
    const changed = await call(okta, 'POST', `/api/v1/users/${staged.id}`, { credentials: { password: { hash } } });
    expect([changed.status, changed.body.status, changed.body.credentials.provider.type]).toEqual([
      200,
      'STAGED',
      'IMPORT',
    ]);
    expect(await outcomeOf(staged.profile.login, PASSWORD)).toBe('not-active');
    await call(okta, 'POST', `/api/v1/users/${staged.id}/lifecycle/activate`);
    expect(await outcomeOf(staged.profile.login, PASSWORD)).toBe('ok');
    const late = await call(okta, 'POST', `/api/v1/users/${staged.id}`, { credentials: { password: { hash } } });
    expect([late.status, late.body.errorCode]).toEqual([400, 'E0000001']);
    expect(late.body.errorCauses[0].errorSummary).toContain('STAGED');
  });

  it('locks its owner out at the tenth wrong password, and never leaves by the API or the log', async () => {
    const value = sha1(PASSWORD);
    const { body: user } = await make({ password: { hash: { algorithm: 'SHA-1', value } } });
    for (let attempt = 0; attempt < 10; attempt += 1) await outcomeOf(user.profile.login, 'wrong');
    expect(await outcomeOf(user.profile.login, PASSWORD)).toBe('locked');
    const shown = await call(okta, 'GET', `/api/v1/users/${user.id}`);
    const log = await call(okta, 'GET', '/api/v1/logs?limit=1000');
    expect(JSON.stringify([shown.body, log.body])).not.toContain(value);
  });

  it('that takes long to compute keeps nobody else waiting', async () => {
    const heavy = {
      algorithm: 'PBKDF2',
      digestAlgorithm: 'SHA512_HMAC',
      iterationCount: 2_000_000,
      keySize: 64,
      salt: 'c2FsdA==',
      value: Buffer.alloc(64).toString('base64'),
    };
    const { body: user } = await make({ password: { hash: heavy } });
    const judged = outcomeOf(user.profile.login, PASSWORD);
    let settled = false;
    void judged.then(() => {
      settled = true;
    });
    let answered = 0;
    while (!settled) {
      expect((await call(okta, 'GET', '/healthz')).status).toBe(200);
      answered += 1;
    }
    expect(await judged).toBe('invalid');
    // On the main thread it would have been one or two.
    expect(answered).toBeGreaterThan(10);
  });

  it('of bcrypt’s work factors 1 to 20 is taken; below 4 there is none to match', async () => {
    const hash = { algorithm: 'BCRYPT', workFactor: 1, salt: 'a'.repeat(22), value: 'b'.repeat(31) };
    const { body: user } = await make({ password: { hash } });
    expect(await outcomeOf(user.profile.login, PASSWORD)).toBe('invalid');
    expect((await make({ password: { hash: { ...hash, workFactor: 20 } } })).status).toBe(200);
  });
});
