import { afterEach, describe, expect, it } from '@jest/globals';
import { AuthError } from '@ldap-to-okta/auth-adapter';
import { networkOf } from '../src/throttle.ts';
import { type MemoryPasswordAuth, memoryPasswordAuth } from './memory-adapter.ts';
import { type RunningApp, startApp } from './running-app.ts';
import { Visitor } from './visitor.ts';

let adapter: MemoryPasswordAuth;
let running: RunningApp;

async function start(env: Record<string, string>): Promise<void> {
  running = await startApp(
    (observe) => {
      adapter = memoryPasswordAuth(observe);
      return adapter;
    },
    { TRUST_PROXY: '1', ...env },
  );
}

const from = (address: string): Visitor => new Visitor(running.url, { 'x-forwarded-for': address });

/** Guesses one after another; the statuses that came back. */
async function guess(address: string, username: string, times: number): Promise<number[]> {
  const visitor = from(address);
  const statuses = [];
  for (let n = 0; n < times; n++) {
    statuses.push((await visitor.signIn(username, `guess-${n}`)).status);
  }
  return statuses;
}

afterEach(() => running.close());

describe('throttling of guesses', () => {
  it('answers 429 with Retry-After once one account failed too often from one address', async () => {
    await start({ SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '3' });
    expect(await guess('192.0.2.1', 'user01', 4)).toEqual([401, 401, 401, 429]);
    const blocked = await from('192.0.2.1').signIn('user01', 'password1');
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(800);
    expect(blocked.text).toContain('Too many attempts. Wait 15 minutes');
    expect(adapter.asked).toHaveLength(3);
  });

  it('lets the owner in from elsewhere meanwhile, and others in from the same address', async () => {
    await start({ SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '3' });
    await guess('192.0.2.1', 'user01', 10);
    expect((await from('192.0.2.2').signIn('user01', 'password1')).status).toBe(303);
    expect((await from('192.0.2.1').signIn('user02', 'password2')).status).toBe(303);
  });

  it('counts spellings of one name together', async () => {
    await start({ SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '2' });
    await guess('192.0.2.1', 'user01', 1);
    await guess('192.0.2.1', ' USER01 ', 1);
    expect(await guess('192.0.2.1', 'ｕser01', 1)).toEqual([429]);
  });

  it('stops one address that tries many accounts', async () => {
    await start({ SIGN_IN_FAILURES_PER_ADDRESS: '4' });
    const visitor = from('192.0.2.1');
    const statuses = [];
    for (let n = 0; n < 5; n++) {
      statuses.push((await visitor.signIn(`person-${n}`, 'Winter2026')).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 429]);
  });

  it('stops many addresses that try one account, but not an address the account is known at', async () => {
    await start({ SIGN_IN_FAILURES_PER_ACCOUNT: '3' });
    expect((await from('198.51.100.7').signIn('user01', 'password1')).status).toBe(303);
    for (let n = 1; n <= 3; n++) {
      expect(await guess(`192.0.2.${n}`, 'user01', 1)).toEqual([401]);
    }
    const elsewhere = await from('192.0.2.99').signIn('user01', 'password1');
    expect(elsewhere.status).toBe(429);
    expect(Number(elsewhere.headers.get('retry-after'))).toBeLessThanOrEqual(300);
    expect((await from('198.51.100.7').signIn('user01', 'password1')).status).toBe(303);
  });

  it('lets no more guesses through when they all arrive at once', async () => {
    await start({ SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '5' });
    const visitor = from('192.0.2.1');
    const _csrf = await visitor.token();
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        visitor.post('/login', { username: 'user01', password: `guess-${n}`, _csrf }),
      ),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(55);
    expect(adapter.asked).toHaveLength(5);
  });

  it('refuses nobody when many sign in at once with the right password', async () => {
    await start({ SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '5' });
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => from('192.0.2.1').signIn('user01', 'password1')),
    );
    expect(answers.every(({ status }) => status === 303)).toBe(true);
  });

  it('forgets the failures of a person who got it right in the end', async () => {
    await start({ SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '3' });
    for (let n = 0; n < 3; n++) {
      expect(await guess('192.0.2.1', 'user01', 2)).toEqual([401, 401]);
      expect((await from('192.0.2.1').signIn('user01', 'password1')).status).toBe(303);
    }
  });

  it('counts neither empty passwords nor sign-ins that a broken directory could not judge', async () => {
    await start({ SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '2' });
    const visitor = from('192.0.2.1');
    for (let n = 0; n < 4; n++) {
      expect((await visitor.signIn('user01', '')).status).toBe(401);
    }
    adapter.fault = new AuthError('timeout', 'late');
    for (let n = 0; n < 4; n++) {
      expect((await visitor.signIn('user01', 'password1')).status).toBe(503);
    }
    adapter.fault = undefined;
    expect((await visitor.signIn('user01', 'password1')).status).toBe(303);
  });

  it('believes X-Forwarded-For only behind a proxy', async () => {
    await start({ SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '2', TRUST_PROXY: '' });
    const statuses = [];
    for (let n = 0; n < 3; n++) {
      statuses.push(...(await guess(`192.0.2.${n}`, 'user01', 1)));
    }
    expect(statuses).toEqual([401, 401, 429]);
  });
});

describe('networkOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('takes %s for %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
