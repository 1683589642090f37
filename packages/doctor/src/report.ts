import type { Finding, Outcome } from './exam.ts';

export interface Layout {
  /** Escape sequences for colour; the words say the same without them. */
  readonly colour: boolean;
}

const OUTCOME_WIDTH = 11;
const SUBJECT_WIDTH = 22;
const COLOURS: Readonly<Record<Outcome, number>> = { ok: 32, warning: 33, failed: 31, 'not checked': 90 };

/** Writes findings as they come, each section under its title. */
export function createReport({ colour }: Layout, write: (text: string) => void): (finding: Finding) => void {
  let section: string | undefined;
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  return ({ section: title, outcome, subject, says, todo }) => {
    if (title !== section) {
      write(`${section === undefined ? '' : '\n'}${paint(1, title)}\n`);
      section = title;
    }
    const word = outcome.padEnd(OUTCOME_WIDTH);
    write(`  ${paint(COLOURS[outcome], word)}  ${subject.padEnd(SUBJECT_WIDTH)}  ${says}\n`);
    if (todo !== undefined) write(`  ${' '.repeat(OUTCOME_WIDTH)}  ${' '.repeat(SUBJECT_WIDTH)}  → ${todo}\n`);
  };
}

export type Counts = Readonly<Record<Outcome, number>>;

export function countOutcomes(findings: readonly Finding[]): Counts {
  const count = (outcome: Outcome): number => findings.filter((finding) => finding.outcome === outcome).length;
  return { ok: count('ok'), warning: count('warning'), failed: count('failed'), 'not checked': count('not checked') };
}

export function summaryOf(counts: Counts): string {
  const words = Object.entries(counts).flatMap(([outcome, count]) => (count === 0 ? [] : [`${count} ${outcome}`]));
  return `\n${words.join(', ')}.\n`;
}
