import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from '../stack-error.ts';

/** The administrator's side of Local Okta: the Admin API, and its own controls below `/local`. */
export interface OrgApi {
  /** @throws StackError `step-failed` unless Okta says that it is done */
  call<Answer = unknown>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<Answer>;
  /** Asks until the answer is right. @throws StackError `step-failed` after `PATIENCE_MS` */
  until<Answer>(path: string, right: (answer: Answer) => boolean, what: string): Promise<Answer>;
}

const PATIENCE_MS = 60_000;
const BETWEEN_MS = 25;

export function createOrgApi(url: string, token: string, signal: AbortSignal): OrgApi {
  async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    signal.throwIfAborted();
    const response = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `SSWS ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new StackError('step-failed', `Local Okta answers ${response.status} to ${method} ${path}: ${text}`);
    }
    return (text === '' ? undefined : JSON.parse(text)) as Answer; // the shape is Local Okta's, of this repository
  }
  return {
    call,
    async until<Answer>(path: string, right: (answer: Answer) => boolean, what: string): Promise<Answer> {
      for (
        const endsAt = Date.now() + PATIENCE_MS;
        Date.now() < endsAt;
        await delay(BETWEEN_MS, undefined, { signal })
      ) {
        const answer = await call<Answer>('GET', path);
        if (right(answer)) return answer;
      }
      throw new StackError('step-failed', `${what}: not within ${PATIENCE_MS / 1000} s.`);
    },
  };
}
