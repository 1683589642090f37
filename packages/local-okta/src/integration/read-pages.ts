import { setTimeout as sleep } from 'node:timers/promises';
import { AgentError } from '../agents/agent-error.ts';
import type { Row } from '../agents/protocol.ts';
import type { PagedQuestion, RemoteDirectory } from '../agents/remote-directory.ts';

export interface ReadPagesOptions {
  readonly remote: RemoteDirectory;
  readonly question: PagedQuestion;
  readonly signal: AbortSignal;
  /** Sees an entry again when the search was begun again. */
  readonly take: (rows: readonly Row[]) => void;
  /** The search is begun again. */
  readonly onInterrupted: (why: AgentError) => void;
}

/** Entries that are written at once: with more, objects live long enough to be moved, and other requests wait longer. */
const TRANSACTION = 1_000;
/** How long it waits for an agent without getting further than before. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 500;

/**
 * Reads all that a search finds. Pages belong to a connection of one agent: when it goes away, the search is begun
 * again, with whichever agent is there or comes.
 * @returns false when it was aborted
 * @throws AgentError when the directory refuses, or nobody comes
 */
export async function readPages({ remote, question, signal, take, onInterrupted }: ReadPagesOptions): Promise<boolean> {
  let furthest = 0;
  let stuckSince: number | undefined;
  while (!signal.aborted) {
    let read = 0;
    try {
      let waiting: Row[] = [];
      for await (const rows of remote.pages(question, signal)) {
        if (signal.aborted) return false;
        read += rows.length;
        if (read > furthest) {
          furthest = read;
          stuckSince = undefined;
        }
        waiting = waiting.concat(rows);
        if (waiting.length < TRANSACTION) continue;
        take(waiting);
        waiting = [];
      }
      if (signal.aborted) return false;
      take(waiting);
      return true;
    } catch (error) {
      if (!(error instanceof AgentError) || !mayGetBetter(error, furthest > 0)) throw error;
      if (stuckSince === undefined) {
        stuckSince = performance.now();
        onInterrupted(error);
      } else if (performance.now() - stuckSince > PATIENCE_MS) throw error;
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return false;
}

/** A directory that cannot be reached at all is said at once; one that could be read a moment ago may be back, or another agent reaches it. */
function mayGetBetter({ code, detail }: AgentError, begun: boolean): boolean {
  if (code === 'agent-lost' || code === 'agent-unavailable') return true;
  return begun && detail !== 'result-code';
}
