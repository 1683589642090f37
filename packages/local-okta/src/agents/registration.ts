import type { Context } from '../context.ts';
import { isDoneByItself } from '../set-up.ts';
import { type LogActor, SYSTEM_ACTOR } from '../system-log/log-event.ts';
import { CODE_LIFETIME_MS, createDeviceCodes, type DeviceCodes } from './device-codes.ts';
import type { RegisteredAgent, RegisteredAgents } from './registered-agents.ts';

/** The state of one poll for a token: RFC 8628 section 3.5. */
export type TokenAnswer =
  | { readonly ok: true; readonly agent: RegisteredAgent; readonly token: string }
  | { readonly ok: false; readonly error: 'authorization_pending' | 'slow_down' | 'expired_token' | 'access_denied' };

export interface Registration {
  readonly codes: DeviceCodes;
  start(agent: { name: string; version: string; root: string }): {
    device_code: string;
    user_code: string;
    verification_uri: string;
    verification_uri_complete: string;
    expires_in: number;
    interval: number;
  };
  poll(deviceCode: string): TokenAnswer;
  /** What an administrator chose. False when it was too late. */
  decide(userCode: string, allowed: boolean, by: LogActor): boolean;
  reset(): void;
}

const INTERVAL_S = 2;

/** A token, once: the device code is used up with it. */
export function createRegistration(context: Context, agents: RegisteredAgents): Registration {
  const { store, clock, config, systemLog } = context;
  const codes = createDeviceCodes({ store, clock });
  const lastPoll = new Map<string, number>();

  function decide(userCode: string, allowed: boolean, by: LogActor): boolean {
    const pending = codes.findByUserCode(userCode);
    if (pending === undefined || !codes.decide(userCode, allowed ? 'approved' : 'denied', by.alternateId ?? by.id)) {
      return false;
    }
    systemLog.append({
      eventType: 'system.agent.register',
      displayMessage: allowed ? 'Allow an LDAP agent to register' : 'Refuse an LDAP agent',
      actor: by,
      outcome: allowed ? { result: 'ALLOW' } : { result: 'DENY', reason: "An administrator chose Don't Allow" },
      target: [{ id: pending.userCode, type: 'LDAPAgent', alternateId: pending.root, displayName: pending.name }],
    });
    return true;
  }

  return {
    codes,
    decide,
    start(agent) {
      const { deviceCode, userCode } = codes.create(agent);
      if (isDoneByItself(config.setup, 2)) decide(userCode, true, SYSTEM_ACTOR);
      const page = `${config.publicUrl}/oauth2/auth`;
      return {
        device_code: deviceCode,
        user_code: userCode,
        verification_uri: page,
        verification_uri_complete: `${page}?code=${userCode}`,
        expires_in: CODE_LIFETIME_MS / 1000,
        interval: INTERVAL_S,
      };
    },
    poll(deviceCode) {
      const pending = codes.findByDeviceCode(deviceCode);
      if (pending === undefined) {
        lastPoll.delete(deviceCode);
        return { ok: false, error: 'expired_token' };
      }
      if (pending.state === 'pending') {
        const now = clock.now();
        const before = lastPoll.get(deviceCode) ?? 0;
        lastPoll.set(deviceCode, now);
        // A fifth of tolerance: clocks and networks jitter.
        return { ok: false, error: now - before < INTERVAL_S * 800 ? 'slow_down' : 'authorization_pending' };
      }
      lastPoll.delete(deviceCode);
      if (pending.state === 'denied') {
        codes.use(deviceCode);
        return { ok: false, error: 'access_denied' };
      }
      const { agent, token } = store.transaction(() => {
        codes.use(deviceCode);
        return agents.add({ ...pending, approvedBy: pending.decidedBy ?? '' });
      });
      systemLog.append({
        eventType: 'system.agent.register',
        displayMessage: 'Register LDAP agent',
        target: [{ id: agent.id, type: 'LDAPAgent', alternateId: agent.root, displayName: agent.name }],
      });
      return { ok: true, agent, token };
    },
    reset: () => lastPoll.clear(),
  };
}
