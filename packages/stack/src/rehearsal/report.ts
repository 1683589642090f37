import type { Mode } from '../modes.ts';
import type { Person } from './people.ts';
import type { Outcome } from './visitor.ts';

/** Who judged a password that was right. */
export type Checker = 'directory' | 'agent' | 'hook' | 'okta';

export interface Attempt {
  readonly outcome: Outcome;
  /** Of a sign-in. */
  readonly checkedBy?: Checker;
}

export interface Row {
  readonly name: string;
  readonly login: string;
  readonly attempts: Readonly<Partial<Record<Mode, Attempt>>>;
}

/** What is so at one point of the migration, by trying it. */
export interface StepReport {
  /** The tutorial's number. */
  readonly step: number;
  readonly title: string;
  readonly rows: readonly Row[];
  /** Who could sign in at step 1. */
  readonly couldBefore: number;
  /** Who can at every app that runs now. */
  readonly canNow: number;
  /** Who could at step 1, and cannot at one of the apps. */
  readonly lockedOut: readonly string[];
  /** Who could not at step 1, and can at one of the apps. */
  readonly letIn: readonly string[];
  /** Whose password the directory alone knows, though Okta judges passwords already. */
  readonly waiting: readonly string[];
  readonly notes: readonly string[];
}

export interface RehearsalReport {
  readonly directory: 'testcontainers' | 'slapd' | 'embedded';
  readonly steps: readonly StepReport[];
  /** Nobody was locked out or let in at any step, and the directory could be stopped at the end. */
  readonly ok: boolean;
}

/** Adds the counts to what was tried. `couldBefore`: logins; undefined makes this the step that says who can. */
export function judge(
  tried: Pick<StepReport, 'step' | 'title' | 'rows' | 'notes' | 'waiting'>,
  couldBefore: ReadonlySet<string> | undefined,
): StepReport {
  const isIn = ({ outcome }: Attempt): boolean => outcome === 'in';
  const can = tried.rows.filter(({ attempts }) => Object.values(attempts).every(isIn));
  const before = couldBefore ?? new Set(can.map(keyOf));
  return {
    ...tried,
    couldBefore: before.size,
    canNow: can.length,
    lockedOut: tried.rows.filter((row) => before.has(keyOf(row)) && !can.includes(row)).map(({ name }) => name),
    letIn: tried.rows
      .filter((row) => !before.has(keyOf(row)) && Object.values(row.attempts).some(isIn))
      .map(({ name }) => name),
  };
}

/** Two rows can have one login: the person's, and a guesser's. */
export const keyOf = ({ name, login }: Pick<Person, 'name' | 'login'>): string => `${name} ${login}`;
