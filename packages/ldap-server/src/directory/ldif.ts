import { LdifError } from './ldif-error.ts';

/** One record of an LDIF that adds an entry. */
export interface LdifRecord {
  readonly file: string;
  /** The line its `dn:` is on, from 1. */
  readonly line: number;
  readonly dn: string;
  readonly attributes: readonly LdifAttribute[];
}

export interface LdifAttribute {
  readonly name: string;
  readonly values: readonly Buffer[];
  /** Where it first stands. */
  readonly line: number;
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/**
 * Reads LDIF (RFC 2849): entries, and change records that add. Values are bytes.
 * @param options.file told in errors; default `ldif`
 * @throws {LdifError} with file, line and reason
 */
export function parseLdif(text: string, options: { readonly file?: string } = {}): readonly LdifRecord[] {
  const file = options.file ?? 'ldif';
  const records: LdifRecord[] = [];
  let first = true;
  for (const lines of blocks(unfold(text.replace(/^\uFEFF/, ''), file))) {
    const [start, ...rest] = lines;
    const isVersion = first && start !== undefined && /^version:/i.test(start.text);
    if (isVersion && start !== undefined) checkVersion(start, file);
    first = false;
    const content = isVersion ? rest : lines;
    if (content.length > 0) records.push(readRecord(content, file));
  }
  return records;
}

/** Joins folded lines and leaves out comments, which fold too. */
function unfold(text: string, file: string): readonly Line[] {
  const lines: { number: number; text: string }[] = [];
  let last: { number: number; text: string } | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.startsWith(' ')) {
      if (last === undefined)
        throw new LdifError(file, index + 1, 'a continuation line (it begins with a space) continues nothing');
      last.text += line.slice(1);
      continue;
    }
    last = { number: index + 1, text: line };
    lines.push(last);
    if (line === '') last = undefined;
  }
  return lines.filter((line) => !line.text.startsWith('#'));
}

function* blocks(lines: readonly Line[]): Generator<readonly Line[]> {
  let block: Line[] = [];
  for (const line of lines) {
    if (line.text !== '') {
      block.push(line);
      continue;
    }
    if (block.length > 0) yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

function checkVersion(line: Line, file: string): void {
  const version = line.text.slice('version:'.length).trim();
  if (version !== '1') throw new LdifError(file, line.number, `LDIF version ${version} is unknown: it must be 1`);
}

function readRecord(lines: readonly Line[], file: string): LdifRecord {
  const [first, ...rest] = lines;
  const dn = first === undefined ? undefined : readField(first, file);
  if (dn === undefined || dn.name.toLowerCase() !== 'dn') {
    throw new LdifError(file, first?.number ?? 0, 'a record must begin with "dn:"');
  }
  const attributes = new Map<string, { name: string; values: Buffer[]; line: number }>();
  for (const [index, line] of rest.entries()) {
    const field = readField(line, file);
    const name = field.name.toLowerCase();
    if (name === 'changetype' || name === 'control') {
      const kind = field.value.toString('utf8').trim();
      if (name === 'changetype' && kind.toLowerCase() === 'add' && index === 0) continue;
      const what = name === 'control' ? 'a control' : `"changetype: ${kind}"`;
      throw new LdifError(
        file,
        field.line,
        `${what} cannot be loaded: only entries, and "changetype: add" after the dn`,
      );
    }
    if (name === 'dn') throw new LdifError(file, field.line, 'a second "dn:" in one record: a blank line is missing');
    const known = attributes.get(name);
    if (known === undefined) attributes.set(name, { name: field.name, values: [field.value], line: field.line });
    else known.values.push(field.value);
  }
  if (attributes.size === 0) throw new LdifError(file, dn.line, 'an entry without attributes');
  return { file, line: dn.line, dn: dn.value.toString('utf8'), attributes: [...attributes.values()] };
}

function readField(line: Line, file: string): { readonly name: string; readonly value: Buffer; readonly line: number } {
  const match = /^([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)((?:;[A-Za-z0-9-]+)*):([:<]?)[ ]*(.*)$/s.exec(line.text);
  if (match === null) throw new LdifError(file, line.number, `not "attribute: value": ${excerpt(line.text)}`);
  const [, type = '', options = '', marker = '', rest = ''] = match;
  const name = type + options;
  if (marker === '<') {
    throw new LdifError(
      file,
      line.number,
      `${name}: values from URLs (":<") are not read: put the value here, as base64 ("::")`,
    );
  }
  if (marker === '') return { name, value: Buffer.from(rest), line: line.number };
  const encoded = rest.trim();
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded)) {
    throw new LdifError(file, line.number, `${name}: the value after "::" is not base64`);
  }
  return { name, value: Buffer.from(encoded, 'base64'), line: line.number };
}

/** A line may hold a password: of one that is not understood only the beginning is told. */
const excerpt = (text: string): string => JSON.stringify(text.length > 12 ? `${text.slice(0, 12)}…` : text);
