import type { IncomingMessage } from 'node:http';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { refuseUpgrade, type UpgradeHandler } from '../http/upgrade.ts';
import type { AgentLink, AgentLinks, Wire } from './agent-links.ts';
import type { Dispatcher } from './dispatcher.ts';
import { agentMessage, GATEWAY_PREFIX, MAX_RESULT_BYTES, type OktaMessage } from './protocol.ts';
import type { RegisteredAgent } from './registered-agents.ts';

export interface LinkServerOptions {
  /** The agent with this request's token. */
  readonly agentOf: (request: IncomingMessage) => RegisteredAgent | undefined;
  /** It is still there, or is different now. */
  readonly seen: (agent: RegisteredAgent, link: AgentLink) => void;
  readonly links: AgentLinks;
  readonly dispatcher: Dispatcher;
  /** Whether no agent is let in now. */
  readonly unavailable: () => boolean;
  readonly onError: (error: unknown) => void;
}

/** An agent that does not answer a ping until the next one is gone, though its connection may look open. */
const PING_MS = 10_000;

/**
 * The agents' links: each agent keeps one WebSocket open, over which questions go to it and short answers come back. A
 * question costs no more than a frame each way, and a dead process is known by its connection.
 */
export function createLinkServer(options: LinkServerOptions): UpgradeHandler {
  const { agentOf, links, dispatcher } = options;
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_RESULT_BYTES,
  });

  function serve(socket: WebSocket, agent: RegisteredAgent, request: IncomingMessage): void {
    let link: AgentLink | undefined;
    let heard = true;
    const watch = setInterval(() => {
      if (!heard) socket.terminate();
      heard = false;
      socket.ping();
    }, PING_MS);
    watch.unref();
    const say = (message: OktaMessage): void => socket.send(JSON.stringify(message));
    const wire: Wire = { send: (work) => say({ kind: 'work', work }), cut: () => socket.terminate() };

    function seen(): void {
      const known = agentOf(request);
      if (known === undefined) socket.terminate();
      else if (link !== undefined) options.seen(known, link);
    }

    function take(data: RawData): void {
      const { data: message } = agentMessage.safeParse(jsonOf(data));
      if (message?.kind === 'result' && link !== undefined) {
        dispatcher.result(link, message.id, message.result).catch(options.onError);
      } else if (message?.kind === 'beat') {
        if (link === undefined) {
          say({ kind: 'welcome' });
          link = links.open(agent.id, message.beat, wire);
        } else {
          link.beat = message.beat;
          dispatcher.arrived(link);
        }
        seen();
      } else if (message?.kind === 'goodbye' && link !== undefined) links.goodbye(link);
      else socket.close(1008, 'not a message of this protocol');
    }

    /** Whatever goes wrong with what one agent says ends its link, and nothing else. */
    function hear(work: () => void): void {
      heard = true;
      try {
        work();
      } catch (error) {
        options.onError(error);
        socket.close(1011);
      }
    }

    socket.on('message', (data) => hear(() => take(data)));
    socket.on('pong', () => hear(seen));
    // What a broken connection has to say is of no use: 'close' follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(watch);
      if (link !== undefined) links.lost(link);
    });
  }

  return (request, socket, head) => {
    if (request.url !== `${GATEWAY_PREFIX}/link`) return false;
    const agent = agentOf(request);
    if (options.unavailable()) refuseUpgrade(socket, 503);
    else if (agent === undefined) refuseUpgrade(socket, 401);
    else server.handleUpgrade(request, socket, head, (accepted) => serve(accepted, agent, request));
    return true;
  };
}

function jsonOf(data: RawData): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return undefined;
  }
}
