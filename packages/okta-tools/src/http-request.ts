import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { ToolError } from './tool-error.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export interface HttpRequest {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for the whole answer. */
  readonly timeoutMs: number;
}

const MAX_ANSWER = 20_000_000;

/** Finds `*.localhost` where the system's resolver does not, as in many minimal images; `fetch` has no way for that. */
const lookup: LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, options, (error, address, family) => {
    if (error === null || !hostname.endsWith('.localhost')) callback(error, address, family);
    else if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  });
};

/** One request, no redirects followed. @throws ToolError saying why there is no answer */
export async function httpRequest({ method = 'GET', url, headers, body, timeoutMs }: HttpRequest): Promise<HttpAnswer> {
  const { request } = url.startsWith('https:') ? https : http;
  try {
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const sent = request(url, {
        method,
        headers: { ...headers, ...length },
        lookup,
        signal: AbortSignal.timeout(timeoutMs),
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER) sent.destroy(new ToolError('not-okta', `The answer of ${hostOf(url)} does not end.`));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      sent.end(body);
    });
  } catch (error) {
    throw error instanceof ToolError ? error : explain(error, hostOf(url));
  }
}

const hostOf = (url: string): string => new URL(url).host;

function explain(error: unknown, host: string): ToolError {
  const { name, code = '' } = error as NodeJS.ErrnoException; // what Node's sockets reject with
  if (name === 'AbortError' || name === 'TimeoutError' || code === 'ETIMEDOUT' || code === 'ABORT_ERR') {
    return new ToolError(
      'timeout',
      `${host} did not answer in time. Try again, or look at the network and the proxy.`,
      {
        cause: error,
      },
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new ToolError(
      'unknown-host',
      `There is no host ${host} (${code}). Is the org's name in OKTA_URL your own?`,
      {
        cause: error,
      },
    );
  }
  if (/^(CERT_|ERR_TLS_|ERR_SSL_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/.test(code)) {
    return new ToolError(
      'untrusted-certificate',
      `${host} shows a certificate that is not trusted (${code}). Behind a proxy that inspects TLS, name its CA in NODE_EXTRA_CA_CERTS.`,
      { cause: error },
    );
  }
  return new ToolError('unreachable', `${host} cannot be reached (${code || 'no reason given'}). Is it running?`, {
    cause: error,
  });
}
