/** What an import did, as Okta's result dialog tells it. */
export interface Counts {
  scanned: number;
  new: number;
  updated: number;
  unchanged: number;
  removed: number;
}

export interface ImportCounts {
  readonly users: Counts;
  readonly groups: Counts;
}

export function noCounts(): ImportCounts {
  const none = (): Counts => ({ scanned: 0, new: 0, updated: 0, unchanged: 0, removed: 0 });
  return { users: none(), groups: none() };
}
