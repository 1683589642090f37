import type { Store } from '../store/store.ts';

/** One thing that is different now. `reset` means: everything, read it again. */
export type Change =
  | { readonly kind: 'user'; readonly id: string; readonly change: 'created' | 'updated' | 'deleted' }
  | { readonly kind: 'group'; readonly id: string; readonly change: 'created' | 'updated' | 'deleted' }
  | {
      readonly kind: 'membership';
      readonly groupId: string;
      readonly userId: string;
      readonly change: 'added' | 'removed';
    }
  | { readonly kind: 'app'; readonly id: string }
  | { readonly kind: 'roles'; readonly userId: string }
  | { readonly kind: 'reset' };

export type ChangeListener = (changes: readonly Change[]) => void;

export interface ChangeFeed {
  /** Notes a change; listeners hear of it when its transaction has been committed, all of one transaction together. */
  note(change: Change): void;
  /** Hears of each change when it is noted, before it is committed: for whoever must not tell what was. */
  onNote(listener: (change: Change) => void): void;
  /** @returns how to stop listening */
  subscribe(listener: ChangeListener): () => void;
}

export function createChangeFeed(store: Store, onListenerError: (error: unknown) => void): ChangeFeed {
  const listeners = new Set<ChangeListener>();
  const early: ((change: Change) => void)[] = [];
  let pending: Change[] = [];

  function forget(): void {
    pending = [];
  }

  function flush(): void {
    const changes = pending;
    pending = [];
    for (const listener of listeners) {
      // A listener's fault must not fail the writer, whose change is already stored.
      try {
        listener(changes);
      } catch (error) {
        onListenerError(error);
      }
    }
  }

  return {
    onNote: (listener) => void early.push(listener),
    note(change) {
      for (const listener of early) listener(change);
      if (pending.push(change) === 1) store.afterCommit(flush, forget);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
