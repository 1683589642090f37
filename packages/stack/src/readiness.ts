import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 20_000;
const BETWEEN_MS = 25;

/** Asks until the answer is 200, or says what the last answer was when patience ends. */
export async function waitUntilReady(url: string): Promise<'ready' | { readonly reason: string }> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const reason = await ask(url);
    if (reason === undefined) return 'ready';
    if (Date.now() > until) return { reason };
    await delay(BETWEEN_MS);
  }
}

/** Undefined when ready, otherwise why not. */
function ask(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 2000, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        resolve(response.statusCode === 200 ? undefined : `${url} answers ${response.statusCode} ${body.trim()}`),
      );
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error) => resolve(`${url}: ${error.message}`));
  });
}
