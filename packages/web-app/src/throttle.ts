import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { AppState } from './app-state.ts';
import { createFailureGate, type FailureGate } from './failure-gate.ts';
import type { ThrottleConfig } from './web-config.ts';

/** How an attempt went, as far as guessing is concerned; `not-judged` is a broken directory. */
export type AttemptOutcome = 'ok' | 'refused' | 'not-judged';

export type Permit =
  | { readonly ok: true; done(outcome: AttemptOutcome): Promise<void> }
  | { readonly ok: false; readonly limit: LimitName; readonly retryAfterSeconds: number };

export type LimitName = 'account-and-address' | 'address' | 'account';

export interface Throttle {
  /** Asks to try one password. Whoever is let in reports how it went. */
  admit(username: string, address: string): Promise<Permit>;
}

const KNOWN_SECONDS = 30 * 24 * 3600;

/**
 * Slows down the guessing of passwords, and lets nobody lock others out: whoever guesses uses up what one account
 * has from that address, then what that address has. The limit of an account over all addresses stops many addresses
 * that guess together; an address the account has signed in from before does not fall under it.
 */
export function createThrottle(config: ThrottleConfig, state: AppState): Throttle {
  const gate = (name: LimitName, points: number, seconds: number): FailureGate =>
    createFailureGate(state.failures(`failures:${name}`, seconds), points);
  const { windowSeconds, perAccountAndAddress, perAddress, perAccount } = config;
  const gates = {
    'account-and-address': gate('account-and-address', perAccountAndAddress, windowSeconds),
    address: gate('address', perAddress, windowSeconds),
    account: gate('account', perAccount, Math.ceil(windowSeconds / 3)),
  } as const;
  const known = state.memory('known', KNOWN_SECONDS);

  return {
    async admit(username, address) {
      const network = networkOf(address);
      const account = fingerprint(username);
      const pair = `${account}:${network}`;
      const isKnown = await known.has(pair);
      const wanted: [LimitName, string][] = [
        ['account-and-address', pair],
        ['address', network],
      ];
      if (!isKnown) {
        wanted.push(['account', account]);
      }
      const entered: [FailureGate, string][] = [];
      const leaveAll = async (outcome: 'failed' | 'not-failed'): Promise<void> => {
        for (const [left, key] of entered.splice(0)) {
          await left.leave(key, outcome);
        }
      };
      let failures = 0;
      for (const [limit, key] of wanted) {
        const entry = await gates[limit].enter(key).catch(async (error: unknown) => {
          await leaveAll('not-failed');
          throw error;
        });
        if (!entry.ok) {
          await leaveAll('not-failed');
          return { ok: false, limit, retryAfterSeconds: entry.retryAfterSeconds };
        }
        failures = limit === 'account-and-address' ? entry.failures : failures;
        entered.push([gates[limit], key]);
      }
      return {
        ok: true,
        async done(outcome) {
          await leaveAll(outcome === 'refused' ? 'failed' : 'not-failed');
          if (outcome === 'ok') {
            if (failures > 0) {
              await gates['account-and-address'].forget(pair);
            }
            if (!isKnown) {
              await known.add(pair);
            }
          }
        },
      };
    },
  };
}

/** The account as directories compare names, without keeping the name itself. Also used in logs of refusals. */
export function fingerprint(username: string): string {
  const name = username.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
  return createHash('sha256').update(name).digest('base64url').slice(0, 22);
}

/** An IPv6 customer has a whole /64 to choose addresses from, so that counts as one. */
export function networkOf(address: string): string {
  const plain = address
    .slice(0, 64)
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/%.*$/, '');
  if (!isIPv6(plain)) {
    return plain;
  }
  const [head = '', tail] = plain.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
