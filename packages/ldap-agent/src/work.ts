import type { Directory } from './directory.ts';
import { toDirectoryError } from './directory-error.ts';
import type { SearchWork, WorkRequest, WorkResult } from './protocol.ts';

/** Hands one part of an answer to the gateway. False: nobody waits for it any more. */
export type Deliver = (result: WorkResult) => Promise<boolean>;

/** Does what the gateway asked for. Whatever goes wrong with the directory becomes the answer. */
export async function doWork(work: WorkRequest, directory: Directory, deliver: Deliver): Promise<void> {
  const startedAt = performance.now();
  const asked = () => ({ url: directory.url, ms: performance.now() - startedAt });
  try {
    if (work.kind === 'bind') {
      const outcome = await directory.bind(work);
      await deliver({ final: true, outcome, asked: asked() });
    } else if (work.pageSize === undefined) await deliver({ final: true, entries: await directory.search(work) });
    else await streamPages(work, work.pageSize, directory, deliver);
  } catch (error) {
    const { code, message, resultCode } = toDirectoryError(error);
    await deliver({
      final: true,
      error: { code, message, ...(resultCode === undefined ? {} : { resultCode }) },
      ...(work.kind === 'bind' ? { asked: asked() } : {}),
    });
  }
}

/** Pages on their way while the next is read: the directory, the agent and the gateway work at the same time. */
const PAGES_IN_FLIGHT = 8;

/** The gateway acknowledges a page when it has been worked on: its pace is the pace of the search. */
async function streamPages(work: SearchWork, pageSize: number, directory: Directory, deliver: Deliver): Promise<void> {
  const underWay: Promise<boolean>[] = [];
  for await (const rows of directory.pages(work, pageSize)) {
    const delivered = deliver({ final: false, rows });
    delivered.catch(() => undefined);
    underWay.push(delivered);
    if (underWay.length >= PAGES_IN_FLIGHT && !(await underWay.shift())) return;
  }
  if ((await Promise.all(underWay)).every((taken) => taken)) await deliver({ final: true, entries: [] });
}
