import { WebSocket } from 'ws';
import { codeOf } from './error-code.ts';
import { type AgentMessage, GATEWAY_PREFIX, type OktaMessage, oktaMessage } from './protocol.ts';

/** Why a link is no more, or never came to be. `status`: Okta's answer instead of a link. */
export interface LinkEnd {
  readonly status?: number;
  readonly code: string | number;
}

export interface GatewayLink {
  send(message: AgentMessage): void;
  /** Resolves when Okta has read what was sent, or does not say so for a while. */
  close(): Promise<void>;
  readonly ended: Promise<LinkEnd>;
}

export interface GatewayLinkOptions {
  readonly oktaUrl: string;
  readonly token: string;
  readonly onOpen: () => void;
  readonly onMessage: (message: OktaMessage) => void;
}

/** Okta pings every ten seconds: without a word for so long, the connection only looks open. */
const SILENCE_MS = 25_000;
const HANDSHAKE_MS = 15_000;
const GOODBYE_MS = 2_000;
const MAX_MESSAGE_BYTES = 1024 * 1024;

/** One WebSocket to the gateway, opened from here; redirects are not followed, a token goes to one origin only. */
export function openGatewayLink({ oktaUrl, token, onOpen, onMessage }: GatewayLinkOptions): GatewayLink {
  const socket = new WebSocket(`${oktaUrl.replace(/^http/, 'ws')}${GATEWAY_PREFIX}/link`, {
    headers: { authorization: `Bearer ${token}` },
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  const silence = setTimeout(() => socket.terminate(), SILENCE_MS);
  socket.on('ping', () => silence.refresh());
  socket.on('open', onOpen);
  socket.on('message', (data) => {
    silence.refresh();
    const message = messageOf(String(data));
    if (message === undefined) socket.close(1008, 'not a message of this protocol');
    else onMessage(message);
  });
  const ended = new Promise<LinkEnd>((resolve) => {
    socket.on('unexpected-response', (request, { statusCode = 0 }) => {
      resolve({ status: statusCode, code: `STATUS_${statusCode}` });
      request.destroy();
    });
    socket.on('error', (error) => resolve({ code: codeOf(error) }));
    socket.on('close', (code) => resolve({ code }));
  });
  ended.then(() => clearTimeout(silence));
  return {
    ended,
    send(message) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    async close() {
      const late = setTimeout(() => socket.terminate(), GOODBYE_MS);
      socket.close(1000);
      await ended;
      clearTimeout(late);
    },
  };
}

function messageOf(text: string): OktaMessage | undefined {
  try {
    return oktaMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
