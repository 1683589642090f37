import { assignmentsIn } from '@ldap-to-okta/okta-tools';
import { failed, type Verdict, warning } from '../exam.ts';

const BYTE_ORDER_MARK = '\ufeff';
const CURLY_QUOTE = /[\u2018-\u201f\u00ab\u00bb]/;

/** What is wrong with the text of a `.env` file, line by line; no value is ever repeated. */
export function faultsInEnvText(text: string): readonly Verdict<undefined>[] {
  const faults: Verdict<undefined>[] = [];
  if (text.startsWith(BYTE_ORDER_MARK)) {
    faults.push({
      ...failed(
        'the file begins with a byte order mark, which becomes part of the first name',
        'Save it as UTF-8 without BOM.',
      ),
      subject: '.env line 1',
    });
  }
  const body = text.replace(BYTE_ORDER_MARK, ' ');
  const lines = lineNumbersOf(body);
  const assignments = assignmentsIn(body);
  for (const { number, start, content } of lines.all) {
    const inValue = assignments.some((value) => value.start <= start && start < value.end);
    const isAssignment = assignments.some((value) => lines.numberAt(value.start) === number);
    if (!inValue && !isAssignment && !/^\s*(?:#.*)?$/.test(content)) {
      faults.push({
        ...failed(
          'is not NAME=value; Node takes it, with the line below, for one long name, and docker compose stops at it',
          'Write NAME=value, or # in front of a remark.',
        ),
        subject: `.env line ${number}`,
      });
    }
  }
  const lastLines = new Map<string, number>();
  for (const { name, start, end, quote } of assignments) {
    const number = lines.numberAt(start);
    const subject = `.env line ${number}`;
    const value = body.slice(start, end);
    const earlier = lastLines.get(name);
    lastLines.set(name, number);
    if (earlier !== undefined) {
      faults.push({
        ...warning(undefined, `sets ${name}, which line ${earlier} sets too; this one counts`, 'Keep one of the two.'),
        subject,
      });
    }
    for (const fault of faultsInValue(name, value, quote, body.slice(end).split('\n', 1)[0] ?? '')) {
      faults.push({ ...fault, subject });
    }
  }
  if (/\r\n/.test(text)) {
    faults.push({
      ...warning(
        undefined,
        'the file has Windows line ends; Node and docker compose cut them off, a shell that reads it does not',
        'Save it with Unix line ends (LF).',
      ),
      subject: '.env',
    });
  }
  return faults;
}

function faultsInValue(name: string, value: string, quote: string, rest: string): readonly Verdict<undefined>[] {
  if (CURLY_QUOTE.test(value)) {
    return [
      failed(
        `${name} has curly quotes, as word processors and web pages write them`,
        'Take them out: values need no quotes.',
      ),
    ];
  }
  if (quote === '' && /^["'`]/.test(value)) {
    return [failed(`${name} begins with a quote that nothing closes`, 'Take the quote out, or close it.')];
  }
  if (quote === '' && value !== '' && /^#/.test(rest)) {
    return [
      warning(
        undefined,
        `${name} has a # within: Node reads what stands before it, docker compose all of it`,
        'Put the value in single quotes.',
      ),
    ];
  }
  if (quote !== "'" && /\$(?:\{|[A-Za-z_])/.test(value)) {
    return [
      warning(
        undefined,
        `${name} has a $ and a name: docker compose puts a variable there, Node does not`,
        'Put the value in single quotes if the $ belongs to it, or write out what it stands for.',
      ),
    ];
  }
  return [];
}

interface NumberedLine {
  readonly number: number;
  readonly start: number;
  readonly content: string;
}

function lineNumbersOf(text: string) {
  const all: NumberedLine[] = [];
  let start = 0;
  for (const [index, content] of text.split('\n').entries()) {
    all.push({ number: index + 1, start, content });
    start += content.length + 1;
  }
  return {
    all,
    numberAt: (offset: number): number => all.findLast((line) => line.start <= offset)?.number ?? 1,
  };
}
