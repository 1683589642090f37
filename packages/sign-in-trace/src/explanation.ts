import type { Topic } from './topics.ts';

export type Party = 'browser' | 'app' | 'okta' | 'agent' | 'hook' | 'directory';

export const PARTY_NAMES: Readonly<Record<Party, string>> = {
  browser: 'Browser',
  app: 'App',
  okta: 'Okta',
  agent: 'LDAP agent',
  hook: 'Password hook',
  directory: 'Directory',
};

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** One step from somebody to somebody. */
export interface Hop {
  readonly from: Party;
  readonly to: Party;
  /** For a person: `Search for the person`. */
  readonly title: string;
  readonly facts: readonly Fact[];
  /** `neutral`: an answer handed on, whatever it says. */
  readonly state: 'ok' | 'failed' | 'neutral';
  /** How it ended, in a few words. */
  readonly outcome: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly ms?: number | undefined;
  readonly seenBy: 'app' | 'okta-log';
  readonly topic: Topic;
}

/** Where it ended and why, in words that a learner understands. */
export interface Verdict {
  readonly tone: 'ok' | 'failed' | 'open';
  readonly title: string;
  readonly text: string;
  /** What to look at or to do. */
  readonly advice: readonly string[];
  /** The two between whom it ended. */
  readonly between?: readonly [Party, Party];
}

export interface Explanation {
  readonly verdict: Verdict;
  readonly parties: readonly Party[];
  readonly hops: readonly Hop[];
  /** What could not be seen, and what was left out. */
  readonly notes: readonly string[];
}
