import { type Agent, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { codeOf, messageOf } from './error-code.ts';
import { GATEWAY_PREFIX } from './protocol.ts';

/** An answer of the gateway, whatever its status. */
export interface GatewayAnswer {
  readonly status: number;
  /** Parsed JSON, or undefined when there was none. */
  readonly body: unknown;
}

/** Nobody answered: refused, unknown host, cut off, too late. `code` is Node's. */
export class GatewayUnreachable extends Error {
  override readonly name = 'GatewayUnreachable';
  readonly code: string;

  constructor(message: string, code: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export interface GatewayClient {
  /** `body` becomes JSON; bytes are JSON. @throws GatewayUnreachable */
  post(
    path: string,
    body: unknown,
    options?: { token?: string; timeoutMs?: number; signal?: AbortSignal },
  ): Promise<GatewayAnswer>;
  close(): void;
}

const MAX_CONNECTIONS = 16;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Outbound HTTP over a few kept-alive connections; redirects are not followed, a token goes to one origin only. */
export function createGatewayClient(oktaUrl: string): GatewayClient {
  const secure = oktaUrl.startsWith('https:');
  const agent: Agent = secure
    ? new HttpsAgent({ keepAlive: true, maxSockets: MAX_CONNECTIONS })
    : new HttpAgent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  const request = secure ? httpsRequest : httpRequest;
  const target = urlToHttpOptions(new URL(`${oktaUrl}${GATEWAY_PREFIX}`));
  return {
    post(path, body, { token, timeoutMs = 15_000, signal } = {}) {
      // A text leaves in one piece with the headers.
      const payload = Buffer.isBuffer(body) ? body : JSON.stringify(body);
      return new Promise((resolve, reject) => {
        const outgoing = request(
          {
            ...target,
            path: `${target.path}${path}`,
            method: 'POST',
            agent,
            ...(signal === undefined ? {} : { signal }),
            headers: {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(payload),
              accept: 'application/json',
              ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            },
          },
          (response) => {
            read(response).then((text) => resolve({ status: response.statusCode ?? 0, body: parse(text) }), fail);
          },
        );
        const fail = (error: unknown): void => {
          reject(new GatewayUnreachable(messageOf(error), String(codeOf(error) || 'UNKNOWN'), error));
        };
        const deadline = setTimeout(() => {
          outgoing.destroy(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }));
        }, timeoutMs);
        outgoing.once('close', () => clearTimeout(deadline));
        outgoing.on('error', fail);
        outgoing.end(payload);
      });
    },
    close() {
      agent.destroy();
    },
  };
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    // A response without setEncoding yields buffers.
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_ANSWER_BYTES) {
      throw Object.assign(new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`), {
        code: 'ANSWER_TOO_LARGE',
      });
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
