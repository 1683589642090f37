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

  constructor(code: AgentErrorCode, message: string, more: { detail?: string; resultCode?: number | undefined } = {}) {
    super(message);
    this.code = code;
    if (more.detail !== undefined) this.detail = more.detail;
    if (more.resultCode !== undefined) this.resultCode = more.resultCode;
  }
}
