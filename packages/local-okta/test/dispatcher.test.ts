import { describe, expect, it } from '@jest/globals';
import type { AgentLink } from '../src/agents/agent-links.ts';
import { createDispatcher } from '../src/agents/dispatcher.ts';
import type { WorkRequest } from '../src/agents/protocol.ts';

describe('a question', () => {
  it('for which the agent has no room waits, and is asked once when there is room', async () => {
    const handedOut: WorkRequest[] = [];
    const link: AgentLink = {
      agentId: 'a',
      instance: 'i',
      wire: { send: (work) => handedOut.push(work), cut: () => undefined },
      beat: { instance: 'i', name: 'n', version: '1', root: 'dc=x', capacity: 1, directory: { ok: true } },
      lastSeen: 0,
      inFlight: new Set(),
      leaving: false,
    };
    const dispatcher = createDispatcher({ links: () => [link], now: Date.now, rootKey: (root) => root });
    const ask = (dn: string) =>
      new Promise((resolve, reject) => {
        dispatcher.ask({
          question: { kind: 'bind', dn, password: 'b' },
          root: undefined,
          deadlineMs: 1_000,
          onResult: async (result) => {
            resolve(result);
            return true;
          },
          onError: reject,
        });
      });
    const answers = [ask('cn=a'), ask('cn=b')];
    const asked = () => handedOut.map((work) => (work.kind === 'bind' ? work.dn : work.base));
    expect(asked()).toEqual(['cn=a']);
    await dispatcher.result(link, handedOut[0]?.id ?? '', { final: true, outcome: 'ok' });
    dispatcher.arrived(link);
    expect(asked()).toEqual(['cn=a', 'cn=b']);
    await dispatcher.result(link, handedOut[1]?.id ?? '', { final: true, outcome: 'invalid' });
    expect(await Promise.all(answers)).toEqual([
      { final: true, outcome: 'ok' },
      { final: true, outcome: 'invalid' },
    ]);
    expect(link.inFlight.size).toBe(0);
  });
});
