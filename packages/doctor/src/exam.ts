import type { Clue } from './redact.ts';

/** What became of a check. Only `ok` and `warning` count as passed; only `failed` makes the exit code 1. */
export type Outcome = 'ok' | 'warning' | 'failed' | 'not checked';

/** One line of the report. */
export interface Finding {
  readonly section: string;
  /** For programs, and the same in every run: `okta-ldap.bind`. */
  readonly id: string;
  readonly subject: string;
  readonly outcome: Outcome;
  /** What was seen. */
  readonly says: string;
  /** What to do about it. */
  readonly todo?: string;
}

interface Line {
  readonly says: string;
  /** Another subject than the check's: `.env line 7`. */
  readonly subject?: string;
}

/** What a check found: a value for the checks that build on it, or why there is none. */
export type Verdict<T> =
  | (Line & { readonly outcome: 'ok'; readonly value: T })
  | (Line & { readonly outcome: 'warning'; readonly value: T; readonly todo: string })
  | (Line & { readonly outcome: 'failed'; readonly todo: string })
  | (Line & { readonly outcome: 'not checked' });

export const ok = <T>(value: T, says: string): Verdict<T> => ({ outcome: 'ok', value, says });
export const warning = <T>(value: T, says: string, todo: string): Verdict<T> => ({
  outcome: 'warning',
  value,
  says,
  todo,
});
export const failed = (says: string, todo: string): Verdict<never> => ({ outcome: 'failed', says, todo });
export const notChecked = (because: string): Verdict<never> => ({
  outcome: 'not checked',
  says: `because ${because}`,
});

/** The outcome of a check, for those that build on it. */
export interface Need<T> {
  readonly passed: Promise<Passed<T> | NotPassed>;
}

export interface Passed<T> {
  readonly value: T;
}

/** `blame`: where it began, as a subject within a sentence: `“port” failed`. */
export interface NotPassed {
  readonly blame: string;
}

/** Waits for another check. When that one did not pass, the asking check ends as `not checked`. */
export type Use = <T>(need: Need<T>) => Promise<T>;

export interface Section {
  /** Runs at once, beside the others; lines come out in the order in which checks were asked for. */
  check<T>(id: string, subject: string, run: (use: Use) => Promise<Verdict<T> | readonly Verdict<T>[]>): Need<T>;
}

export interface Exam {
  section(title: string): Section;
  /** Runs when the exam ends: closes what a check left open for the next one. */
  atEnd(close: () => unknown): void;
  /** All lines, when the last check has ended. */
  end(): Promise<readonly Finding[]>;
}

/** Ends a check that builds on one that did not pass. */
class Blamed extends Error {}

/** No check is meant to take so long; its own time limits are shorter. */
const LONGEST_CHECK_MS = 60_000;

export function createExam(clean: Clue, onFinding: (finding: Finding) => void): Exam {
  const closers: (() => unknown)[] = [];
  const findings: Finding[] = [];
  let told: Promise<unknown> = Promise.resolve();

  const use: Use = async (need) => {
    const passed = await need.passed;
    if ('blame' in passed) throw new Blamed(passed.blame);
    return passed.value;
  };

  function check<T>(section: string, ...[id, subject, run]: Parameters<Section['check']>): Need<T> {
    const verdicts = verdictsOf(run, use) as Promise<readonly Verdict<T>[]>; // `run` of this very call gives T
    const lines = verdicts.then((all) => all.map((verdict) => lineOf(verdict)));
    told = Promise.all([told, lines]).then(([, ready]) => {
      for (const line of ready) {
        const finding: Finding = { section, id, subject, ...line };
        findings.push(finding);
        onFinding(finding);
      }
    });
    return { passed: verdicts.then((all) => passedOf(all, subject)) };
  }

  function lineOf(verdict: Verdict<unknown>): Omit<Finding, 'section' | 'id' | 'subject'> & { subject?: string } {
    const { outcome, says, subject } = verdict;
    return {
      ...(subject === undefined ? {} : { subject: clean(subject) }),
      outcome,
      says: clean(says),
      ...('todo' in verdict ? { todo: clean(verdict.todo) } : {}),
    };
  }

  return {
    section: (title) => ({ check: (id, subject, run) => check(title, id, subject, run) }),
    atEnd: (close) => closers.push(close),
    async end() {
      await told;
      for (const close of closers.splice(0).reverse()) await close();
      return findings;
    },
  };
}

async function verdictsOf<T>(
  run: (use: Use) => Promise<Verdict<T> | readonly Verdict<T>[]>,
  use: Use,
): Promise<readonly Verdict<T>[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Verdict<never>>((resolve) => {
    timer = setTimeout(
      () => resolve(failed('did not end within a minute', 'Run this again; if it stays so, please report it.')),
      LONGEST_CHECK_MS,
    );
  });
  try {
    const verdict = await Promise.race([run(use), late]);
    return Array.isArray(verdict) ? verdict : [verdict as Verdict<T>]; // isArray does not narrow readonly arrays
  } catch (error) {
    if (error instanceof Blamed) return [notChecked(error.message)];
    const { message } = error instanceof Error ? error : { message: String(error) };
    return [failed(`ended in a way nobody thought of: ${message}`, 'Please report it, with this line.')];
  } finally {
    clearTimeout(timer);
  }
}

/** Passed when every line of the check has a value; the first one's counts. */
function passedOf<T>(verdicts: readonly Verdict<T>[], subject: string): Passed<T> | NotPassed {
  const [first] = verdicts;
  const bad = verdicts.find((verdict) => !('value' in verdict));
  if (bad === undefined && first !== undefined && 'value' in first) return { value: first.value };
  if (bad?.outcome === 'not checked') return { blame: bad.says.replace(/^because /, '') };
  return { blame: `“${bad?.subject ?? subject}” failed` };
}
