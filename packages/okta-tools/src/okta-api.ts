import { z } from 'zod';
import { type HttpAnswer, httpRequest } from './http-request.ts';
import type { OktaOrg } from './okta-org.ts';
import { ToolError } from './tool-error.ts';
import { printable } from './typed-value.ts';

/** Okta's answer as a value where the caller can do something about an error, by its code. */
export type ApiResult =
  | { readonly ok: true; readonly body: unknown; readonly next: string | undefined }
  | { readonly ok: false; readonly status: number; readonly errorCode: string; readonly causes: readonly string[] };

export interface OktaApi {
  readonly url: string;
  /** Expected errors are values. @throws ToolError for what no caller can mend: network, token, rights, overload */
  call(method: string, path: string, body?: unknown): Promise<ApiResult>;
  /** Like `call`, and any error throws. */
  must(method: string, path: string, body?: unknown): Promise<unknown>;
  /** All pages of a list. */
  list(path: string): Promise<readonly unknown[]>;
}

export interface OktaApiOptions extends OktaOrg {
  /** Milliseconds that one request may take. Default 15,000. */
  readonly timeoutMs?: number;
  /** Told before it waits for a rate limit. */
  readonly onWait?: (seconds: number) => void;
  readonly sleep?: (ms: number) => Promise<void>;
}

const errorSchema = z.object({
  errorCode: z.string(),
  errorSummary: z.string().default(''),
  errorCauses: z.array(z.object({ errorSummary: z.string() })).default([]),
});

const ATTEMPTS = 6;
const LONGEST_WAIT_MS = 120_000;

/** Okta's management API with an API token. Waits where Okta says that its rate limit is used up. */
export function createOktaApi(options: OktaApiOptions): OktaApi {
  const { url, token, timeoutMs = 15_000, onWait, sleep = pause } = options;
  const { host } = new URL(url);

  async function send(method: string, target: string, body: unknown): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await httpRequest({
        method,
        url: target,
        headers: {
          accept: 'application/json',
          authorization: `SSWS ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        timeoutMs,
      });
      if (answer.status !== 429 || attempt === ATTEMPTS) return answer;
      const wait = waitFor(answer);
      onWait?.(Math.ceil(wait / 1000));
      await sleep(wait);
    }
  }

  function judge(answer: HttpAnswer, method: string, path: string): ApiResult {
    const body = parseJson(answer.text);
    if (answer.status >= 200 && answer.status < 300 && (body !== undefined || answer.text === '')) {
      return { ok: true, body, next: nextLink(answer.headers.link) };
    }
    const error = errorSchema.safeParse(body);
    if (!error.success) {
      throw new ToolError(
        answer.status >= 500 ? 'okta-failed' : 'not-okta',
        `${host} does not answer as an Okta org does (HTTP ${answer.status}${answer.headers.location === undefined ? '' : ', a redirect'}). Is OKTA_URL the address of your org?`,
      );
    }
    const { errorCode, errorCauses } = error.data;
    if (answer.status === 401) {
      throw new ToolError(
        'wrong-token',
        `${host} does not accept the API token (${printable(errorCode, 20)}). It may be of another org, revoked, or unused for 30 days: set OKTA_API_TOKEN to a new one.`,
      );
    }
    if (answer.status === 429) {
      throw new ToolError(
        'rate-limited',
        `${host} is still over its rate limit (${printable(errorCode, 20)}). Try again later.`,
      );
    }
    if (answer.status >= 500 && answer.status !== 501) {
      throw new ToolError(
        'okta-failed',
        `${host} failed with HTTP ${answer.status} (${printable(errorCode, 20)}). Try again.`,
      );
    }
    if (answer.status === 403 && errorCode === 'E0000006') {
      throw new ToolError(
        'forbidden',
        `The API token may not ${method} ${path.split('?')[0]} (E0000006). A token has the rights of the administrator who made it.`,
      );
    }
    const causes = errorCauses.map(({ errorSummary }) => printable(errorSummary));
    return { ok: false, status: answer.status, errorCode: printable(errorCode, 20), causes };
  }

  async function call(method: string, path: string, body?: unknown): Promise<ApiResult> {
    return judge(await send(method, new URL(path, url).href, body), method, path);
  }

  async function must(method: string, path: string, body?: unknown): Promise<unknown> {
    return (await succeed(method, path, body)).body;
  }

  async function succeed(method: string, path: string, body?: unknown) {
    const result = await call(method, path, body);
    if (result.ok) return result;
    const why = [result.errorCode, ...result.causes].join('; ');
    const code = result.status === 404 ? 'not-found' : 'refused';
    throw new ToolError(code, `${host} refuses ${method} ${path.split('?')[0]}: HTTP ${result.status}, ${why}.`);
  }

  return {
    url,
    call,
    must,
    async list(path) {
      const items: unknown[] = [];
      let next: string | undefined = path;
      while (next !== undefined) {
        const result = await succeed('GET', next);
        if (!Array.isArray(result.body))
          throw new ToolError('not-okta', `${host} answers with something else than a list.`);
        items.push(...result.body);
        next = result.next === undefined ? undefined : sameOrg(result.next, url);
      }
      return items;
    },
  };
}

/** Until the reset that Okta names, by Okta's own clock, and a little longer. Source: Okta, "Rate limits". */
function waitFor({ headers }: HttpAnswer): number {
  const reset = Number(headers['x-rate-limit-reset']) * 1000;
  const now = Date.parse(headers.date ?? '') || Date.now();
  const wait = Number.isFinite(reset) ? reset - now : 0;
  return Math.min(Math.max(wait, 0) + 1000, LONGEST_WAIT_MS);
}

/** The token goes to the org and nowhere else, whatever a link says: behind a proxy the host in it may be another. */
function sameOrg(link: string, url: string): string {
  const { pathname, search } = new URL(link, url);
  return `${pathname}${search}`;
}

function nextLink(header: string | readonly string[] | undefined): string | undefined {
  const text = typeof header === 'string' ? header : (header?.join(', ') ?? '');
  return /<([^<>]+)>\s*;\s*rel="next"/.exec(text)?.[1];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
