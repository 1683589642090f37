import { BER, contentStart, elementEnd } from './ber.ts';
import { JsonBytes } from './json-bytes.ts';

/**
 * Search entries as rows of JSON, `[dn, value, …]`, with a place for each attribute that was asked for, in that order: a
 * text, a list of several, or null. Written straight from the bytes that the directory sends: objects in between take
 * more time than everything else that the agent does for an import.
 */
export interface EntryRows {
  /** Adds one SearchResultEntry (RFC 4511 section 4.5.2), whose content is given. False when it is malformed. */
  add(data: Buffer, from: number, to: number): boolean;
  /** How many rows were added and not taken yet. */
  readonly count: number;
  /** A JSON array of the rows since last time. */
  take(): Buffer;
}

const [COMMA = 0, OPEN = 0, CLOSE = 0] = Buffer.from(',[]');

export function createEntryRows(attributes: readonly string[]): EntryRows {
  const columns = createColumns(attributes);
  const json = new JsonBytes();
  let count = 0;

  return {
    get count() {
      return count;
    },
    add(data, from, to) {
      const dnEnd = elementEnd(data, from, to);
      if (dnEnd < 0 || data[from] !== BER.octetString || !columns.read(data, dnEnd, to)) return false;
      json.byte(count === 0 ? OPEN : COMMA);
      json.byte(OPEN);
      const dnStart = contentStart(data, from);
      // A DN is text; whatever of it is not shows as U+FFFD.
      if (!json.text(data, dnStart, dnEnd)) json.string(data.toString('utf8', dnStart, dnEnd));
      for (let column = 0; column < attributes.length; column += 1) {
        json.byte(COMMA);
        writeValues(json, data, columns.starts[column] ?? 0, columns.ends[column] ?? 0);
      }
      json.byte(CLOSE);
      count += 1;
      return true;
    },
    take() {
      if (count === 0) json.byte(OPEN);
      json.byte(CLOSE);
      count = 0;
      return json.take();
    },
  };
}

/** One value, several, or none; bytes that are no text, such as a photograph, make it none. */
function writeValues(json: JsonBytes, data: Buffer, from: number, to: number): void {
  const before = json.length;
  const one = elementEnd(data, from, to) === to;
  let isText = from < to;
  if (!one) json.byte(OPEN);
  for (let at = from; isText && at < to; ) {
    const end = elementEnd(data, at, to);
    if (at > from) json.byte(COMMA);
    isText = json.text(data, contentStart(data, at), end);
    at = end;
  }
  if (!one) json.byte(CLOSE);
  if (isText) return;
  json.truncate(before);
  json.null();
}

/** Finds the attributes that were asked for in an entry: where the values of each begin and end. */
function createColumns(attributes: readonly string[]) {
  const byName = new Map(attributes.map((name, column) => [name.toLowerCase(), column]));
  const starts = new Uint32Array(attributes.length);
  const ends = new Uint32Array(attributes.length);
  // Entries have the same attributes in the same order, nearly always.
  const last: { readonly name: Buffer; readonly column: number | undefined }[] = [];

  function columnOf(data: Buffer, from: number, to: number, place: number): number | undefined {
    const seen = last[place];
    if (seen !== undefined && isAt(data, from, to, seen.name)) return seen.column;
    const name = Buffer.from(data.subarray(from, to));
    const column = byName.get(name.toString('utf8').toLowerCase());
    if (place < attributes.length) last[place] = { name, column };
    return column;
  }

  /** One PartialAttribute: its name and a set of values. */
  function readAttribute(data: Buffer, from: number, to: number, place: number): boolean {
    const nameEnd = elementEnd(data, from, to);
    if (nameEnd < 0 || data[from] !== BER.octetString) return false;
    if (data[nameEnd] !== BER.set || elementEnd(data, nameEnd, to) !== to) return nameEnd === to;
    const start = contentStart(data, nameEnd);
    for (let at = start; at < to; ) {
      const end = elementEnd(data, at, to);
      if (end < 0 || data[at] !== BER.octetString) return false;
      at = end;
    }
    const column = columnOf(data, contentStart(data, from), nameEnd, place);
    if (column !== undefined) {
      starts[column] = start;
      ends[column] = to;
    }
    return true;
  }

  return {
    starts,
    ends,
    /** Reads the list of attributes that begins there and must end at `to`. False when it is malformed. */
    read(data: Buffer, from: number, to: number): boolean {
      starts.fill(0);
      ends.fill(0);
      if (data[from] !== BER.sequence || elementEnd(data, from, to) !== to) return from === to;
      let at = contentStart(data, from);
      for (let place = 0; at < to; place += 1) {
        const end = elementEnd(data, at, to);
        if (end < 0 || data[at] !== BER.sequence || !readAttribute(data, contentStart(data, at), end, place))
          return false;
        at = end;
      }
      return true;
    },
  };
}

function isAt(data: Buffer, from: number, to: number, name: Buffer): boolean {
  if (to - from !== name.length) return false;
  for (let at = 0; at < name.length; at += 1) if (data[from + at] !== name[at]) return false;
  return true;
}
