import type { Asked } from '@ldap-to-okta/auth-adapter';
import type { Attempt } from './attempt.ts';
import { type BehindOkta, eventsOf } from './behind-okta.ts';
import type { Explanation, Hop, Party } from './explanation.ts';
import { facts, ldapHops, wordsOf } from './ldap-hops.ts';
import { redirectHops } from './redirect-hops.ts';
import type { LogProblem, LogReading } from './system-log.ts';
import { judge } from './verdict.ts';

export interface ExplainOptions {
  readonly attempt: Attempt;
  readonly asks: Asked;
  /** What Okta's System Log has of that time; undefined where it is not read. */
  readonly log?: LogReading | undefined;
}

/** The path of one sign-in, where it ended, and why. */
export function explain({ attempt, asks, log }: ExplainOptions): Explanation {
  const behind = asks.who === 'okta' && log?.ok === true ? eventsOf(attempt, log.events) : undefined;
  const peer: Party = asks.who;
  const verdict = judge(attempt, asks, behind);
  const middle = attempt.by === 'form' ? ldapHops(attempt, peer, behind) : redirectHops(attempt, behind);
  const hops = [begin(attempt), ...middle, ...ending(attempt, middle, asks)];
  return { verdict, hops, parties: partiesOf(hops, peer), notes: notesOf(attempt, asks, log, behind) };
}

function begin(attempt: Attempt): Hop {
  const form = attempt.by === 'form';
  return {
    from: 'browser',
    to: 'app',
    title: form ? 'Send the sign-in form' : 'Ask to sign in',
    topic: form ? 'form' : 'redirect',
    state: attempt.end?.kind === 'not-asked' ? 'failed' : 'ok',
    outcome: attempt.end?.kind === 'not-asked' ? wordsOf(attempt.end.reason) : 'received',
    at: attempt.startedAt,
    seenBy: 'app',
    facts: facts({ 'user name as typed': attempt.typed }),
  };
}

function ending(attempt: Attempt, middle: readonly Hop[], asks: Asked): Hop[] {
  const { end } = attempt;
  if (end === undefined) {
    return [];
  }
  const common = { at: end.at, seenBy: 'app' } as const;
  const hops: Hop[] = [];
  // A failure that no step tells of: the app gave up before, or the time was over.
  if (end.kind === 'broken' && !middle.some(({ state }) => state === 'failed')) {
    hops.push({
      ...common,
      from: 'app',
      to: asks.who,
      title: attempt.by === 'form' ? 'Ask about the sign-in' : 'Ask Okta',
      topic: attempt.by === 'form' ? 'connect' : 'exchange',
      state: 'failed',
      outcome: wordsOf(end.detail),
      facts: facts({ address: asks.urls.join(', ') }),
    });
  }
  hops.push({
    ...common,
    from: 'app',
    to: 'browser',
    title: end.kind === 'ok' ? 'Greet the person' : 'Say that it did not work',
    topic: end.kind === 'ok' ? 'session' : 'form',
    state: end.kind === 'ok' ? 'ok' : 'neutral',
    outcome: end.kind === 'ok' ? `signed in as ${end.username}` : 'one sentence for every reason',
    facts: [],
  });
  return hops;
}

/** From left to right, and only those who had a part in it. */
function partiesOf(hops: readonly Hop[], peer: Party): Party[] {
  const order: readonly Party[] = ['browser', 'app', 'okta', 'agent', 'hook', 'directory'];
  const seen = new Set<Party>(['browser', 'app', peer, ...hops.flatMap(({ from, to }) => [from, to])]);
  return order.filter((party) => seen.has(party));
}

const UNREAD: Readonly<Record<LogProblem, string>> = {
  unreachable: 'Okta did not answer in time',
  'token-refused': 'Okta refuses the token in SIGN_IN_TRACE_OKTA_TOKEN, or its owner may not read the log',
  'too-many-requests': 'Okta wants fewer requests for its log; try again in a minute',
  'not-understood': 'the answer is not that of a System Log',
};

function notesOf(attempt: Attempt, asks: Asked, log: LogReading | undefined, behind: BehindOkta | undefined): string[] {
  const notes: string[] = [];
  if (attempt.stepsLeftOut > 0) {
    notes.push(`${attempt.stepsLeftOut} more steps are not kept.`);
  }
  if (
    attempt.by === 'form' &&
    attempt.end?.kind !== 'not-asked' &&
    !attempt.steps.some(({ kind }) => kind === 'connect')
  ) {
    notes.push(`No new connection was opened: the app keeps connections to ${asks.urls.join(', ')}.`);
  }
  if (asks.who === 'directory') {
    return notes;
  }
  if (log === undefined) {
    notes.push(
      "What happened behind Okta cannot be seen: SIGN_IN_TRACE_OKTA_TOKEN is not set, so Okta's System Log is not read.",
    );
  } else if (!log.ok) {
    notes.push(
      `What happened behind Okta cannot be seen: its System Log could not be read, because ${UNREAD[log.problem]}.`,
    );
  } else if (behind?.known === false) {
    notes.push(
      "Okta's System Log does not tell which of its events are of this browser, so none is shown. An administrator finds them in Reports > System Log.",
    );
  } else if (behind !== undefined && behind.tries.length === 0 && attempt.end?.kind === 'ok' && attempt.by === 'form') {
    notes.push(
      "Okta's System Log has no event of this sign-in yet. A real org writes it some seconds late: reload this page.",
    );
  }
  return notes;
}
