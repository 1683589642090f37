import { ToolError } from './tool-error.ts';

/** One assignment in the text of a `.env` file: where its value stands, and how. */
export interface Assignment {
  readonly name: string;
  /** Offsets of the value with its quotes, without blanks and comment around it. */
  readonly start: number;
  readonly end: number;
  readonly quote: Quote;
}

type Quote = '' | '"' | "'" | '`';

export interface EnvEdit {
  readonly text: string;
  /** Names whose value is another now, in the order asked for. */
  readonly changed: readonly string[];
  /** Names that stand there more than once; the last one counts, for Node and for Compose. */
  readonly repeated: readonly string[];
}

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*/;

/**
 * The text with these variables set, and every other character as it was: comments, order, line ends, quotes, `export`,
 * a missing last line end. Of a repeated variable the last assignment is changed, which is the one that counts.
 * @throws ToolError `env-file` for a value that no spelling of it would bring across
 */
export function setInEnvText(text: string, values: Readonly<Record<string, string>>): EnvEdit {
  const changed: string[] = [];
  const repeated: string[] = [];
  let result = text;
  for (const [name, value] of Object.entries(values)) {
    // afresh for each, because the offsets have moved
    const found = assignmentsIn(result).filter((assignment) => assignment.name === name);
    if (found.length > 1) repeated.push(name);
    const last = found.at(-1);
    if (last === undefined) {
      result = insert(result, name, spell(name, value, ''));
      changed.push(name);
    } else if (unquote(result.slice(last.start, last.end), last.quote) !== value) {
      result = result.slice(0, last.start) + spell(name, value, last.quote) + result.slice(last.end);
      changed.push(name);
    }
  }
  return { text: result, changed, repeated };
}

export function assignmentsIn(text: string): readonly Assignment[] {
  const found: Assignment[] = [];
  let offset = 0;
  while (offset < text.length) {
    const lineEnd = endOfLine(text, offset);
    const match = ASSIGNMENT.exec(text.slice(offset, lineEnd));
    if (match === null) {
      offset = nextLine(text, lineEnd);
      continue;
    }
    const start = offset + match[0].length;
    const value = valueAt(text, start, lineEnd);
    found.push({ name: match[1] ?? '', start, ...value });
    offset = nextLine(text, endOfLine(text, value.end));
  }
  return found;
}

/** A quoted value may go on over several lines; a quote that nothing closes is a letter like any other. */
function valueAt(text: string, start: number, lineEnd: number): { readonly end: number; readonly quote: Quote } {
  const first = text[start];
  if (start < lineEnd && (first === '"' || first === "'" || first === '`')) {
    const close = text.indexOf(first, start + 1);
    if (close !== -1) return { end: close + 1, quote: first };
  }
  const [bare = ''] = text.slice(start, lineEnd).split('#');
  return { end: start + bare.trimEnd().length, quote: '' };
}

const endOfLine = (text: string, from: number): number => {
  const end = text.indexOf('\n', from);
  if (end === -1) return text.length;
  return end > from && text[end - 1] === '\r' ? end - 1 : end;
};

const nextLine = (text: string, lineEnd: number): number => {
  const end = text.indexOf('\n', lineEnd);
  return end === -1 ? text.length : end + 1;
};

const unquote = (value: string, quote: Quote): string => (quote === '' ? value : value.slice(1, -1));

/** Below the line where it stands as a comment, as in `.env.example`; else at the end. */
function insert(text: string, name: string, value: string): string {
  const lineBreak = /\r?\n/.exec(text)?.[0] ?? '\n';
  const line = `${name}=${value}`;
  const comment = [...text.matchAll(new RegExp(`^[ \\t]*#[ \\t]*${name}=[^\\n]*\\n`, 'gm'))].at(-1);
  const inQuotes = (at: number): boolean => assignmentsIn(text).some(({ start, end }) => start < at && at < end);
  if (comment !== undefined && !inQuotes(comment.index)) {
    const at = comment.index + comment[0].length;
    return `${text.slice(0, at)}${line}${lineBreak}${text.slice(at)}`;
  }
  const gap = text === '' || text.endsWith('\n') ? '' : lineBreak;
  return `${text}${gap}${line}${lineBreak}`;
}

/** In the quotes that are there where they will do, so that Node and Compose both read this value. */
function spell(name: string, value: string, quote: Quote): string {
  const spellings = [`${quote}${value}${quote}`, value, `'${value}'`, `"${value}"`];
  const spelling = spellings.find((candidate) => isReadAlike(candidate, value));
  if (spelling === undefined) {
    throw new ToolError('env-file', `${name} has characters that a .env file cannot hold; set it in the environment.`);
  }
  return spelling;
}

function isReadAlike(spelling: string, value: string): boolean {
  if (!/^[\x20-\x7e]+$/.test(value)) return false;
  if (spelling === value) return /^[\w.:/@%+~,=-]+$/.test(value);
  if (spelling.startsWith("'")) return !/['\\]/.test(value);
  // Compose does not know the backtick
  return spelling.startsWith('"') && !/["\\$`]/.test(value);
}
