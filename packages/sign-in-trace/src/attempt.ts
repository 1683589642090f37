import type { Step } from '@ldap-to-okta/auth-adapter';

/** A step and when it began, in milliseconds since 1970. */
export type TracedStep = Step & { readonly at: number };

/** How a sign-in ended, by whom it was judged. */
export type Ending =
  | { readonly kind: 'ok'; readonly username: string; readonly userId?: string }
  /** Judged, and refused: one sentence on the form, the reason here. */
  | { readonly kind: 'refused'; readonly reason: string; readonly detail?: string }
  /** The app asked nobody. */
  | { readonly kind: 'not-asked'; readonly reason: 'malformed' | 'throttled' }
  /** The identity provider sent the browser back without a sign-in, or its answer is out of date. */
  | { readonly kind: 'sent-back'; readonly code: string; readonly detail: string }
  /** Nobody could judge it. */
  | { readonly kind: 'broken'; readonly code: string; readonly detail: string };

/** One sign-in of one browser, as its session keeps it: plain values, bounded, without any secret. */
export interface Attempt {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly by: 'form' | 'redirect';
  /** The user name as it was typed, where the form is the app's. */
  readonly typed?: string;
  readonly steps: TracedStep[];
  /** How many more there were than are kept. */
  stepsLeftOut: number;
  end?: Ending & { readonly at: number };
}

const MAX_ATTEMPTS = 3;
const MAX_AGE_MS = 15 * 60_000;
const MAX_STEPS = 40;
const MAX_TEXT = 600;

export function beginAttempt(by: Attempt['by'], now: number, typed?: string): Attempt {
  return {
    startedAt: now,
    by,
    ...(typed === undefined ? {} : { typed: bounded(typed) }),
    steps: [],
    stepsLeftOut: 0,
  };
}

export function addStep(attempt: Attempt, step: Step, now: number): void {
  if (attempt.steps.length >= MAX_STEPS) {
    attempt.stepsLeftOut += 1;
    return;
  }
  // The engine writes a filter only when it is read, as this copy does.
  const copy = Object.fromEntries(
    Object.entries(step).map(([name, value]) => [name, typeof value === 'string' ? bounded(value) : value]),
  );
  attempt.steps.push({ ...(copy as Step), at: now - step.ms }); // the same names, with shorter texts
}

export function endAttempt(attempt: Attempt, end: Ending, now: number): void {
  attempt.end = { ...end, at: now };
}

/** The attempts that may still be shown: the last ones, for a quarter of an hour. The newest is the last. */
export function recent(attempts: readonly Attempt[], now: number): Attempt[] {
  return attempts.filter(({ startedAt }) => now - startedAt < MAX_AGE_MS).slice(-MAX_ATTEMPTS);
}

function bounded(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters in all)`;
}
