/** Hands pages from the agent's posts to the one reader; a post is acknowledged when its page has been worked on. */
export interface PageChannel<Page> {
  /** Resolves true when the reader asks for the next page, false when it has left. */
  push(page: Page): Promise<boolean>;
  end(error?: Error): void;
  read(): AsyncGenerator<Page>;
}

export function createPageChannel<Page>(): PageChannel<Page> {
  const waiting: { readonly page: Page; readonly done: (taken: boolean) => void }[] = [];
  let wake: (() => void) | undefined;
  let ended = false;
  let failure: Error | undefined;
  let readerLeft = false;

  return {
    push(page) {
      if (readerLeft || ended) return Promise.resolve(false);
      return new Promise((resolve) => {
        waiting.push({ page, done: resolve });
        wake?.();
      });
    },
    end(error) {
      if (ended) return;
      ended = true;
      failure = error;
      wake?.();
    },
    async *read() {
      try {
        for (;;) {
          const next = waiting.shift();
          if (next !== undefined) {
            let worked = false;
            try {
              yield next.page;
              worked = true;
            } finally {
              next.done(worked);
            }
            continue;
          }
          if (failure !== undefined) throw failure;
          if (ended) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = undefined;
        }
      } finally {
        readerLeft = true;
        for (const { done } of waiting.splice(0)) done(false);
      }
    },
  };
}
