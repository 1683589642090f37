import { parseDn } from './dn.ts';
import type { AttributeType, Schema } from './schema.ts';
import { withoutTrailing } from './trailing.ts';

/**
 * A value prepared for a matching rule (RFC 4517 §4, RFC 4518): two values match where these are equal. Undefined where
 * the value is none of the rule's syntax, or the rule is unknown.
 */
export function normaliseValue(rule: string, value: Buffer, schema: Schema): string | undefined {
  switch (rule) {
    case 'caseIgnoreIA5Match':
      return isAscii(value) ? foldCase(squeeze(value.toString('utf8'))) : undefined;
    case 'caseExactIA5Match':
      return isAscii(value) ? squeeze(value.toString('utf8')) : undefined;
    case 'caseIgnoreMatch':
    case 'caseIgnoreOrderingMatch':
    case 'caseIgnoreListMatch':
      // A directory string has a character at least (RFC 4517 §3.3.6).
      return value.length === 0 ? undefined : foldCase(squeeze(value.toString('utf8')));
    case 'caseExactMatch':
    case 'caseExactOrderingMatch':
      return value.length === 0 ? undefined : squeeze(value.toString('utf8')).normalize('NFKC');
    case 'distinguishedNameMatch':
      return parseDn(value.toString('utf8'), schema)?.key;
    case 'uniqueMemberMatch': {
      const [, name = '', bits = ''] = /^(.*?)(#'[01]*'B)?$/s.exec(value.toString('utf8')) ?? [];
      const key = parseDn(name, schema)?.key;
      return key === undefined ? undefined : key + bits;
    }
    case 'objectIdentifierMatch':
      return identifierKey(value.toString('utf8'), schema);
    case 'objectIdentifierFirstComponentMatch':
      return identifierKey(firstComponent(value.toString('utf8')), schema);
    case 'integerMatch':
    case 'integerOrderingMatch':
    case 'integerFirstComponentMatch':
      return integerKey(value.toString('latin1'));
    case 'booleanMatch':
      return /^(TRUE|FALSE)$/.test(value.toString('latin1')) ? value.toString('latin1') : undefined;
    case 'generalizedTimeMatch':
    case 'generalizedTimeOrderingMatch':
      return timeKey(value.toString('latin1'));
    case 'telephoneNumberMatch':
      return isPrintable(value) ? value.toString('latin1').replace(/[\s-]/g, '').toLowerCase() : undefined;
    case 'numericStringMatch':
    case 'numericStringOrderingMatch':
      return value.toString('utf8').replace(/\s/g, '');
    case 'UUIDMatch':
    case 'UUIDOrderingMatch':
      return uuidKey(value);
    case 'octetStringMatch':
    case 'octetStringOrderingMatch':
    case 'CSNMatch':
    case 'CSNOrderingMatch':
    case 'bitStringMatch':
      return value.toString('latin1');
    default:
      return undefined;
  }
}

/** A part of a substring assertion, prepared as the rule prepares values; spaces at its inner ends count. */
export function normaliseSubstring(
  rule: string,
  value: Buffer,
  place: 'initial' | 'any' | 'final',
): string | undefined {
  if (rule.includes('IA5') && !isAscii(value)) return undefined;
  const text = value.toString('utf8');
  const squeezed = text.replace(/\s+/g, ' ');
  // As in OpenLDAP: no value begins with spaces alone, and every value may end with them.
  const initial = squeezed.trimStart() || squeezed;
  const placed = place === 'initial' ? initial : place === 'final' ? squeezed.trimEnd() : squeezed;
  switch (rule) {
    case 'caseIgnoreIA5SubstringsMatch':
    case 'caseIgnoreSubstringsMatch':
    case 'caseIgnoreListSubstringsMatch':
      return foldCase(placed);
    case 'caseExactSubstringsMatch':
    case 'caseExactIA5SubstringsMatch':
      return placed.normalize('NFKC');
    case 'telephoneNumberSubstringsMatch':
      return text.replace(/[\s-]/g, '').toLowerCase() || undefined;
    case 'numericStringSubstringsMatch':
      return text.replace(/\s/g, '');
    case 'octetStringSubstringsMatch':
      return value.toString('latin1');
    default:
      return undefined;
  }
}

/** Negative, zero or positive as `a` is before, equal to or after `b`; both prepared for the rule. */
export function compareValues(rule: string, a: string, b: string): number {
  if (rule === 'integerOrderingMatch' || rule === 'integerMatch') {
    const difference = BigInt(a) - BigInt(b);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether a value may be stored in an attribute of this syntax. */
export function isOfSyntax(type: AttributeType, value: Buffer, schema: Schema): boolean {
  const name = type.syntax.replace('1.3.6.1.4.1.1466.115.121.1.', '');
  switch (name) {
    case '12':
      return parseDn(value.toString('utf8'), schema) !== undefined;
    case '34':
      return normaliseValue('uniqueMemberMatch', value, schema) !== undefined;
    case '15':
      return value.length > 0 && isUtf8(value);
    case '26':
      return isAscii(value);
    case '27':
      return integerKey(value.toString('latin1')) !== undefined;
    case '7':
      return /^(TRUE|FALSE)$/.test(value.toString('latin1'));
    case '24':
      return timeKey(value.toString('latin1')) !== undefined;
    case '36':
      return /^[0-9 ]+$/.test(value.toString('latin1'));
    case '38':
      return /^([A-Za-z][\w-]*|\d+(\.\d+)*)$/.test(value.toString('latin1'));
    case '50':
      return value.length > 0 && isAscii(value);
    default:
      return true;
  }
}

const isAscii = (value: Buffer): boolean => value.every((byte) => byte < 0x80);

/** PrintableString (RFC 4517 §3.3.29), which telephone numbers are made of. */
const isPrintable = (value: Buffer): boolean => /^[A-Za-z0-9'()+,./:? =-]+$/.test(value.toString('latin1'));

const isUtf8 = (value: Buffer): boolean => Buffer.from(value.toString('utf8')).equals(value);

const squeeze = (text: string): string => text.trim().replace(/\s+/g, ' ');

// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that need nothing but lower case
const ascii = /^[\x00-\x7f]*$/;
const foldCase = (text: string): string =>
  ascii.test(text) ? text.toLowerCase() : text.normalize('NFKC').toLowerCase().normalize('NFKC');

function identifierKey(text: string, schema: Schema): string | undefined {
  const name = text.trim();
  const known = schema.objectClass(name)?.name ?? schema.attributeType(name)?.name;
  if (known !== undefined) return known.toLowerCase();
  return /^\d+(\.\d+)+$/.test(name) ? name : undefined;
}

const firstComponent = (definition: string): string => /^\(\s*([^\s]+)/.exec(definition)?.[1] ?? definition;

function integerKey(text: string): string | undefined {
  return /^-?(0|[1-9]\d*)$/.test(text) && text !== '-0' ? text : undefined;
}

/** Comparable as text: UTC, with all its digits. */
function timeKey(text: string): string | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)?)?(?:[.,](\d+))?(Z|[+-]\d\d(?:\d\d)?)$/.exec(text);
  if (parts === null) return undefined;
  const [, year = '', month = '', day = '', hour = '', minute = '00', second = '00', fraction = '', zone = 'Z'] = parts;
  if (zone === 'Z') return `${year}${month}${day}${hour}${minute}${second}.${withoutTrailing(fraction, '0')}`;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3) || 0);
  const offset = (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const digits = new Date(local - offset).toISOString().replace(/[-:T]|\..*/g, '');
  return `${digits}.${withoutTrailing(fraction, '0')}`;
}

function uuidKey(value: Buffer): string | undefined {
  if (value.length === 16) return value.toString('hex');
  const text = value.toString('latin1').toLowerCase();
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text.replaceAll('-', '') : undefined;
}
