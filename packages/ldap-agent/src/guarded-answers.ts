import type { Client } from 'ldapts';
import { BER, contentStart, elementEnd } from './ber.ts';
import { DirectoryError } from './directory-error.ts';
import type { EntryRows } from './entry-rows.ts';

/** An entry with a large photograph is smaller by far. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

const SEARCH_ENTRY = 0x64;
const CONTROLS = 0xa0;
const CONSTRUCTED = 0x20;

const MALFORMED = 'a malformed message';

/** The part of ldapts that every received byte goes through, on every transport. */
interface MessageParser {
  read(data: Buffer, pending: unknown): void;
}

export interface GuardedAnswers {
  /** From now on entries become rows. ldapts sees the first of each page alone: it ends a search with a page of none. */
  collectEntries(rows: EntryRows): void;
}

/**
 * Hands ldapts whole and well-formed messages only: some others it would read for ever, in one turn of the event loop
 * that no deadline ends, and of a long one it joins all parts again with each that comes.
 *
 * @param refuse told once, when the directory does not speak LDAP; nothing more is read
 */
export function guardAnswers(client: Client, refuse: (error: DirectoryError) => void): GuardedAnswers {
  const parser: unknown = Reflect.get(client, 'messageParser');
  if (!isParser(parser)) throw new Error('This version of ldapts keeps its parser elsewhere: adapt guardAnswers.');
  const read = parser.read.bind(parser);
  let parts: Buffer[] = [];
  let bytes = 0;
  let needed = 1;
  let refused = false;
  let rows: EntryRows | undefined;

  /** Reads whole messages; what is left is kept until there is more of it. */
  function take(data: Buffer, pending: unknown): void {
    let at = 0;
    for (;;) {
      const size = messageSize(data, at);
      if (size === undefined || at + size > data.length) {
        parts = at === data.length ? [] : [data.subarray(at)];
        bytes = data.length - at;
        needed = size ?? bytes + 1;
        return;
      }
      const entry = rows === undefined ? -1 : entryIn(data, at, at + size);
      const entryEnd = entry < 0 ? -1 : elementEnd(data, entry, at + size);
      if (entryEnd !== at + size || rows?.count === 0) hand(data.subarray(at, at + size), pending);
      if (entry >= 0 && !rows?.add(data, contentStart(data, entry), entryEnd)) throw new RangeError(MALFORMED);
      at += size;
    }
  }

  function hand(message: Buffer, pending: unknown): void {
    if (!isMessage(message)) throw new RangeError(MALFORMED);
    read(message, pending);
  }

  parser.read = (data, pending) => {
    if (refused) return;
    parts.push(data);
    bytes += data.length;
    if (bytes < needed) return;
    try {
      take(parts.length === 1 ? data : Buffer.concat(parts), pending);
    } catch (error) {
      refused = true;
      parts = [];
      const text = error instanceof RangeError ? error.message : 'an answer that cannot be read';
      refuse(new DirectoryError('connection-lost', `the directory sent ${text}`, { cause: error }));
    }
  };

  return {
    collectEntries(into) {
      rows = into;
    },
  };
}

/** Where the entry begins that a message brings; -1 when it brings something else. */
function entryIn(data: Buffer, from: number, to: number): number {
  const id = contentStart(data, from);
  const operation = elementEnd(data, id, to);
  return operation >= 0 && data[id] === BER.integer && data[operation] === SEARCH_ENTRY ? operation : -1;
}

const isParser = (value: unknown): value is MessageParser =>
  typeof value === 'object' && value !== null && 'read' in value && typeof value.read === 'function';

/** Header and content of the message that begins there; undefined when its header is not whole. */
function messageSize(data: Buffer, at: number): number | undefined {
  if (at === data.length) return undefined;
  if (data[at] !== BER.sequence) throw new RangeError('something that is not LDAP');
  const first = data[at + 1];
  if (first === undefined) return undefined;
  if (first >= 0x80 && (first === 0x80 || first > 0x84)) throw new RangeError('a length that LDAP does not allow');
  const header = first < 0x80 ? 2 : 2 + (first & 0x7f);
  if (data.length < at + header) return undefined;
  const size = header + (first < 0x80 ? first : data.readUIntBE(at + 2, first & 0x7f));
  if (size > MAX_MESSAGE_BYTES) throw new RangeError(`a message of more than ${MAX_MESSAGE_BYTES} bytes`);
  return size;
}

type Check = (tag: number, start: number, end: number, index: number) => boolean;

/** Whether elements fill a stretch exactly, and each passes; `start` and `end` are of its content. */
function every(data: Buffer, from: number, to: number, check: Check): boolean {
  let at = from;
  for (let index = 0; at < to; index += 1) {
    const end = elementEnd(data, at, to);
    if (end < 0 || !check(data[at] ?? 0, contentStart(data, at), end, index)) return false;
    at = end;
  }
  return true;
}

/** RFC 4511 section 4.1.1, as far as ldapts would read on for ever where it is otherwise. */
function isMessage(data: Buffer): boolean {
  return every(data, 0, data.length, (_tag, from, to) =>
    every(data, from, to, (tag, start, end, index) => {
      if (index === 0) return tag === BER.integer;
      if (index === 1) return tag === SEARCH_ENTRY ? isEntry(data, start, end) : isResult(data, tag, start, end);
      return tag === CONTROLS && every(data, start, end, (one, first, last) => isControl(data, one, first, last));
    }),
  );
}

function isResult(data: Buffer, operation: number, from: number, to: number): boolean {
  return (operation & CONSTRUCTED) !== 0 && every(data, from, to, (tag) => tag !== CONTROLS);
}

function isEntry(data: Buffer, from: number, to: number): boolean {
  const isAttribute: Check = (tag, start, end) =>
    tag === BER.sequence &&
    every(data, start, end, (part, first, last, index) =>
      index === 0 ? part === BER.octetString : index === 1 && part === BER.set && every(data, first, last, isText),
    );
  return every(data, from, to, (tag, start, end, index) =>
    index === 0 ? tag === BER.octetString : index === 1 && tag === BER.sequence && every(data, start, end, isAttribute),
  );
}

const isText: Check = (tag) => tag === BER.octetString;

/** A name, perhaps whether it is critical, perhaps a value. */
function isControl(data: Buffer, tag: number, from: number, to: number): boolean {
  let before = 0;
  return (
    tag === BER.sequence &&
    every(data, from, to, (part, _start, _end, index) => {
      const fits =
        index === 0
          ? part === BER.octetString
          : (part === BER.boolean && index === 1) || (part === BER.octetString && index < 3);
      const follows = index < 2 || before === BER.boolean;
      before = part;
      return fits && follows;
    })
  );
}
