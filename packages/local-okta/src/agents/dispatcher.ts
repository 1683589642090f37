import { randomUUID } from 'node:crypto';
import { AgentError, type Witness } from './agent-error.ts';
import type { AgentLink } from './agent-links.ts';
import type { Page, Question, WorkError, WorkRequest, WorkResult } from './protocol.ts';

/** One question on its way to an answer. */
interface Job {
  readonly id: string;
  readonly question: Question;
  readonly root: string | undefined;
  readonly endsAt: number;
  /** Agents that have it now, and those that had it and failed. */
  readonly takenBy: Set<AgentLink>;
  readonly failedAt: Set<AgentLink>;
  readonly timers: Set<NodeJS.Timeout>;
  lastError: (WorkError & { readonly witness: Witness }) | undefined;
  /** Pages are told apart from one answer: a stream belongs to one agent. */
  readonly stream: boolean;
  readonly onResult: (result: WorkResult | Page, agent: string | undefined) => Promise<boolean>;
  readonly onError: (error: AgentError) => void;
}

export interface Dispatcher {
  /** Gives a question to an agent. `onResult` is called for each part, `onError` at most once. @returns how to give up */
  ask(options: {
    question: Question;
    /** Only agents of this directory; undefined: any. Compared as given. */
    root: string | undefined;
    deadlineMs: number;
    onResult: Job['onResult'];
    onError: Job['onError'];
  }): { cancel(): void };
  /** An agent is there, or can take more than before. */
  arrived(link: AgentLink): void;
  lost(link: AgentLink): void;
  /** A part of an answer came. False: nobody waits for it. */
  result(link: AgentLink | undefined, id: string, result: WorkResult | Page): Promise<boolean>;
  close(): void;
}

export interface DispatcherOptions {
  readonly links: () => readonly AgentLink[];
  readonly now: () => number;
  readonly rootKey: (root: string) => string;
}

/** An agent that restarts or whose connection was cut is back within this time; nobody waits longer for the first one. */
const RETURN_MS = 1_500;
/** Past this, another agent is asked as well: the first may be stopped without having died. */
const SECOND_OPINION_MS = 2_500;

export function createDispatcher({ links, now, rootKey }: DispatcherOptions): Dispatcher {
  const jobs = new Map<string, Job>();
  let lastLoss = Number.NEGATIVE_INFINITY;

  function later(job: Job, ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      job.timers.delete(timer);
      if (jobs.has(job.id)) act();
    }, ms);
    job.timers.add(timer);
  }

  function finish(job: Job): void {
    jobs.delete(job.id);
    for (const timer of job.timers) clearTimeout(timer);
    for (const link of job.takenBy) {
      link.inFlight.delete(job.id);
      takeWaiting(link);
    }
  }

  function fail(job: Job, error: AgentError): void {
    finish(job);
    job.onError(error);
  }

  const serves = (link: AgentLink, job: Job): boolean =>
    !link.leaving &&
    !job.takenBy.has(link) &&
    !job.failedAt.has(link) &&
    (job.root === undefined || rootKey(link.beat.root) === job.root);

  const hasRoom = (link: AgentLink): boolean => link.inFlight.size < link.beat.capacity;

  /** Gives the job to the least busy agent that has room for it; one whose directory answers comes first. */
  function assign(job: Job): boolean {
    const able = links()
      .filter((link) => serves(link, job) && hasRoom(link))
      .sort((a, b) => Number(b.beat.directory.ok) - Number(a.beat.directory.ok) || a.inFlight.size - b.inFlight.size);
    const [link] = able;
    if (link === undefined) return false;
    job.takenBy.add(link);
    link.inFlight.add(job.id);
    link.wire.send(toWork(job));
    if (!job.stream && able.length > 1) later(job, SECOND_OPINION_MS, () => assign(job));
    return true;
  }

  function toWork(job: Job): WorkRequest {
    return { ...job.question, id: job.id, deadlineMs: Math.max(1, job.endsAt - now()) };
  }

  function takeWaiting(link: AgentLink): void {
    for (const job of jobs.values()) {
      if (!hasRoom(link)) return;
      if (job.takenBy.size === 0 && serves(link, job)) assign(job);
    }
  }

  /** Nobody has the job: somebody takes it, or it waits for somebody who may come, or it fails. */
  function place(job: Job): void {
    if (assign(job)) return;
    if (links().some((link) => serves(link, job))) return;
    if (job.lastError !== undefined) {
      fail(job, directoryError(job.lastError));
      return;
    }
    const wait = Math.min(lastLoss + RETURN_MS, job.endsAt) - now();
    if (wait > 0) later(job, wait, () => job.takenBy.size === 0 && place(job));
    else fail(job, new AgentError('agent-unavailable', 'No LDAP agent is connected: the directory cannot be asked.'));
  }

  return {
    ask({ question, root, deadlineMs, onResult, onError }) {
      const job: Job = {
        id: randomUUID(),
        question,
        root: root === undefined ? undefined : rootKey(root),
        endsAt: now() + deadlineMs,
        takenBy: new Set(),
        failedAt: new Set(),
        timers: new Set(),
        lastError: undefined,
        stream: question.kind === 'search' && question.pageSize !== undefined,
        onResult,
        onError,
      };
      jobs.set(job.id, job);
      // A stream's deadline is the time between two pages: its reader keeps it.
      if (!job.stream) {
        later(job, deadlineMs, () => {
          const message = job.takenBy.size > 0 ? 'The LDAP agent did not answer in time.' : 'Every LDAP agent is busy.';
          fail(job, new AgentError('agent-timeout', message));
        });
      }
      place(job);
      return { cancel: () => finish(job) };
    },
    arrived: takeWaiting,
    lost(link) {
      lastLoss = now();
      for (const id of link.inFlight) {
        const job = jobs.get(id);
        if (job === undefined) continue;
        job.takenBy.delete(link);
        if (job.stream)
          fail(
            job,
            new AgentError('agent-lost', `The LDAP agent ${link.beat.name} went away in the middle of a search.`),
          );
        else if (job.takenBy.size === 0) place(job);
      }
    },
    async result(link, id, result) {
      const job = jobs.get(id);
      if (job === undefined) return false;
      const agent = link?.beat.name;
      const failure = 'error' in result ? { ...result.error, witness: { agent, asked: result.asked } } : undefined;
      if (failure !== undefined && failure.code !== 'result-code' && link !== undefined && !job.stream) {
        // This agent's way to the directory is broken; another's may not be.
        job.lastError = failure;
        job.failedAt.add(link);
        job.takenBy.delete(link);
        link.inFlight.delete(id);
        if (job.takenBy.size === 0) place(job);
        takeWaiting(link);
        return true;
      }
      if (failure !== undefined) fail(job, directoryError(failure));
      else {
        if (result.final) finish(job);
        return job.onResult(result, agent);
      }
      return true;
    },
    close() {
      const all = [...jobs.values()];
      jobs.clear();
      for (const job of all) {
        fail(job, new AgentError('agent-unavailable', 'Local Okta is stopping.'));
      }
    },
  };
}

function directoryError({ code, message, resultCode, witness }: NonNullable<Job['lastError']>): AgentError {
  return new AgentError('directory-error', message, { detail: code, resultCode, witness });
}
