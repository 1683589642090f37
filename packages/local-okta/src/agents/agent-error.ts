import type { AskedDirectory } from './protocol.ts';

/** Who asked the directory for Okta. */
export interface Witness {
  readonly agent?: string | undefined;
  readonly asked?: AskedDirectory | undefined;
}

/**
 * Why a question to the directory has no answer. None of them says anything about a password.
 *
 * - `agent-unavailable`: no agent of this directory is connected.
 * - `agent-timeout`: an agent took the question and did not answer in time.
 * - `agent-lost`: the agent went away in the middle of a stream of pages.
 * - `directory-error`: the agent answered that the directory cannot be used, or refused.
 */
export type AgentErrorCode = 'agent-unavailable' | 'agent-timeout' | 'agent-lost' | 'directory-error';

export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: AgentErrorCode;
  /** The agent's own word for it: `connection-refused`, `service-bind-failed`, `result-code`. */
  readonly detail?: string;
  /** The LDAP result code where the directory gave one. */
  readonly resultCode?: number;
  /** The agent that took the question, and what it says of the directory, where there was one. */
  readonly witness: Witness;

  constructor(
    code: AgentErrorCode,
    message: string,
    more: { detail?: string; resultCode?: number | undefined; witness?: Witness | undefined } = {},
  ) {
    super(message);
    this.code = code;
    this.witness = more.witness ?? {};
    if (more.detail !== undefined) this.detail = more.detail;
    if (more.resultCode !== undefined) this.resultCode = more.resultCode;
  }
}
