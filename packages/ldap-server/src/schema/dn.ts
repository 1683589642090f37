import { normaliseValue } from './matching-rule.ts';
import type { Schema } from './schema.ts';

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
    const known = schema.attributeType(type);
    const rule = known?.equality ?? 'caseIgnoreMatch';
    return `${type.toLowerCase()}=${escapeValue(normaliseValue(rule, Buffer.from(value), schema) ?? value)}`;
  });
  return keys.length === 1 ? (keys[0] ?? '') : keys.sort().join('+');
}

interface Scanner {
  readonly text: string;
  at: number;
}

function scanAva(scanner: Scanner, schema: Schema): Ava | undefined {
  const type = /^\s*([A-Za-z][A-Za-z0-9-]*|(?:oid\.)?\d+(?:\.\d+)+)\s*=[ ]*/i.exec(scanner.text.slice(scanner.at));
  const name = type?.[1]?.replace(/^oid\./i, '');
  if (type === null || name === undefined) return undefined;
  scanner.at += type[0].length;
  const value = scanner.text[scanner.at] === '#' ? scanHexValue(scanner) : scanValue(scanner);
  if (value === undefined) return undefined;
  return { type: schema.attributeType(name)?.name ?? name.toLowerCase(), value };
}

function scanValue(scanner: Scanner): string | undefined {
  const bytes: number[] = [];
  // Spaces at the end are no part of the value, unless escaped.
  let end = 0;
  while (scanner.at < scanner.text.length) {
    const character = String.fromCodePoint(scanner.text.codePointAt(scanner.at) ?? 0);
    if (character === ',' || character === '+') break;
    if (character === '"' || character === ';' || character === '<' || character === '>' || character === '\0') {
      return undefined;
    }
    if (character === '\\') {
      const pair = /^\\([0-9a-f]{2}|[ "#+,;<=>\\])/i.exec(scanner.text.slice(scanner.at, scanner.at + 3));
      const escaped = pair?.[1];
      if (escaped === undefined) return undefined;
      scanner.at += 1 + escaped.length;
      bytes.push(escaped.length === 2 ? Number.parseInt(escaped, 16) : escaped.charCodeAt(0));
      end = bytes.length;
    } else {
      scanner.at += character.length;
      bytes.push(...Buffer.from(character));
      if (character !== ' ') end = bytes.length;
    }
  }
  return Buffer.from(bytes.slice(0, end)).toString('utf8');
}

/** `#` and the BER of the value, in hex (RFC 4514 §2.4). Strings only: nothing else names an entry here. */
function scanHexValue(scanner: Scanner): string | undefined {
  const match = /^#((?:[0-9a-f]{2})+)\s*(?=[,+]|$)/i.exec(scanner.text.slice(scanner.at));
  if (match === null) return undefined;
  scanner.at += match[0].length;
  const bytes = Buffer.from(match[1] ?? '', 'hex');
  return bytes[1] === bytes.length - 2 ? bytes.subarray(2).toString('utf8') : undefined;
}

function escapeValue(value: string): string {
  if (!/[\\,+"<>;=\0]|^[ #]| $/.test(value)) return value;
  return value.replace(/[\\,+"<>;=\0]|^[ #]| $/g, (character) => {
    const hex = character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
    return `\\${hex}`;
  });
}
