import type { AgentPoolView, AgentView } from '../services.ts';
import type { AgentLink } from './agent-links.ts';
import type { RegisteredAgent } from './registered-agents.ts';

export type OperationalStatus = AgentPoolView['operationalStatus'];

/**
 * One agent's status: OPERATIONAL when it is connected and its directory answers; DEGRADED when only the first holds;
 * DISRUPTED when it was there and is gone; INACTIVE before its first connection.
 */
export function agentStatus(agent: RegisteredAgent, links: readonly AgentLink[]): OperationalStatus {
  const own = links.filter((link) => link.agentId === agent.id && !link.leaving);
  if (own.some((link) => link.beat.directory.ok)) return 'OPERATIONAL';
  if (own.length > 0) return 'DEGRADED';
  return agent.lastSeen > 0 ? 'DISRUPTED' : 'INACTIVE';
}

/** The pool of one directory: DISRUPTED when none of its agents works, DEGRADED when some do not. */
export function poolStatus(statuses: readonly OperationalStatus[]): OperationalStatus {
  if (statuses.every((status) => status === 'INACTIVE')) return 'INACTIVE';
  if (statuses.every((status) => status === 'OPERATIONAL')) return 'OPERATIONAL';
  return statuses.some((status) => status === 'OPERATIONAL') ? 'DEGRADED' : 'DISRUPTED';
}

export interface AgentPoolsOptions {
  readonly agents: readonly RegisteredAgent[];
  readonly links: readonly AgentLink[];
  readonly rootKey: (root: string) => string;
  /** The pool of a directory has the id of its integration. */
  readonly poolId: (root: string) => string;
}

/** Agents of the same directory (the same root) form a pool. */
export function viewAgentPools({ agents, links, rootKey, poolId }: AgentPoolsOptions): readonly AgentPoolView[] {
  const pools = new Map<string, RegisteredAgent[]>();
  for (const agent of agents) {
    const key = rootKey(agent.root);
    pools.set(key, [...(pools.get(key) ?? []), agent]);
  }
  return [...pools.values()].map((members) => {
    const root = members[0]?.root ?? '';
    const id = poolId(root);
    const views = members.map((agent): AgentView => {
      const seen = links.filter((link) => link.agentId === agent.id).map(({ lastSeen }) => lastSeen);
      return {
        id: agent.id,
        name: agent.name,
        type: 'LDAP',
        version: agent.version,
        operationalStatus: agentStatus(agent, links),
        poolId: id,
        isLatestGAedVersion: true,
        isHidden: false,
        lastConnection: Math.max(agent.lastSeen, ...seen),
        updateStatus: null,
      };
    });
    return {
      id,
      name: root,
      type: 'LDAP',
      operationalStatus: poolStatus(views.map(({ operationalStatus }) => operationalStatus)),
      agents: views,
    };
  });
}
