import { Worker } from 'node:worker_threads';
import type { HashAnswer, HashJob } from './hash-worker.ts';

/** Beside the compiled form of this file; the same place whether this is it or its source. */
const WORKER = new URL('../../dist/directory/hash-worker.js', import.meta.url);

/** bcrypt of work factor 20, the most that Okta takes, is a minute or more of computing. */
const DEADLINE_MS = 120_000;
const MAX_WORKERS = 2;
const MAX_WAITING = 64;
const IDLE_MS = 5_000;

/** The password cannot be judged now: too many costly hashes are being computed, or one took too long. */
export class HashBusyError extends Error {
  override readonly name = 'HashBusyError';
  readonly code = 'hash-busy';
}

interface Waiting {
  readonly job: HashJob;
  readonly resolve: (matches: boolean) => void;
  readonly reject: (error: Error) => void;
}

const waiting: Waiting[] = [];
let idle: Worker[] = [];
let working = 0;

/**
 * Computes what would stop the process for seconds, on threads beside it. At most two at a time: whoever sends wrong
 * passwords for somebody with a costly hash takes no more than that.
 * @throws HashBusyError
 */
export function verifyOnWorker(job: HashJob): Promise<boolean> {
  if (waiting.length >= MAX_WAITING) return Promise.reject(new HashBusyError('Too many passwords are being verified.'));
  return new Promise((resolve, reject) => {
    waiting.push({ job, resolve, reject });
    next();
  });
}

function next(): void {
  if (working >= MAX_WORKERS) return;
  const task = waiting.shift();
  if (task === undefined) return;
  working += 1;
  run(idle.pop() ?? startWorker(), task);
}

function startWorker(): Worker {
  // It has no need of the parent's environment, arguments or output.
  const worker = new Worker(WORKER, { env: {}, execArgv: [], argv: [] });
  // Nobody waits for it at the end of the process: only a computation in progress does, by its timer.
  worker.unref();
  return worker;
}

function run(worker: Worker, { job, resolve, reject }: Waiting): void {
  const finish = (end: () => void, reusable: boolean): void => {
    clearTimeout(timer);
    // One by one: `removeAllListeners` would take the worker's own with them.
    worker.off('message', onMessage).off('error', onError);
    working -= 1;
    if (reusable) keep(worker);
    else void worker.terminate();
    end();
    next();
  };
  const onMessage = (answer: HashAnswer): void => {
    if ('matches' in answer) finish(() => resolve(answer.matches), true);
    else finish(() => reject(new Error(`A hash could not be computed: ${answer.error}`)), true);
  };
  const onError = (error: Error): void => finish(() => reject(error), false);
  const timer = setTimeout(
    () => finish(() => reject(new HashBusyError('Verifying a password took too long.')), false),
    DEADLINE_MS,
  );
  worker.on('message', onMessage).on('error', onError);
  worker.postMessage(job);
}

function keep(worker: Worker): void {
  idle.push(worker);
  setTimeout(() => {
    if (!idle.includes(worker)) return;
    idle = idle.filter((other) => other !== worker);
    void worker.terminate();
  }, IDLE_MS).unref();
}
