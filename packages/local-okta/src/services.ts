/** Agents as the Admin API shows them. Source: Okta API, "Agent Pools". */
export interface AgentPoolView {
  readonly id: string;
  readonly name: string;
  readonly type: 'LDAP';
  readonly operationalStatus: 'OPERATIONAL' | 'DEGRADED' | 'DISRUPTED' | 'INACTIVE';
  readonly agents: readonly AgentView[];
}

export interface AgentView {
  readonly id: string;
  readonly name: string;
  readonly type: 'LDAP';
  readonly version: string;
  readonly operationalStatus: AgentPoolView['operationalStatus'];
  readonly poolId: string;
  readonly isLatestGAedVersion: boolean;
  readonly isHidden: boolean;
  /** Milliseconds since 1970. */
  readonly lastConnection: number;
  readonly updateStatus: null;
}

/**
 * What one part does for another. Optional: a part that is not there leaves its place empty, and who asks says so.
 */
export interface Services {
  /** Filled in by the agent gateway. */
  agentPools?: { list(): readonly AgentPoolView[] };
  /** Everything as after the first start. Filled in by `createLocalOkta`. */
  reset?: () => Promise<void>;
}
