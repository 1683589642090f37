import { LdapAuthError } from './errors.ts';
import type { LdapResult, RawEntry } from './response.ts';

export interface Answer {
  readonly result: LdapResult;
  readonly entries: readonly RawEntry[];
}

interface Pending {
  readonly entries: RawEntry[];
  readonly startedAt: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** The requests of one connection that wait for their answer, oldest first. */
export class PendingRequests {
  private readonly timeout: number;
  private readonly onOverdue: (id: number, startedAt: number, error: LdapAuthError) => void;
  private readonly byId = new Map<number, Pending>();
  private watch: NodeJS.Timeout | undefined;

  /**
   * @param timeout limit of one request, in milliseconds
   * @param onOverdue called for a request that reached it; takes it out by `fail` or `failAll`
   */
  constructor(timeout: number, onOverdue: (id: number, startedAt: number, error: LdapAuthError) => void) {
    this.timeout = timeout;
    this.onOverdue = onOverdue;
  }

  get size(): number {
    return this.byId.size;
  }

  add(id: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.byId.set(id, { entries: [], startedAt: performance.now(), resolve, reject });
      this.armWatch(this.timeout);
    });
  }

  addEntry(id: number, entry: RawEntry): void {
    this.byId.get(id)?.entries.push(entry);
  }

  /** Whether somebody had waited for it. */
  finish(id: number, result: LdapResult): boolean {
    const pending = this.byId.get(id);
    this.byId.delete(id);
    pending?.resolve({ result, entries: pending.entries });
    return pending !== undefined;
  }

  fail(id: number, error: unknown): void {
    const pending = this.byId.get(id);
    this.byId.delete(id);
    pending?.reject(error);
  }

  failAll(error: unknown): void {
    clearTimeout(this.watch);
    const orphans = [...this.byId.values()];
    this.byId.clear();
    for (const { reject } of orphans) {
      reject(error);
    }
  }

  /** One timer watches all requests, and is left to run out rather than cleared at each answer. */
  private armWatch(delay: number): void {
    this.watch ??= setTimeout(() => {
      this.watch = undefined;
      this.lookForOverdue();
    }, delay).unref();
  }

  private lookForOverdue(): void {
    for (const [id, { startedAt }] of this.byId) {
      const left = startedAt + this.timeout - performance.now();
      if (left > 1) {
        this.armWatch(left);
        return;
      }
      this.onOverdue(
        id,
        startedAt,
        new LdapAuthError('timeout', `The directory did not answer within ${this.timeout} ms`, {
          detail: 'operation-timeout',
        }),
      );
    }
  }
}
