import { setTimeout as delay } from 'node:timers/promises';
import type { AgentLog } from './agent-log.ts';
import { createBackoff, pause } from './backoff.ts';
import type { Directory } from './directory.ts';
import { codeOf } from './error-code.ts';
import { type GatewayClient, GatewayUnreachable } from './gateway-client.ts';
import { type CarriedResult, type Heartbeat, pollAnswer, type WorkRequest, type WorkResult } from './protocol.ts';
import { type Deliver, doWork } from './work.ts';

export interface WorkLoopOptions {
  readonly gateway: GatewayClient;
  readonly token: string;
  readonly directory: Directory;
  readonly log: AgentLog;
  readonly heartbeat: (capacity: number) => Heartbeat;
  readonly onConnected: (connected: boolean) => void;
}

/** `revoked`: the gateway does not know this agent any more. `closed`: it was asked to end. */
export type LoopEnd = 'revoked' | 'closed';

const POLLERS = 2;
/** How long a poller waits for what it brought to be done. The other one takes what comes meanwhile. */
const ANSWER_FIRST_MS = 5;
const MAX_IN_FLIGHT = 64;
/** Longer than the gateway holds a poll. */
const POLL_TIMEOUT_MS = 40_000;
/** A page is acknowledged when it has been stored; a full import may make it wait. */
const RESULT_TIMEOUT_MS = 120_000;

/**
 * Asks the gateway for work by long polling, and does it beside the polling: an agent whose polls stay away is dead.
 */
export function startWorkLoop(options: WorkLoopOptions): { readonly ended: Promise<LoopEnd>; close(): Promise<void> } {
  const { gateway, token, directory, log } = options;
  const stop = new AbortController();
  const inFlight = new Set<Promise<void>>();
  let connected = false;
  let revoked = false;

  function setConnected(now: boolean, why?: string | number): void {
    if (connected === now) return;
    connected = now;
    if (now) log.info('connected to Local Okta');
    else log.warn('the connection to Local Okta is lost; trying again', { why });
    options.onConnected(now);
  }

  async function deliver(work: Pick<WorkRequest, 'id'>, result: WorkResult): Promise<boolean> {
    const backoff = createBackoff({ firstMs: 200, maxMs: 2_000 });
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      try {
        const { status } = await gateway.post(
          `/requests/${encodeURIComponent(work.id)}/result`,
          { instance: options.heartbeat(0).instance, ...result },
          { token, timeoutMs: RESULT_TIMEOUT_MS },
        );
        if (status < 500) return status < 300;
      } catch (error) {
        if (!(error instanceof GatewayUnreachable)) throw error;
        // A page must not be counted twice: only whole answers are sent again.
        if (!result.final || ('entries' in result && result.entries.length > 0)) return false;
      }
      await pause(backoff.nextMs(), stop.signal);
    }
    return false;
  }

  function take(work: WorkRequest, answer: Deliver): Promise<void> {
    const job = doWork(work, directory, answer)
      .catch((error: unknown) => {
        log.error('an answer could not be delivered', { kind: work.kind, code: codeOf(error) });
      })
      .finally(() => inFlight.delete(job));
    inFlight.add(job);
    return job;
  }

  /** Begins what a poll brought. What is done in no time is the result, for the next poll; the rest is posted. */
  async function begin(requests: readonly WorkRequest[]): Promise<CarriedResult[]> {
    const carried: CarriedResult[] = [];
    let waiting = true;
    const jobs = requests.map((work) =>
      take(work, async (result) => {
        if (!waiting || !result.final) return deliver(work, result);
        carried.push({ id: work.id, ...result });
        return true;
      }),
    );
    await Promise.race([Promise.all(jobs), delay(ANSWER_FIRST_MS)]);
    waiting = false;
    return carried;
  }

  async function poll(): Promise<void> {
    const backoff = createBackoff();
    let results: readonly CarriedResult[] = [];
    while (!stop.signal.aborted && !revoked) {
      try {
        const { status, body } = await gateway.post(
          '/poll',
          { ...options.heartbeat(MAX_IN_FLIGHT - inFlight.size), results },
          { token, timeoutMs: POLL_TIMEOUT_MS, signal: stop.signal },
        );
        if (status < 500) results = [];
        if (status === 401) {
          revoked = true;
          stop.abort();
          return;
        }
        const answer = status === 200 ? pollAnswer.safeParse(body) : undefined;
        if (answer?.success) results = await begin(answer.data.requests);
        else if (status !== 204)
          throw new GatewayUnreachable(`unexpected status ${status}`, `STATUS_${status}`, undefined);
        backoff.reset();
        setConnected(true);
      } catch (error) {
        // What it carried may not have arrived, and goes with the next one: Local Okta passes over what it knows.
        if (stop.signal.aborted) break;
        setConnected(false, codeOf(error));
        await pause(backoff.nextMs(), stop.signal);
      }
    }
    if (!revoked) for (const { id, ...result } of results) await deliver({ id }, result);
  }

  const polling = Promise.all(Array.from({ length: POLLERS }, () => poll()));
  return {
    ended: polling.then(() => (revoked ? 'revoked' : 'closed')),
    async close() {
      // Said first, so that no more work comes and the requests in flight are left to this agent to finish.
      const goodbye = { instance: options.heartbeat(0).instance };
      if (!stop.signal.aborted)
        await gateway.post('/goodbye', goodbye, { token, timeoutMs: 2_000 }).catch(() => undefined);
      stop.abort();
      await polling;
      await Promise.all(inFlight);
    },
  };
}
