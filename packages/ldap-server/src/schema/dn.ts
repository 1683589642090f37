import { normaliseValue } from './matching-rule.ts';
import type { Schema } from './schema.ts';
import { withoutTrailing } from './trailing.ts';

/** One part of an RDN. `type` is as the schema writes it. */
export interface Ava {
  readonly type: string;
  readonly value: string;
}

/** A distinguished name, leaf first. */
export interface Dn {
  readonly rdns: readonly (readonly Ava[])[];
  /** As OpenLDAP writes it: types as in the schema, special characters as hex pairs, nothing around separators. */
  readonly text: string;
  /** Equal for equal names (RFC 4518 preparation of values, parts of an RDN in one order). */
  readonly key: string;
  /** The keys of the RDNs, leaf first; `key` is them joined with commas. */
  readonly rdnKeys: readonly string[];
}

/** Reads RFC 4514. Undefined where the text is no DN. */
export function parseDn(text: string, schema: Schema): Dn | undefined {
  const trimmed = text.trimStart();
  if (trimmed.trim() === '') return dnOf([], schema);
  const scanner = { text: trimmed, at: 0 };
  const rdns: Ava[][] = [];
  let rdn: Ava[] = [];
  for (;;) {
    const ava = scanAva(scanner, schema);
    if (ava === undefined) return undefined;
    rdn.push(ava);
    const separator = scanner.text[scanner.at++];
    if (separator === '+') continue;
    rdns.push(rdn);
    if (separator === undefined) return dnOf(rdns, schema);
    rdn = [];
  }
}

/** The DN above this one; undefined above the root. */
export function parentDn(dn: Dn): Dn | undefined {
  if (dn.rdns.length === 0) return undefined;
  const rdnKeys = dn.rdnKeys.slice(1);
  const rdns = dn.rdns.slice(1);
  return { rdns, rdnKeys, key: rdnKeys.join(','), text: rdns.map(formatRdn).join(',') };
}

/** The DN of `rdns` below `superior`. */
export function childDn(rdn: readonly Ava[], superior: Dn, schema: Schema): Dn {
  return dnOf([rdn, ...superior.rdns], schema);
}

/** Whether `dn` is `base` or below it. */
export const isWithin = (dn: Dn, base: Dn): boolean =>
  base.key === '' || dn.key === base.key || dn.key.endsWith(`,${base.key}`);

export const formatRdn = (rdn: readonly Ava[]): string =>
  rdn.map(({ type, value }) => `${type}=${escapeValue(value)}`).join('+');

function dnOf(rdns: readonly (readonly Ava[])[], schema: Schema): Dn {
  const rdnKeys = rdns.map((rdn) => rdnKey(rdn, schema));
  return { rdns, rdnKeys, key: rdnKeys.join(','), text: rdns.map(formatRdn).join(',') };
}

function rdnKey(rdn: readonly Ava[], schema: Schema): string {
  const keys = rdn.map(({ type, value }) => {
    const rule = schema.attributeType(type)?.equality ?? 'caseIgnoreMatch';
    return `${type.toLowerCase()}=${escapeValue(normaliseValue(rule, Buffer.from(value), schema) ?? value)}`;
  });
  return keys.length === 1 ? (keys[0] ?? '') : keys.sort().join('+');
}

interface Scanner {
  readonly text: string;
  at: number;
}

const typePattern = /\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=[ ]*/y;
const plainPattern = /[^\\,+"<>;\0]*/y;
// OpenLDAP still takes the quotation marks and semicolons of RFC 2253 §4.
const quotedPattern = /"((?:[^\\"]|\\[0-9a-f]{2}|\\[ "#+,;<=>\\])*)" *(?=[,;+]|$)/iy;
const escapePattern = /\\([0-9a-f]{2}|[ "#+,;<=>\\])/iy;

/** Reads on where the scanner is. */
function scan(scanner: Scanner, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = scanner.at;
  const match = pattern.exec(scanner.text);
  if (match === null) return undefined;
  scanner.at = pattern.lastIndex;
  return match;
}

function scanAva(scanner: Scanner, schema: Schema): Ava | undefined {
  const name = scan(scanner, typePattern)?.[1];
  // An entry of no known type can be nowhere, and values in BER (#04…) are none OpenLDAP takes for text.
  const type = name === undefined ? undefined : schema.attributeType(name);
  if (type === undefined || scanner.text[scanner.at] === '#') return undefined;
  const value = scanner.text[scanner.at] === '"' ? scanQuoted(scanner) : scanValue(scanner);
  return value === undefined || value === '' ? undefined : { type: type.name, value };
}

function scanQuoted(scanner: Scanner): string | undefined {
  const inner = scan(scanner, quotedPattern)?.[1];
  return inner === undefined ? undefined : withoutEscapes(inner);
}

/** Takes away the backslashes: of pairs of hex digits, and of special characters. */
function withoutEscapes(text: string): string {
  const parts = text.split(/\\([0-9a-f]{2}|[ "#+,;<=>\\])/i);
  return Buffer.concat(
    parts.map((part, index) => Buffer.from(part, index % 2 === 1 && part.length === 2 ? 'hex' : 'utf8')),
  ).toString('utf8');
}

function scanValue(scanner: Scanner): string | undefined {
  const plain = scan(scanner, plainPattern)?.[0] ?? '';
  const next = scanner.text[scanner.at];
  if (isSeparator(next)) return trimEnd(plain);
  if (next !== '\\') return undefined;
  const parts: Buffer[] = [Buffer.from(plain)];
  for (;;) {
    const escaped = scan(scanner, escapePattern)?.[1];
    if (escaped === undefined) return undefined;
    parts.push(Buffer.from(escaped, escaped.length === 2 ? 'hex' : 'latin1'));
    const rest = scan(scanner, plainPattern)?.[0] ?? '';
    const after = scanner.text[scanner.at];
    const isEnd = isSeparator(after);
    parts.push(Buffer.from(isEnd ? trimEnd(rest) : rest));
    if (isEnd) return Buffer.concat(parts).toString('utf8');
    if (after !== '\\') return undefined;
  }
}

const isSeparator = (character: string | undefined): boolean =>
  character === undefined || character === ',' || character === '+' || character === ';';

/** Spaces at the end are no part of the value, unless escaped. */
const trimEnd = (text: string): string => withoutTrailing(text, ' ');

function escapeValue(value: string): string {
  if (!/[\\,+"<>;=\0]|^[ #]| $/.test(value)) return value;
  return value.replace(/[\\,+"<>;=\0]|^[ #]| $/g, (character) => {
    const hex = character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
    return `\\${hex}`;
  });
}
