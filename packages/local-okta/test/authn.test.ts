import { afterEach, describe, expect, it } from '@jest/globals';
import {
  call,
  connectByHand,
  createCleanup,
  endOfImport,
  outcomeOf,
  startAgent,
  startOkta,
  startOpenLdap,
  untilReady,
} from './agents-fixture.ts';

const cleanup = createCleanup();
afterEach(() => cleanup.run());

describe('delegated sign-in', () => {
  it('keeps the outcomes apart that the directory keeps apart', async () => {
    const directory = await startOpenLdap(cleanup, { personas: true });
    const okta = await startOkta(cleanup);
    // The personas of the password policy have no given name: the surname stands in for it.
    startAgent(cleanup, okta, directory);
    await untilReady(okta);
    const { body: settings } = await call(okta, 'GET', '/local/integration/settings');
    const mapping = { ...settings.mapping, firstName: 'sn' };
    await call(okta, 'PUT', '/local/integration/settings', { ...settings, mapping });
    const { body: run } = await call(okta, 'POST', '/local/integration/imports', { kind: 'full' });
    await endOfImport(okta, run.id);
    await untilReady(okta);

    expect(await outcomeOf(okta, 'user01@example.com', 'password1')).toBe('ok');
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('ok');
    expect(await outcomeOf(okta, 'user01', 'password2')).toBe('invalid');
    expect(await outcomeOf(okta, 'locked', 'password1')).toBe('locked');
    expect(await outcomeOf(okta, 'must-change', 'password1')).toBe('must-change');
    expect(await outcomeOf(okta, 'expired', 'password1')).toBe('password-expired');
    expect(await outcomeOf(okta, 'grace', 'password1')).toBe('ok');
    expect(await outcomeOf(okta, 'odd-password', ' pässword: 1 ')).toBe('ok');
    expect(await outcomeOf(okta, 'nobody', 'password1')).toBe('invalid');
    expect(await outcomeOf(okta, 'user01', '')).toBe('invalid');
    expect(await outcomeOf(okta, '*', 'password1')).toBe('invalid');
    expect(await outcomeOf(okta, "$'", 'password1')).toBe('invalid');
    expect(await outcomeOf(okta, 'no-password', 'password1')).toBe('invalid');
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await outcomeOf(okta, 'guessed', 'wrong')).not.toBe('ok');
    expect(await outcomeOf(okta, 'guessed', 'password1')).toBe('locked');

    const { body: log } = await call(okta, 'GET', '/api/v1/logs?limit=1000');
    const delegated = log.filter(
      ({ eventType }: { eventType: string }) => eventType === 'user.authentication.auth_via_LDAP_agent',
    );
    expect(delegated.map(({ outcome }: { outcome: { result: string } }) => outcome.result)).toEqual(
      expect.arrayContaining(['SUCCESS', 'FAILURE']),
    );
    expect(JSON.stringify(log)).not.toMatch(/password[12]\b/);
  });

  it('makes a user at the first sign-in, where the entry has what Okta needs', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, { setup: 'manual' });
    await connectByHand(cleanup, okta, directory);
    const { body: settings } = await call(okta, 'GET', '/local/integration/settings');
    await call(okta, 'PUT', '/local/integration/settings', settings);
    expect(await outcomeOf(okta, 'user01', 'wrong')).toBe('invalid');
    expect((await call(okta, 'GET', '/api/v1/users')).body).toHaveLength(1);
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('ok');
    expect((await call(okta, 'GET', '/api/v1/users/user01@example.com')).body).toMatchObject({
      status: 'ACTIVE',
      credentials: { provider: { type: 'LDAP' } },
    });
    await call(okta, 'PUT', '/local/integration/settings', { ...settings, justInTime: false });
    expect(await outcomeOf(okta, 'user02', 'password2')).toBe('invalid');
  });
});

describe("a password of Okta's own", () => {
  it('is judged without any agent, and locks the user after ten wrong ones', async () => {
    const okta = await startOkta(cleanup);
    expect(await outcomeOf(okta, 'admin', 'Test-admin-1')).toBe('ok');
    await call(okta, 'POST', '/api/v1/users?activate=true', {
      profile: { login: 'own@example.com', email: 'own@example.com', firstName: 'O', lastName: 'N' },
      credentials: { password: { value: 'Own-passw0rd' } },
    });
    expect(await outcomeOf(okta, 'own', 'Own-passw0rd')).toBe('ok');
    for (let attempt = 0; attempt < 10; attempt += 1) expect(await outcomeOf(okta, 'own', 'wrong')).toBe('invalid');
    expect(await outcomeOf(okta, 'own', 'Own-passw0rd')).toBe('locked');
  });
});
