import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '../src/local-okta.ts';
import { openStore } from '../src/store/store.ts';
import { createSystemLog, systemLogSchema } from '../src/system-log/system-log.ts';
import { ADMIN_PASSWORD, API_TOKEN, call, startLocalOkta, type TestClock, testClock } from './local-okta-fixture.ts';

const encode = encodeURIComponent;

describe('an event that may wait', () => {
  it('is stored a moment later without being asked for, and at once when somebody looks', async () => {
    const store = openStore({ schemas: [systemLogSchema] });
    try {
      const log = createSystemLog({ store, clock: testClock() });
      const stored = () => store.get<{ n: number }>('SELECT count(*) AS n FROM system_log')?.n;
      log.appendSoon({ eventType: 'a', displayMessage: 'A' });
      log.appendSoon({ eventType: 'b', displayMessage: 'B' });
      expect(stored()).toBe(0);
      while (stored() === 0) await new Promise((resolve) => setImmediate(resolve));
      expect(stored()).toBe(2);
      log.appendSoon({ eventType: 'c', displayMessage: 'C' });
      log.append({ eventType: 'd', displayMessage: 'D' });
      expect(log.query({ limit: 10 }).events.map(({ eventType }) => eventType)).toEqual(['a', 'b', 'c', 'd']);
    } finally {
      store.close();
    }
  });
});

describe('the System Log', () => {
  let okta: LocalOkta;
  let clock: TestClock;
  let userId: string;

  beforeAll(async () => {
    clock = testClock();
    okta = await startLocalOkta({ clock, rateLimits: false });
    const profile = { login: 'logged@example.com', email: 'logged@example.com', firstName: 'Log', lastName: 'Ged' };
    const credentials = { password: { value: 'Correct-Horse-9' } };
    userId = (await call(okta, 'POST', '/api/v1/users', { profile, credentials })).body.id;
    for (const operation of ['suspend', 'unsuspend', 'deactivate']) {
      clock.advance(1000);
      await call(okta, 'POST', `/api/v1/users/${userId}/lifecycle/${operation}`);
    }
  });
  afterAll(() => okta.close());

  const types = async (query: string): Promise<string[]> =>
    (await call(okta, 'GET', `/api/v1/logs?${query}`)).body.map((event: { eventType: string }) => event.eventType);

  it("has events in Okta's shape, with who did it, to whom, and the request's id", async () => {
    const answer = await call(okta, 'POST', `/api/v1/users/${userId}/lifecycle/activate`);
    const { body } = await call(okta, 'GET', '/api/v1/logs?sortOrder=DESCENDING&limit=1');
    expect(body).toEqual([
      {
        uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        published: '2026-01-01T00:00:03.000Z',
        eventType: 'user.lifecycle.activate',
        version: '0',
        severity: 'INFO',
        legacyEventType: null,
        displayMessage: 'Activate Okta user',
        actor: expect.objectContaining({ type: 'User', alternateId: 'admin@example.com' }),
        client: { ipAddress: expect.stringContaining('127.0.0.1'), userAgent: { rawUserAgent: 'node' } },
        outcome: { result: 'SUCCESS', reason: null },
        target: [{ id: userId, type: 'User', alternateId: 'logged@example.com', displayName: 'Log Ged' }],
        transaction: { type: 'WEB', id: answer.headers.get('x-okta-request-id'), detail: {} },
        debugContext: { debugData: { requestUri: `/users/${userId}/lifecycle/activate` } },
        authenticationContext: { authenticationStep: 0, externalSessionId: null, credentialType: null },
      },
    ]);
    await call(okta, 'POST', `/api/v1/users/${userId}/lifecycle/deactivate`);
  });

  it('is filtered by type, target, outcome and time, and searched for words', async () => {
    const all = [
      'user.lifecycle.create',
      'user.lifecycle.activate',
      'user.lifecycle.suspend',
      'user.lifecycle.unsuspend',
    ];
    expect((await types('')).slice(0, 4)).toEqual(all);
    expect(await types(`filter=${encode('eventType eq "user.lifecycle.suspend"')}`)).toEqual([
      'user.lifecycle.suspend',
    ]);
    expect(await types(`filter=${encode(`target.id eq "${userId}" and eventType sw "user.lifecycle.un"`)}`)).toEqual([
      'user.lifecycle.unsuspend',
    ]);
    expect(await types(`filter=${encode('target.id eq "nobody" or outcome.result eq "FAILURE"')}`)).toEqual([]);
    expect(await types('since=2026-01-01T00:00:01Z&until=2026-01-01T00:00:02Z')).toEqual(['user.lifecycle.suspend']);
    expect(await types('q=unsuspend+logged')).toEqual(['user.lifecycle.unsuspend']);
    expect(await types(`q=${encode('100%')}`)).toEqual([]);
  });

  it('refuses what is no filter, time or order', async () => {
    const code = async (query: string) => (await call(okta, 'GET', `/api/v1/logs?${query}`)).body.errorCode;
    expect(await code(`filter=${encode('target.password eq "x"')}`)).toBe('E0000031');
    expect(await code('since=yesterday')).toBe('E0000030');
    expect(await code('sortOrder=RANDOM')).toBe('E0000001');
  });

  it('is followed by Link: whoever polls from a time always gets a next page, and sees each event once', async () => {
    const seen: string[] = [];
    let url: string | undefined = '/api/v1/logs?since=2026-01-01T00:00:00Z&limit=2';
    for (let round = 0; round < 8; round += 1) {
      const answer = await call(okta, 'GET', url ?? '');
      seen.push(...answer.body.map((event: { uuid: string }) => event.uuid));
      url = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    const before = seen.length;
    expect(new Set(seen).size).toBe(before);
    await call(okta, 'POST', '/api/v1/groups', { profile: { name: 'Late' } });
    const answer = await call(okta, 'GET', url ?? '');
    expect(answer.body.map((event: { eventType: string }) => event.eventType)).toEqual(['group.lifecycle.create']);
    const bounded = await call(okta, 'GET', '/api/v1/logs?since=2026-01-01T00:00:00Z&until=2026-01-01T00:00:01Z');
    expect(bounded.headers.get('link')).not.toContain('rel="next"');
  });

  it('holds no password and no token', async () => {
    const change = { oldPassword: { value: ADMIN_PASSWORD }, newPassword: { value: 'Quite-Another-1' } };
    await call(okta, 'POST', '/api/v1/users/me/credentials/change_password', change);
    await call(okta, 'POST', '/api/v1/users/me/credentials/change_password', change);
    const { body } = await call(okta, 'GET', '/api/v1/logs?limit=1000');
    const text = JSON.stringify(body);
    expect(text).toContain('INVALID_CREDENTIALS');
    for (const secret of [ADMIN_PASSWORD, 'Quite-Another-1', 'Correct-Horse-9', API_TOKEN]) {
      expect(text).not.toContain(secret);
    }
  });

  it('keeps the newest events and lets go of the oldest', () => {
    const store = openStore({ schemas: [systemLogSchema] });
    const log = createSystemLog({ store, clock, keep: 100 });
    for (let number = 0; number < 1000; number += 1) log.append({ eventType: `e${number}`, displayMessage: 'Event' });
    const { events } = log.query({ limit: 1000 });
    expect(events.length).toBeGreaterThanOrEqual(100);
    expect(events.length).toBeLessThanOrEqual(200);
    expect(events.at(-1)?.eventType).toBe('e999');
    store.close();
  });
});
