import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '../src/local-okta.ts';
import { ConsoleVisitor } from './console-visitor.ts';
import { ADMIN_PASSWORD, call, startLocalOkta } from './local-okta-fixture.ts';

const FAULTS = '/admin/local/faults';
const SET_UP = '/admin/local/set-up';
let okta: LocalOkta;
let visitor: ConsoleVisitor;

beforeEach(async () => {
  okta = await startLocalOkta({ rateLimits: false });
  visitor = new ConsoleVisitor(okta);
  await visitor.signIn('admin@example.com', ADMIN_PASSWORD);
});
afterEach(() => okta.close());

describe('Local', () => {
  it('is set apart from what Okta has', async () => {
    await visitor.open(SET_UP);
    expect(visitor.seen.html).toMatch(/<div class="nav-group nav-local"><h2>Local<\/h2>/);
    expect(visitor.seen.text).toContain('By hand: an administrator does every step');
    expect(visitor.seen.text).toContain('In memory: gone after a restart');
  });

  it('switches faults on and off, and says so on the Dashboard', async () => {
    await visitor.open(FAULTS);
    await visitor.submit(FAULTS, { agentsUnreachable: 'on', agentDelayMs: '1500', clockOffsetSeconds: '-60' });
    expect(visitor.seen.text).toContain('In force: 3');
    const faults = async () => (await call(okta, 'GET', '/local/faults')).body;
    expect(await faults()).toMatchObject({
      agentsUnreachable: true,
      agentDelayMs: 1500,
      clockOffsetSeconds: -60,
      ldapInterfaceDown: false,
    });
    expect((await visitor.open('/admin/dashboard')).text).toContain('3 faults are switched on: Faults');
    await visitor.open(FAULTS);
    const seen = await visitor.submit(FAULTS, { agentDelayMs: 'soon', tokenEndpointDelayMs: '-5' });
    expect([seen.status, seen.text]).toEqual([
      400,
      expect.stringContaining('The LDAP agents answer late: must be a whole'),
    ]);
    expect(seen.text).toContain('The token endpoint answers late: must not be negative');
    expect(await faults()).toMatchObject({ agentDelayMs: 1500 });
    await visitor.submit(`${FAULTS}/end`);
    expect(await faults()).toMatchObject({ agentsUnreachable: false, agentDelayMs: 0, clockOffsetSeconds: 0 });
    expect((await visitor.open('/admin/dashboard')).text).not.toContain('switched on');
  });

  it('shows the links of the outbox, the newest first, and which are used', async () => {
    for (let index = 1; index <= 30; index += 1) {
      const login = `person${index}@example.com`;
      const profile = { login, email: login, firstName: 'Some', lastName: 'Body' };
      await call(okta, 'POST', '/api/v1/users', { profile });
    }
    await visitor.open('/admin/local/outbox');
    expect(visitor.seen.text).toMatch(/person30@example\.com Welcome to Okta! .* person29@example\.com/);
    expect(visitor.seen.text).not.toContain('person5@example.com');
    const [, link = ''] = /<a href="([^"]+\/welcome\/\w+)"/.exec(visitor.seen.html) ?? [];
    const body = new URLSearchParams({
      token: link.split('/').at(-1) ?? '',
      password: 'New-Passw0rd',
      confirmation: 'New-Passw0rd',
    });
    expect((await fetch(`${okta.urls.okta}/reset_password`, { method: 'POST', body })).status).toBe(200);
    await visitor.open('/admin/local/outbox');
    expect(visitor.seen.text).toMatch(/person30@example\.com[^@]*Used/);
    const [, next = ''] = /<a href="([^"]*)" rel="next"/.exec(visitor.seen.html) ?? [];
    await visitor.open(next);
    expect(visitor.seen.text).toMatch(/person5@example\.com .*person1@example\.com/);
  });

  it('rotates the signing key', async () => {
    const kids = async () =>
      (await call(okta, 'GET', '/oauth2/default/v1/keys')).body.keys.map(({ kid }: { kid: string }) => kid);
    const [before] = await kids();
    await visitor.open(SET_UP);
    await visitor.submit(`${SET_UP}/rotate-keys`);
    const after = await kids();
    expect([after.length, after[1]]).toEqual([2, before]);
    expect(visitor.seen.text).toContain(`Signs ${after[0]} Retired ${before}`);
  });

  it('resets the org after a question, and asks for a sign-in', async () => {
    await call(okta, 'POST', '/api/v1/groups', { profile: { name: 'Gone', description: '' } });
    await visitor.open('/admin/local/reset');
    const seen = await visitor.submit('/admin/local/reset');
    expect(seen.path).toBe('/admin/sign-in?from=%2Fadmin%2Fdashboard');
    const { body } = await call(okta, 'GET', '/api/v1/groups');
    expect(body.map(({ profile }: { profile: { name: string } }) => profile.name)).toEqual(['Everyone']);
    expect((await visitor.post('/admin/local/reset', { csrf: 'guessed' })).path).toContain('/admin/sign-in');
  });
});
