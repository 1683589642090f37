import type { AgentLog } from './agent-log.ts';
import { createBackoff, pause } from './backoff.ts';
import type { Directory } from './directory.ts';
import { codeOf } from './error-code.ts';
import { type GatewayClient, GatewayUnreachable } from './gateway-client.ts';
import { type GatewayLink, openGatewayLink } from './gateway-link.ts';
import type { Heartbeat, WorkRequest, WorkResult } from './protocol.ts';
import { doWork } from './work.ts';

export interface WorkLoopOptions {
  readonly oktaUrl: string;
  readonly gateway: GatewayClient;
  readonly token: string;
  readonly directory: Directory;
  readonly log: AgentLog;
  readonly heartbeat: (capacity: number) => Heartbeat;
  readonly onConnected: (connected: boolean) => void;
}

/** `revoked`: the gateway does not know this agent any more. `closed`: it was asked to end. */
export type LoopEnd = 'revoked' | 'closed';

export interface WorkLoop {
  readonly ended: Promise<LoopEnd>;
  /** The heartbeat is another now. */
  beat(): void;
  close(): Promise<void>;
}

const MAX_IN_FLIGHT = 64;
/** A page is acknowledged when it has been stored; a full import may make it wait. */
const RESULT_TIMEOUT_MS = 120_000;

/** Keeps a link to the gateway and does what is asked over it. */
export function startWorkLoop(options: WorkLoopOptions): WorkLoop {
  const { oktaUrl, gateway, token, directory, log } = options;
  const stop = new AbortController();
  const inFlight = new Set<Promise<void>>();
  let link: GatewayLink | undefined;
  let connected: boolean | undefined;

  const heartbeat = (): Heartbeat => options.heartbeat(MAX_IN_FLIGHT);
  const beat = (): void => link?.send({ kind: 'beat', beat: heartbeat() });

  function setConnected(now: boolean, why?: string | number): void {
    if (connected === now) return;
    if (now) log.info('connected to Local Okta');
    else if (connected) log.warn('the connection to Local Okta is lost; trying again', { why });
    else log.warn('no connection to Local Okta; trying again. A proxy before it has to pass WebSockets on', { why });
    connected = now;
    options.onConnected(now);
  }

  /** A page by itself: its acknowledgement is what holds back the next ones. */
  async function post(work: WorkRequest, result: WorkResult): Promise<boolean> {
    const backoff = createBackoff({ firstMs: 200, maxMs: 2_000 });
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      try {
        const path = `/requests/${encodeURIComponent(work.id)}`;
        const timing = { token, timeoutMs: RESULT_TIMEOUT_MS };
        const { status } = await ('rows' in result
          ? gateway.post(`${path}/page`, result.rows, timing)
          : gateway.post(`${path}/result`, { instance: heartbeat().instance, ...result }, timing));
        if (status < 500) return status < 300;
      } catch (error) {
        // It may have arrived all the same: an import counts nobody twice, and would wait long for a page that is lost.
        if (!(error instanceof GatewayUnreachable)) throw error;
      }
      await pause(backoff.nextMs(), stop.signal);
    }
    return false;
  }

  /** Where the link was lost meanwhile, Okta asks again: an answer to the first question is passed over. */
  async function say(work: WorkRequest, result: WorkResult): Promise<boolean> {
    link?.send({ kind: 'result', id: work.id, result });
    return true;
  }

  function take(work: WorkRequest): void {
    const isStream = work.kind === 'search' && work.pageSize !== undefined;
    const job = doWork(work, directory, (result) => (isStream ? post(work, result) : say(work, result)))
      .catch((error: unknown) => {
        log.error('an answer could not be delivered', { kind: work.kind, code: codeOf(error) });
      })
      .finally(() => inFlight.delete(job));
    inFlight.add(job);
  }

  async function keepLinked(): Promise<LoopEnd> {
    const backoff = createBackoff();
    while (!stop.signal.aborted) {
      link = openGatewayLink({
        oktaUrl,
        token,
        onOpen: beat,
        onMessage(message) {
          if (message.kind === 'work') return take(message.work);
          backoff.reset();
          setConnected(true);
        },
      });
      const { status, code } = await link.ended;
      link = undefined;
      if (status === 401) return 'revoked';
      if (stop.signal.aborted) break;
      setConnected(false, code);
      await pause(backoff.nextMs(), stop.signal);
    }
    return 'closed';
  }

  const ended = keepLinked();
  return {
    ended,
    beat,
    async close() {
      stop.abort();
      // Said first, so that no more work comes and the requests in flight are left to this agent to finish.
      link?.send({ kind: 'goodbye' });
      await Promise.all(inFlight);
      await link?.close();
      await ended;
    },
  };
}
