import type { Heartbeat, WorkRequest } from './protocol.ts';

/** A parked poll: answered with work, or with nothing after a while. */
export interface ParkedPoll {
  readonly answer: (requests: readonly WorkRequest[]) => void;
}

/** One running agent process. */
export interface AgentLink {
  readonly agentId: string;
  readonly instance: string;
  beat: Heartbeat;
  lastSeen: number;
  readonly polls: Set<ParkedPoll>;
  /** Ids of the requests it is working on. */
  readonly inFlight: Set<string>;
  /** It said goodbye: it finishes what it has and gets nothing more. */
  leaving: boolean;
}

export interface AgentLinks {
  /** Parks a poll. `lost` must be called when the agent closes the connection before the answer. */
  park(agentId: string, beat: Heartbeat, poll: ParkedPoll): { readonly first: boolean; lost(): void; done(): void };
  goodbye(agentId: string, instance: string): void;
  /** Cuts every link of an agent that is deleted. */
  drop(agentId: string): void;
  find(agentId: string, instance: string): AgentLink | undefined;
  all(): readonly AgentLink[];
  close(): void;
}

export interface AgentLinksOptions {
  readonly now: () => number;
  readonly onArrived: (link: AgentLink, first: boolean) => void;
  /** The link is gone, by death or by goodbye. */
  readonly onLost: (link: AgentLink) => void;
}

/** An agent polls again at once after an answer; one that stays away this long is gone. */
const ABSENCE_MS = 5_000;

/** Knows which agents are there, by their polls alone. */
export function createAgentLinks({ now, onArrived, onLost }: AgentLinksOptions): AgentLinks {
  const links = new Map<string, AgentLink>();
  const absences = new Map<AgentLink, NodeJS.Timeout>();
  const keyOf = (agentId: string, instance: string): string => `${agentId} ${instance}`;

  function remove(link: AgentLink): void {
    clearTimeout(absences.get(link));
    absences.delete(link);
    const key = keyOf(link.agentId, link.instance);
    // An agent that was cut off is perhaps back: its new link is another's business.
    if (links.get(key) !== link) return;
    links.delete(key);
    onLost(link);
  }

  function watchAbsence(link: AgentLink): void {
    clearTimeout(absences.get(link));
    const timer = setTimeout(() => {
      if (link.polls.size === 0) remove(link);
    }, ABSENCE_MS);
    timer.unref();
    absences.set(link, timer);
  }

  return {
    park(agentId, beat, poll) {
      const key = keyOf(agentId, beat.instance);
      const known = links.get(key);
      const link: AgentLink = known ?? {
        agentId,
        instance: beat.instance,
        beat,
        lastSeen: now(),
        polls: new Set(),
        inFlight: new Set(),
        leaving: false,
      };
      links.set(key, link);
      link.beat = beat;
      link.lastSeen = now();
      link.polls.add(poll);
      onArrived(link, known === undefined);
      return {
        first: known === undefined,
        done() {
          link.polls.delete(poll);
          if (link.polls.size === 0) watchAbsence(link);
        },
        lost() {
          if (!link.polls.delete(poll) || link.polls.size > 0) return;
          // A dead process loses all its connections at once; one that says goodbye is given time to finish.
          if (link.leaving) watchAbsence(link);
          else remove(link);
        },
      };
    },
    goodbye(agentId, instance) {
      const link = links.get(keyOf(agentId, instance));
      if (link === undefined) return;
      link.leaving = true;
      if (link.inFlight.size === 0) remove(link);
    },
    drop(agentId) {
      for (const link of [...links.values()]) {
        if (link.agentId !== agentId) continue;
        remove(link);
        // It asks again, and hears that it is known no more.
        for (const poll of [...link.polls]) poll.answer([]);
      }
    },
    find: (agentId, instance) => links.get(keyOf(agentId, instance)),
    all: () => [...links.values()],
    close() {
      for (const timer of absences.values()) clearTimeout(timer);
      absences.clear();
      for (const link of links.values()) for (const poll of [...link.polls]) poll.answer([]);
      links.clear();
    },
  };
}
