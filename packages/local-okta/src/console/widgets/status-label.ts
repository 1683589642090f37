import type { UserStatus } from '../../directory/user.ts';
import { type Html, html } from '../../http/page.ts';
import type { AgentPoolView } from '../../services.ts';

/** `good` works, `warn` wants attention, `bad` does not work, `off` is not in use. */
export type StatusKind = 'good' | 'warn' | 'bad' | 'off';

/** A status in words, with a shape of its own for each kind: colour alone tells nobody anything. */
export function statusLabel(kind: StatusKind, text: string): Html {
  return html`<span class="status ${kind}">${text}</span>`;
}

const USER: Readonly<Record<UserStatus, readonly [StatusKind, string]>> = {
  STAGED: ['off', 'Staged'],
  PROVISIONED: ['warn', 'Pending user action'],
  ACTIVE: ['good', 'Active'],
  RECOVERY: ['warn', 'Password reset'],
  PASSWORD_EXPIRED: ['warn', 'Password expired'],
  LOCKED_OUT: ['bad', 'Locked out'],
  SUSPENDED: ['bad', 'Suspended'],
  DEPROVISIONED: ['off', 'Deactivated'],
};

/** A user's status in the words of Okta's console. */
export const userStatusText = (status: UserStatus): string => USER[status][1];
export const userStatus = (status: UserStatus): Html => statusLabel(...USER[status]);

const AGENT: Readonly<Record<AgentPoolView['operationalStatus'], readonly [StatusKind, string]>> = {
  OPERATIONAL: ['good', 'Operational'],
  DEGRADED: ['warn', 'Degraded'],
  DISRUPTED: ['bad', 'Disrupted'],
  INACTIVE: ['off', 'Inactive'],
};

export const agentStatus = (status: AgentPoolView['operationalStatus']): Html => statusLabel(...AGENT[status]);
