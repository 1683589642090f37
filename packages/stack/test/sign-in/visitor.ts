import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';

/** A page as a browser without scripts has it: what was answered, and where. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface VisitOptions {
  readonly method?: 'GET' | 'POST';
  readonly body?: string | URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks for pages as a person's browser does: keeps the cookies of each host and follows redirects between hosts. */
export class Visitor {
  readonly #cookies = new Map<string, Map<string, string>>();
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  /** The page at the end of all redirects. */
  async visit(path: string | URL, options: VisitOptions = {}): Promise<Page> {
    let page = await this.ask(path, options);
    for (let hops = 0; hops < 20; hops++) {
      const next = page.headers.get('location');
      if (page.status < 300 || page.status > 399 || next === null) {
        return page;
      }
      page = await this.ask(new URL(next, page.url));
    }
    throw new Error(`too many redirects, the last one at ${page.url}`);
  }

  /** One answer, redirect or not. */
  async ask(path: string | URL, { method = 'GET', body, headers = {} }: VisitOptions = {}): Promise<Page> {
    const url = new URL(path, this.#base);
    const jar = this.#jarOf(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await send(url, {
      method,
      headers: { accept: 'text/html', ...(cookie === '' ? {} : { cookie }), ...headers },
      body,
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) {
        jar.delete(name);
      } else {
        jar.set(name, value);
      }
    }
    return { url, ...response };
  }

  /** The app's cookies, as they could be copied or planted. */
  get cookies(): Map<string, string> {
    return this.#jarOf(new URL(this.#base));
  }

  #jarOf({ host }: URL): Map<string, string> {
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, jar);
    return jar;
  }
}

/** `fetch` would do, if it let anybody say where `*.localhost` is: every browser knows (RFC 6761), not every system. */
function send(
  url: URL,
  {
    method,
    headers,
    body,
  }: Required<Pick<VisitOptions, 'method' | 'headers'>> & { body: VisitOptions['body'] | undefined },
): Promise<Omit<Page, 'url'>> {
  const text = body?.toString();
  const type = body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'text/plain;charset=UTF-8';
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method,
        lookup,
        headers: {
          ...(text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: headersOf(response.rawHeaders),
            text: Buffer.concat(pieces).toString('utf8'),
          }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(text);
  });
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index < raw.length; index += 2) headers.append(raw[index] ?? '', raw[index + 1] ?? '');
  return headers;
}

const lookup: LookupFunction = (name, options, callback) =>
  dns.lookup(name.endsWith('.localhost') ? 'localhost' : name, { ...options, family: 4 }, callback);
