import { AgentError, type Witness } from './agent-error.ts';
import type { Dispatcher } from './dispatcher.ts';
import { createPageChannel } from './page-channel.ts';
import {
  type BindOutcome,
  type BindQuestion,
  type Entry,
  type Page,
  type Row,
  readPage,
  type SearchQuestion,
} from './protocol.ts';

export interface BindAnswer {
  readonly outcome: BindOutcome;
  readonly witness: Witness;
}

/** The directory on the other side of the agents. Every method throws AgentError. */
export interface RemoteDirectory {
  bind(question: Omit<BindQuestion, 'kind'>, deadlineMs: number): Promise<BindAnswer>;
  search(question: Omit<SearchQuestion, 'kind' | 'pageSize'>, deadlineMs: number): Promise<readonly Entry[]>;
  /** Page by page; the search goes on only as fast as it is read. It ends at once, without an error, when it is aborted. */
  pages(question: PagedQuestion, signal: AbortSignal): AsyncGenerator<readonly Row[]>;
}

export type PagedQuestion = Omit<SearchQuestion, 'kind' | 'sizeLimit'> & { readonly pageSize: number };

/** The longest time between two pages. */
const PAGE_MS = 60_000;

/** @param root asks only agents of this directory; told anew for each question */
export function createRemoteDirectory(dispatcher: Dispatcher, root: () => string | undefined): RemoteDirectory {
  return {
    bind: (question, deadlineMs) =>
      new Promise((resolve, reject) => {
        dispatcher.ask({
          question: { ...question, kind: 'bind' },
          root: root(),
          deadlineMs,
          onResult: async (result, agent) => {
            if ('outcome' in result) resolve({ outcome: result.outcome, witness: { agent, asked: result.asked } });
            else reject(unexpected());
            return true;
          },
          onError: reject,
        });
      }),
    search: (question, deadlineMs) =>
      new Promise((resolve, reject) => {
        dispatcher.ask({
          question: { ...question, kind: 'search' },
          root: root(),
          deadlineMs,
          onResult: async (result) => {
            if ('entries' in result) resolve(result.entries);
            else reject(unexpected());
            return true;
          },
          onError: reject,
        });
      }),
    async *pages(question, signal) {
      const channel = createPageChannel<Page>();
      let timer: NodeJS.Timeout | undefined;
      const watch = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          channel.end(new AgentError('agent-timeout', 'The LDAP agent sent no further page in time.'));
        }, PAGE_MS);
      };
      const job = dispatcher.ask({
        question: { ...question, kind: 'search' },
        root: root(),
        deadlineMs: PAGE_MS,
        async onResult(result) {
          clearTimeout(timer);
          if (!('json' in result)) {
            channel.end('entries' in result ? undefined : unexpected());
            return 'entries' in result;
          }
          const read = await channel.push(result);
          if (read) watch();
          return read;
        },
        onError: (error) => channel.end(error),
      });
      watch();
      const leave = (): void => channel.end();
      signal.addEventListener('abort', leave);
      try {
        for await (const page of channel.read()) {
          const rows = readPage(page);
          if (rows === undefined) throw unexpected();
          yield rows;
        }
      } finally {
        signal.removeEventListener('abort', leave);
        clearTimeout(timer);
        job.cancel();
      }
    },
  };
}

function unexpected(): AgentError {
  return new AgentError('directory-error', 'The LDAP agent answered another question.', { detail: 'protocol' });
}
