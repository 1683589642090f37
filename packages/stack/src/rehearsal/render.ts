import type { Mode } from '../modes.ts';
import { lost } from './rehearse.ts';
import type { Attempt, Checker, RehearsalReport, Row, StepReport } from './report.ts';

const WIDTH = 112;

const DIRECTORIES: Readonly<Record<RehearsalReport['directory'], string>> = {
  testcontainers: 'OpenLDAP, in a container',
  slapd: "OpenLDAP, this host's slapd",
  embedded: 'the embedded directory, in place of OpenLDAP: neither a container engine nor slapd was found',
};

const CHECKERS: Readonly<Record<Checker, string>> = {
  directory: 'directory',
  agent: 'Okta > agent > directory',
  hook: 'Okta > hook > directory',
  okta: "Okta's own hash",
};

/** One step: who can sign in where, and who judged the password. People to whom the same happened share a line. */
export function renderStep(report: StepReport): string {
  const modes = Object.keys(report.rows[0]?.attempts ?? {}) as Mode[]; // keys of the type
  const groups = new Map<string, Row[]>();
  for (const row of report.rows) {
    const key = modes.map((mode) => cell(row.attempts[mode])).join('|');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const lines = [...groups].map(([key, rows]) => ({ cells: key.split('|'), rows }));
  const width = Math.max(
    ...lines.flatMap(({ cells }) => cells.map((text) => text.length)),
    ...modes.map((mode) => mode.length),
  );
  const row = (count: string, cells: readonly string[]): string =>
    `  ${count.padStart(6)}  ${cells.map((text) => text.padEnd(width)).join('  ')}`.trimEnd();
  return [
    `Step ${report.step}: ${report.title}`,
    row('people', modes),
    ...lines.flatMap(({ cells, rows }) => [
      row(String(rows.length), cells),
      ...wrap(rows.map(({ name }) => name).join(', '), 12),
    ]),
    ...report.notes.flatMap((note) => wrap(note, 2)),
    ...(report.waiting.length > 0 ? wrap(`Now ${lost(report.waiting)}.`, 2) : []),
    ...wrap(
      `could sign in before: ${report.couldBefore}; can sign in now: ${report.canNow}; locked out: ${named(report.lockedOut)}; let in wrongly: ${named(report.letIn)}`,
      2,
    ),
  ].join('\n');
}

/** The last lines. */
export function renderEnd({ directory, steps, ok }: RehearsalReport): string {
  const last = steps.at(-1);
  const directoryLine = `The directory was ${DIRECTORIES[directory]}. Okta was Local Okta, a stand-in.`;
  if (ok)
    return `${directoryLine}\nNobody was locked out at any step. The directory is stopped, and ${last?.canNow} people can sign in.`;
  const bad = steps.filter(({ lockedOut, letIn }) => lockedOut.length + letIn.length > 0);
  return `${directoryLine}\nNot good: people were locked out, or let in wrongly, at ${bad.length} of ${steps.length} points${
    last !== undefined && last.waiting.length > 0 ? '; the directory was not stopped' : ''
  }.`;
}

const named = (names: readonly string[]): string =>
  names.length === 0 ? '0' : `${names.length} (${names.join(', ')})`;

function cell(attempt: Attempt | undefined): string {
  if (attempt === undefined) return '';
  if (attempt.outcome === 'in') return `in: ${CHECKERS[attempt.checkedBy ?? 'okta']}`;
  return attempt.outcome === 'refused' ? 'refused' : 'no answer';
}

function wrap(text: string, indent: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > WIDTH - indent && line !== '') {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => `${' '.repeat(indent)}${part}`);
}
