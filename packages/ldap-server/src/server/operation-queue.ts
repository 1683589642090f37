/** One request at work or waiting. */
interface Entry {
  readonly id: number;
  /** Runs alone: nothing that came before it is unfinished, nothing that came after it has begun (bind, StartTLS). */
  readonly alone: boolean;
  readonly controller: AbortController;
  readonly run: (signal: AbortSignal) => Promise<void>;
  started: boolean;
}

/**
 * The operations of one connection. They run side by side, as RFC 4511 §3.1 allows, but for those that change what the
 * connection is. `onRoom` tells that there is room again after there was none.
 */
export function createOperationQueue(capacity: number, onRoom: () => void) {
  const entries: Entry[] = [];

  const startWhatMay = (): void => {
    for (const [index, entry] of entries.entries()) {
      if (entry.alone && index > 0) return;
      if (!entry.started) start(entry);
      if (entry.alone) return;
    }
  };

  const start = (entry: Entry): void => {
    entry.started = true;
    void entry.run(entry.controller.signal).finally(() => {
      const wasFull = entries.length >= capacity;
      remove(entry);
      startWhatMay();
      if (wasFull && entries.length < capacity) onRoom();
    });
  };

  const remove = (entry: Entry): void => {
    const index = entries.indexOf(entry);
    if (index >= 0) entries.splice(index, 1);
  };

  return {
    get full(): boolean {
      return entries.length >= capacity;
    },
    get empty(): boolean {
      return entries.length === 0;
    },
    /** Whether the id is taken. That of an abandoned operation is free again. */
    has: (id: number): boolean => entries.some((entry) => entry.id === id && !entry.controller.signal.aborted),
    add: (id: number, alone: boolean, run: (signal: AbortSignal) => Promise<void>): void => {
      entries.push({ id, alone, run, controller: new AbortController(), started: false });
      startWhatMay();
    },
    /** RFC 4511 §4.11: the operation ends, and is not answered. */
    abandon: (id: number): void => {
      const entry = entries.find((candidate) => candidate.id === id && !candidate.controller.signal.aborted);
      if (entry === undefined) return;
      entry.controller.abort();
      if (!entry.started) {
        remove(entry);
        startWhatMay();
      }
    },
    abandonAll: (): void => {
      for (const entry of [...entries]) {
        entry.controller.abort();
        if (!entry.started) remove(entry);
      }
    },
  };
}
