import { LdapAuthError } from './errors.ts';
import type { OnStep } from './step.ts';

/** One sign-in's place in the line. */
export interface Turn {
  /** Set when the sign-in's deadline has passed: whoever waits for it has been told already. */
  expired: boolean;
  /** Told of the sign-in's steps. */
  readonly onStep: OnStep | undefined;
}

/** Lets so many sign-ins make progress at once, keeps a bounded line, and refuses the rest at once. */
export class Gate {
  private readonly maxConcurrent: number;
  private readonly maxQueue: number;
  private inside = 0;
  private readonly line = new Map<Turn, () => void>();

  constructor(maxConcurrent: number, maxQueue: number) {
    this.maxConcurrent = maxConcurrent;
    this.maxQueue = maxQueue;
  }

  get isEmpty(): boolean {
    return this.inside === 0 && this.line.size === 0;
  }

  /** Undefined: go in. A promise: wait for it. @throws LdapAuthError `unavailable` when the line is full */
  enter(turn: Turn): Promise<void> | undefined {
    if (this.inside < this.maxConcurrent) {
      this.inside += 1;
      return undefined;
    }
    if (this.line.size >= this.maxQueue) {
      throw new LdapAuthError('unavailable', 'Too many sign-ins are waiting for the directory', {
        detail: 'queue-full',
      });
    }
    return new Promise((resolve) => this.line.set(turn, resolve));
  }

  /** Whether the turn was still waiting. One that went in leaves by `leave`. */
  giveUp(turn: Turn): boolean {
    return this.line.delete(turn);
  }

  leave(): void {
    for (const [turn, enter] of this.line) {
      this.line.delete(turn);
      enter();
      return;
    }
    this.inside -= 1;
  }
}
