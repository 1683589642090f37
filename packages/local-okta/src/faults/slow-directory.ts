import { setTimeout as sleep } from 'node:timers/promises';
import { AgentError } from '../agents/agent-error.ts';
import type { RemoteDirectory } from '../agents/remote-directory.ts';

/** The directory behind the agents, `delayMs` further away: what would come after its deadline does not come. */
export function slowedDown(remote: RemoteDirectory, delayMs: () => number): RemoteDirectory {
  async function later<Answer>(deadlineMs: number, ask: (leftMs: number) => Promise<Answer>): Promise<Answer> {
    const ms = delayMs();
    if (ms === 0) return ask(deadlineMs);
    await pause(Math.min(ms, deadlineMs));
    if (ms >= deadlineMs) throw new AgentError('agent-timeout', 'The LDAP agent did not answer in time.');
    return ask(deadlineMs - ms);
  }

  return {
    bind: (question, deadlineMs) => later(deadlineMs, (leftMs) => remote.bind(question, leftMs)),
    search: (question, deadlineMs) => later(deadlineMs, (leftMs) => remote.search(question, leftMs)),
    async *pages(question, signal) {
      for await (const page of remote.pages(question, signal)) {
        await pause(delayMs());
        yield page;
      }
    },
  };
}

const pause = (ms: number): Promise<void> | undefined => (ms === 0 ? undefined : sleep(ms, undefined, { ref: false }));
