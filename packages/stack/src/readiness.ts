import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 20_000;
const BETWEEN_MS = 25;

/** Why something is not ready: the last answer when patience ended. */
export interface NotReady {
  readonly reason: string;
}

/** Asks until the answer is 200, or says what the last answer was when patience ends. */
export function waitUntilReady(url: string, over: AbortSignal): Promise<'ready' | NotReady> {
  return waitUntil(async () => {
    const answer = await ask(url);
    return answer.status === 200
      ? undefined
      : `${url}${answer.status === undefined ? ':' : ` answers ${answer.status}`} ${answer.text}`;
  }, over);
}

/** Looks until there is no reason any more why not, or returns the last reason when patience or the wait itself is over. */
export async function waitUntil(
  whyNot: () => Promise<string | undefined>,
  over: AbortSignal,
): Promise<'ready' | NotReady> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const reason = await whyNot();
    if (reason === undefined) return 'ready';
    if (over.aborted || Date.now() > until) return { reason };
    await delay(BETWEEN_MS);
  }
}

/** One answer; without a status, `text` says why there is none. */
export function ask(url: string): Promise<{ readonly status: number | undefined; readonly text: string }> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 2000, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('error', (error) => resolve({ status: undefined, text: error.message }));
      response.on('end', () => resolve({ status: response.statusCode, text: body.trim() }));
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error) => resolve({ status: undefined, text: error.message }));
  });
}
