import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'ldapts';
import { DirectoryError } from './directory-error.ts';
import { tutorialDirectory } from './test-directory.ts';

/**
 * Resolves once the directory lets its administrator bind.
 * @param ended says why waiting is in vain (the process is gone), or undefined
 * @throws {DirectoryError} `did-not-start`
 */
export async function untilItAnswers(url: string, ended: () => string | undefined, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const failure = await bindOnce(url);
    if (failure === undefined) return;
    const reason = ended();
    if (reason !== undefined) throw new DirectoryError('did-not-start', reason, { cause: failure });
    if (Date.now() > deadline) {
      throw new DirectoryError('did-not-start', `${url} did not answer within ${withinMs} ms`, { cause: failure });
    }
    await delay(25);
  }
}

async function bindOnce(url: string): Promise<unknown> {
  const client = new Client({ url, connectTimeout: 2_000, timeout: 5_000 });
  try {
    await client.bind(tutorialDirectory.adminDn, tutorialDirectory.adminPassword);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await client.unbind().catch(() => undefined);
  }
}
