import { describe, expect, it } from '@jest/globals';
import type { AgentLink } from '../src/agents/agent-links.ts';
import { createDispatcher } from '../src/agents/dispatcher.ts';
import type { WorkRequest } from '../src/agents/protocol.ts';

describe('a question', () => {
  it('that a poll takes in the very turn in which it is asked is answered, and asked once', async () => {
    const handedOut: WorkRequest[] = [];
    const link: AgentLink = {
      agentId: 'a',
      instance: 'i',
      beat: { instance: 'i', name: 'n', version: '1', root: 'dc=x', capacity: 10, directory: { ok: true } },
      lastSeen: 0,
      polls: new Set(),
      inFlight: new Set(),
      leaving: false,
    };
    const dispatcher = createDispatcher({ links: () => [link], now: Date.now, rootKey: (root) => root });
    const answer = new Promise((resolve, reject) => {
      dispatcher.ask({
        question: { kind: 'bind', dn: 'cn=a', password: 'b' },
        root: undefined,
        deadlineMs: 1_000,
        onResult: async (result) => {
          resolve(result);
          return true;
        },
        onError: reject,
      });
    });
    // Two polls, as an agent has them: the question must not go out twice either.
    for (let poll = 0; poll < 2; poll += 1) {
      link.polls.add({ answer: (requests) => handedOut.push(...requests) });
      dispatcher.arrived(link);
    }
    await Promise.resolve();
    expect(handedOut.length).toBe(1);
    await dispatcher.result(link, handedOut[0]?.id ?? '', { final: true, outcome: 'ok' });
    expect(await answer).toEqual({ final: true, outcome: 'ok' });
  });
});
