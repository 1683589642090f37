import { z } from 'zod';
import type { Services } from '../services.ts';
import type { LogActor } from '../system-log/log-event.ts';

const MAX_DELAY_MS = 60_000;
const DAY_SECONDS = 86_400;

const onOff = z.boolean({ error: 'must be true or false' }).default(false);
const delay = z
  .int({ error: `must be a whole number of milliseconds, at most ${MAX_DELAY_MS}` })
  .min(0, 'must not be negative')
  .max(MAX_DELAY_MS, `must be at most ${MAX_DELAY_MS} milliseconds`)
  .default(0);
const offset = z
  .int({ error: 'must be a whole number of seconds' })
  .min(-DAY_SECONDS, 'must be a day (86400 seconds) at most')
  .max(DAY_SECONDS, 'must be a day (86400 seconds) at most')
  .default(0);

/** What can be made to go wrong. Each does what the real trouble does; what is left out is as it should be. */
export const faultsSchema = z.strictObject({
  agentsUnreachable: onOff,
  agentDelayMs: delay,
  ldapInterfaceDown: onOff,
  ldapInterfaceDelayMs: delay,
  signOnPolicyDenies: onOff,
  discoveryUnreachable: onOff,
  tokenEndpointFails: onOff,
  tokenEndpointDelayMs: delay,
  unknownSigningKey: onOff,
  clockOffsetSeconds: offset,
  rateLimitReached: onOff,
});

export type Faults = z.output<typeof faultsSchema>;
export type FaultName = keyof Faults;

export const NO_FAULTS: Faults = faultsSchema.parse({});

/** What a fault is called, and what whoever meets it sees. */
export interface FaultDescription {
  readonly label: string;
  readonly effect: string;
  /** Of a fault that is a number. */
  readonly unit?: 'milliseconds' | 'seconds';
}

export const FAULTS: Readonly<Record<FaultName, FaultDescription>> = {
  agentsUnreachable: {
    label: 'The LDAP agents cannot reach Okta',
    effect:
      'They are disconnected. A delegated sign-in says that the password cannot be checked, and not that it is wrong. When this ends, they are back within half a minute.',
  },
  agentDelayMs: {
    label: 'The LDAP agents answer late',
    effect: 'Delegated sign-ins and imports take so much longer; a sign-in is given up after 10 seconds.',
    unit: 'milliseconds',
  },
  ldapInterfaceDown: {
    label: 'The LDAP Interface is down',
    effect: 'Its ports refuse connections, and open ones are cut.',
  },
  ldapInterfaceDelayMs: {
    label: 'The LDAP Interface answers late',
    effect: 'Every bind and every search takes so much longer.',
    unit: 'milliseconds',
  },
  signOnPolicyDenies: {
    label: 'A sign-on policy denies passwords alone at the LDAP Interface',
    effect: 'A bind with a right password is refused with code 49 and Okta’s words, as where a policy wants MFA.',
  },
  discoveryUnreachable: {
    label: 'Discovery cannot be reached',
    effect: 'Who asks for /.well-known/openid-configuration is cut off: an app that starts now does not get ready.',
  },
  tokenEndpointFails: {
    label: 'The token endpoint fails',
    effect: 'It answers 503: people come back from the sign-in page, and the app cannot finish their sign-in.',
  },
  tokenEndpointDelayMs: {
    label: 'The token endpoint answers late',
    effect: 'The last step of an OpenID Connect sign-in takes so much longer.',
    unit: 'milliseconds',
  },
  unknownSigningKey: {
    label: 'Tokens are signed with an unknown key',
    effect: 'Their kid is not among the published keys: an app must not accept them.',
  },
  clockOffsetSeconds: {
    label: 'Okta’s clock is off',
    effect:
      'Times in issued tokens, and the Date of answers, are so much later; with a minus, earlier. An hour and more earlier: expired at once.',
    unit: 'seconds',
  },
  rateLimitReached: {
    label: 'The rate limit is reached',
    effect: 'The API and the token endpoints answer 429, E0000047, with X-Rate-Limit headers.',
  },
};

export interface FaultSwitches {
  current(): Faults;
  /** From when this resolves, exactly these are in force. */
  set(wanted: Faults, actor: LogActor): Promise<void>;
  /** Hears of each change; `set` waits for it. */
  onChange(listener: (faults: Faults) => Promise<void> | void): void;
}

/** What is in force now. For whoever has to behave differently. */
export function faultsOf(services: Services): Faults {
  return services.faults?.current() ?? NO_FAULTS;
}

/** Those that are in force, as texts. */
export function faultsInForce(faults: Faults): Record<string, string> {
  const inForce = Object.entries(faults).filter(([, value]) => value !== false && value !== 0);
  return Object.fromEntries(inForce.map(([name, value]) => [name, String(value)]));
}
