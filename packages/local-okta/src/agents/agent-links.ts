import type { Heartbeat, WorkRequest } from './protocol.ts';

/** The connection underneath a link. */
export interface Wire {
  send(work: WorkRequest): void;
  cut(): void;
}

/** One running agent process. */
export interface AgentLink {
  readonly agentId: string;
  readonly instance: string;
  readonly wire: Wire;
  beat: Heartbeat;
  lastSeen: number;
  /** Ids of the requests it is working on. */
  readonly inFlight: Set<string>;
  /** It said goodbye: it finishes what it has and gets nothing more. */
  leaving: boolean;
}

export interface AgentLinks {
  /** An agent is there. A link that the same process had before is lost with that. */
  open(agentId: string, beat: Heartbeat, wire: Wire): AgentLink;
  lost(link: AgentLink): void;
  goodbye(link: AgentLink): void;
  /** Cuts every link of an agent that is deleted. */
  drop(agentId: string): void;
  find(agentId: string, instance: string): AgentLink | undefined;
  all(): readonly AgentLink[];
  close(): void;
}

export interface AgentLinksOptions {
  readonly now: () => number;
  readonly onArrived: (link: AgentLink) => void;
  /** The link is gone, by death or by goodbye. */
  readonly onLost: (link: AgentLink) => void;
}

/** Knows which agents are there. */
export function createAgentLinks({ now, onArrived, onLost }: AgentLinksOptions): AgentLinks {
  const links = new Map<string, AgentLink>();
  const keyOf = (agentId: string, instance: string): string => `${agentId} ${instance}`;

  function lost(link: AgentLink): void {
    const key = keyOf(link.agentId, link.instance);
    // An agent that was cut off is perhaps back: its new link is another's business.
    if (links.get(key) !== link) return;
    links.delete(key);
    onLost(link);
  }

  function cut(link: AgentLink): void {
    lost(link);
    link.wire.cut();
  }

  return {
    open(agentId, beat, wire) {
      const key = keyOf(agentId, beat.instance);
      const before = links.get(key);
      if (before !== undefined) cut(before);
      const { instance } = beat;
      const link: AgentLink = {
        agentId,
        instance,
        wire,
        beat,
        lastSeen: now(),
        inFlight: new Set(),
        leaving: false,
      };
      links.set(key, link);
      onArrived(link);
      return link;
    },
    lost,
    goodbye(link) {
      link.leaving = true;
      if (link.inFlight.size === 0) lost(link);
    },
    drop(agentId) {
      for (const link of [...links.values()]) if (link.agentId === agentId) cut(link);
    },
    find: (agentId, instance) => links.get(keyOf(agentId, instance)),
    all: () => [...links.values()],
    close() {
      for (const link of links.values()) link.wire.cut();
      links.clear();
    },
  };
}
