export type { AgentLog } from './agent-log.ts';
export { type AgentState, loadState } from './agent-state.ts';
export { type ConfigProblem, formatProblems } from './config-problem.ts';
export {
  createLdapAgent,
  type LdapAgent,
  type LdapAgentOptions,
  type LdapAgentStatus,
} from './create-ldap-agent.ts';
export type { DirectoryConfig } from './directory-config.ts';
export { type AgentConfig, type AgentConfigResult, adminDn, readAgentConfig } from './env.ts';
export { PasswordPolicyControl, type PasswordPolicyError } from './password-policy.ts';
export type { ApprovalLink } from './registration.ts';
export { exitCodeOf, RegistrationError, type RegistrationErrorCode } from './registration-error.ts';
