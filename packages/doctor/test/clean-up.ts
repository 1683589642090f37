/** Ends, in reverse order, whatever a test began. */
export function createCleanUp() {
  const ends: (() => unknown)[] = [];
  return {
    add: (end: () => unknown): void => {
      ends.push(end);
    },
    async run(): Promise<void> {
      for (const end of ends.splice(0).reverse()) await end();
    },
  };
}

export type CleanUp = ReturnType<typeof createCleanUp>;
