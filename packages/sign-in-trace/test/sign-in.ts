import type { Asked, Step } from '@ldap-to-okta/auth-adapter';
import { type Attempt, addStep, beginAttempt, type Ending, endAttempt } from '../src/index.ts';
import type { LogEvent } from '../src/system-log.ts';

export const DIRECTORY: Asked = { who: 'directory', urls: ['ldaps://ldap.example.com:636'] };
export const OKTA_LDAP: Asked = { who: 'okta', urls: ['ldaps://integrator-1.ldap.okta.com:636'] };
export const OKTA: Asked = { who: 'okta', urls: ['https://integrator-1.okta.com/oauth2/default'] };

export const NOW = Date.parse('2026-03-01T10:00:00Z');
export const DN = 'uid=user01@example.com,ou=users,dc=integrator-1,dc=okta,dc=com';

/** A sign-in whose steps took ten milliseconds each. */
export function attemptOf(by: Attempt['by'], steps: readonly Step[], end?: Ending): Attempt {
  const attempt = beginAttempt(by, NOW, by === 'form' ? 'user01' : undefined);
  for (const [index, step] of steps.entries()) {
    addStep(attempt, step, NOW + 10 * (index + 1));
  }
  if (end !== undefined) {
    endAttempt(attempt, end, NOW + 10 * (steps.length + 1));
  }
  return attempt;
}

export const connect = (outcome = 'ok'): Step => ({ kind: 'connect', url: DIRECTORY.urls[0] ?? '', outcome, ms: 10 });

export const search = (purpose: 'user' | 'groups', entries: number, outcome = 'ok'): Step => ({
  kind: 'search',
  purpose,
  base: `ou=${purpose === 'user' ? 'users' : 'groups'},dc=example,dc=org`,
  scope: 'sub',
  filter: '(uid=user01)',
  entries,
  outcome,
  ms: 10,
});

export const bind = (purpose: 'service' | 'user', outcome = 'ok', dn = DN): Step => ({
  kind: 'bind',
  purpose,
  dn,
  outcome,
  ms: 10,
});

export const redirect = (id = 'request-1'): Step => ({
  kind: 'redirect',
  to: 'https://integrator-1.okta.com/oauth2/default/v1/authorize',
  parameters: { client_id: '0oa1', redirect_uri: 'http://localhost:8080/authorization-code/callback' },
  id,
  outcome: 'ok',
  ms: 0,
});

export const exchange = (outcome = 'ok', id = 'request-1'): Step => ({
  kind: 'exchange',
  id,
  url: 'https://integrator-1.okta.com/oauth2/default/v1/token',
  outcome,
  ms: 10,
});

/** An event of the log, a hundredth of a second after the sign-in began. */
export function event(type: string, values: Partial<LogEvent> = {}): LogEvent {
  return {
    at: NOW + 10,
    type,
    actorId: '00u1',
    login: 'user01@example.com',
    ok: true,
    reason: '',
    transaction: 't1',
    data: {},
    ...values,
  };
}
