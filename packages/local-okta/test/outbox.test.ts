import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '../src/local-okta.ts';
import { call, startLocalOkta } from './local-okta-fixture.ts';

let okta: LocalOkta;
beforeAll(async () => {
  okta = await startLocalOkta({ rateLimits: false });
});
afterAll(() => okta.close());

let people = 0;
async function makeUser(credentials?: unknown, query = '?activate=true') {
  people += 1;
  const login = `person${people}@example.com`;
  const profile = { login, email: login, firstName: 'Some', lastName: 'Body' };
  return (await call(okta, 'POST', `/api/v1/users${query}`, { profile, credentials })).body;
}

const operation = (id: string, name: string) => call(okta, 'POST', `/api/v1/users/${id}/lifecycle/${name}`);
const statusOf = async (id: string): Promise<string> => (await call(okta, 'GET', `/api/v1/users/${id}`)).body.status;
const newestLink = async (login: string): Promise<string | null> =>
  (await call(okta, 'GET', '/local/outbox')).body.filter(({ to }: { to: string }) => to === login).at(-1)?.link;

async function setByLink(link: string, password = 'New-Passw0rd'): Promise<number> {
  const token = link.split('/').at(-1) ?? '';
  const body = new URLSearchParams({ token, password, confirmation: password });
  return (await fetch(new URL('/reset_password', link), { method: 'POST', body })).status;
}

describe('links to set a password by', () => {
  it('give a link in the answer or in the outbox only, and the newest alone is good', async () => {
    const user = await makeUser({ password: { value: 'Own-passw0rd' } });
    const first = await operation(user.id, 'reset_password?sendEmail=false');
    expect([first.status, Object.keys(first.body)]).toEqual([200, ['resetPasswordUrl']]);
    expect(first.body.resetPasswordUrl).toMatch(new RegExp(`^${okta.urls.okta}/reset_password/\\w{32}$`));
    expect((await operation(user.id, 'reset_password?sendEmail=true')).body).toEqual({});
    const second = (await newestLink(user.profile.login)) ?? '';
    expect(await setByLink(first.body.resetPasswordUrl)).toBe(410);
    expect(await statusOf(user.id)).toBe('RECOVERY');
    expect(await setByLink(second)).toBe(200);
    expect(await statusOf(user.id)).toBe('ACTIVE');
    expect(await newestLink(user.profile.login)).toBeNull();
  });

  it('activate somebody without a password', async () => {
    const user = await makeUser(undefined, '?activate=false');
    expect(await newestLink(user.profile.login)).toBeUndefined();
    const { body } = await operation(user.id, 'activate?sendEmail=false');
    expect(Object.keys(body)).toEqual(['activationUrl', 'activationToken']);
    expect(await statusOf(user.id)).toBe('PROVISIONED');
    expect(await (await fetch(body.activationUrl)).text()).toContain(user.profile.login);
    expect(await setByLink(body.activationUrl)).toBe(200);
    expect(await statusOf(user.id)).toBe('ACTIVE');
    const other = await makeUser();
    expect([other.status, await newestLink(other.profile.login)]).toEqual(['PROVISIONED', expect.any(String)]);
  });

  it('are good for nothing once the user is deactivated, or has a password by other means', async () => {
    const user = await makeUser({ password: { value: 'Own-passw0rd' } });
    const { body } = await operation(user.id, 'reset_password?sendEmail=false');
    await call(okta, 'POST', `/api/v1/users/${user.id}`, { credentials: { password: { value: 'Other-passw0rd' } } });
    expect(await setByLink(body.resetPasswordUrl)).toBe(410);
    const gone = await makeUser();
    const link = (await newestLink(gone.profile.login)) ?? '';
    await operation(gone.id, 'deactivate');
    expect(await setByLink(link)).toBe(410);
    expect(await statusOf(gone.id)).toBe('DEPROVISIONED');
  });

  it('are used once, however many use them at the same time', async () => {
    const user = await makeUser();
    const link = (await newestLink(user.profile.login)) ?? '';
    const answers = await Promise.all(['A', 'B', 'C', 'D'].map((letter) => setByLink(link, `${letter}-New-Passw0rd`)));
    expect(answers.sort()).toEqual([200, 410, 410, 410]);
  });

  it('take neither the outbox’s place for strangers nor odd forms', async () => {
    expect((await call(okta, 'GET', '/local/outbox', undefined, {})).status).toBe(401);
    const limited = await call(okta, 'GET', '/local/outbox?limit=1');
    expect(limited.body).toHaveLength(1);
    const after = await call(okta, 'GET', `/local/outbox?after=${limited.body[0].seq}&limit=1`);
    expect(after.body[0].seq).toBeGreaterThan(limited.body[0].seq);
    for (const token of ['', '../etc', "x' OR 1", '\u0000', 'ä'.repeat(32)]) {
      expect(await setByLink(`${okta.urls.okta}/reset_password/${encodeURIComponent(token)}`)).toBe(410);
    }
  });
});
