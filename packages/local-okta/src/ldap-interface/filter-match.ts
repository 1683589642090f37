import type { Filter } from '@ldap-to-okta/ldap-server';
import { dnKey } from '../dn-key.ts';
import { ATTRIBUTES, type AttributeName, attributeNamed } from './attributes.ts';

/** What a filter is asked about. */
export interface FilterSubject {
  /** By attribute; absent ones are undefined. */
  values(name: AttributeName): readonly string[] | undefined;
  /** Whether the attribute has this value, where that is known without making all of them; else undefined. */
  has?(name: AttributeName, value: string): boolean | undefined;
  /** Whether the attribute has any value, where that is known without making them; else undefined. */
  hasAny?(name: AttributeName): boolean | undefined;
}

/**
 * Whether a filter names only attributes that the LDAP Interface has. One that does not finds nothing, whatever stands
 * beside it: nobody learns by probing which attributes there are or what a hidden one holds.
 */
export function isAnswerable(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.every(isAnswerable);
    case 'not':
      return isAnswerable(filter.filter);
    case 'extensible':
      return filter.attribute !== undefined && !filter.dnAttributes && isKnown(filter.attribute);
    default:
      return isKnown(filter.attribute);
  }
}

const isKnown = (name: string): boolean => attributeNamed(name) !== undefined;

/** RFC 4511 section 4.5.1.7, for a filter that {@link isAnswerable}. An attribute that is absent does not match. */
export function matches(filter: Filter, subject: FilterSubject): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((part) => matches(part, subject));
    case 'or':
      return filter.filters.some((part) => matches(part, subject));
    case 'not':
      return !matches(filter.filter, subject);
    case 'present':
      return isPresent(filter.attribute, subject);
    case 'equality':
    case 'approx':
      return equals(filter.attribute, filter.value, subject);
    case 'greaterOrEqual':
      return (
        isText(filter.attribute) && compare(filter.attribute, filter.value, subject, (value, wanted) => value >= wanted)
      );
    case 'lessOrEqual':
      return (
        isText(filter.attribute) && compare(filter.attribute, filter.value, subject, (value, wanted) => value <= wanted)
      );
    case 'substrings':
      return matchesSubstrings(filter, subject);
    case 'extensible':
      return filter.attribute !== undefined && matchesByRule(filter.attribute, filter.rule, filter.value, subject);
    default:
      return filter satisfies never;
  }
}

/** Of the rules that a client may name, caseIgnoreMatch and caseExactMatch; none is the attribute's own. */
function matchesByRule(attribute: string, rule: string | undefined, value: Buffer, subject: FilterSubject): boolean {
  switch (rule?.toLowerCase()) {
    case undefined:
    case 'caseignorematch':
    case '2.5.13.2':
      return equals(attribute, value, subject);
    case 'caseexactmatch':
    case '2.5.13.5': {
      const wanted = withoutOddSpaces(value.toString('utf8'));
      return valuesFor(attribute, subject)?.values.some((held) => withoutOddSpaces(held) === wanted) ?? false;
    }
    default:
      return false;
  }
}

function isPresent(attribute: string, subject: FilterSubject): boolean {
  const name = attributeNamed(attribute);
  if (name === undefined) return false;
  return subject.hasAny?.(name) ?? (subject.values(name)?.length ?? 0) > 0;
}

/** distinguishedName, as of the members of a group, has no ordering and no substrings (RFC 4517 section 4.2.15). */
function isText(attribute: string): boolean {
  const name = attributeNamed(attribute);
  return name !== undefined && ATTRIBUTES[name].syntax !== 'dn';
}

function valuesFor(attribute: string, subject: FilterSubject) {
  const name = attributeNamed(attribute);
  const values = name === undefined ? undefined : subject.values(name);
  return name === undefined || values === undefined ? undefined : { name, values };
}

function equals(attribute: string, assertion: Buffer, subject: FilterSubject): boolean {
  const name = attributeNamed(attribute);
  const known = name === undefined ? false : subject.has?.(name, assertion.toString('utf8'));
  return known ?? compare(attribute, assertion, subject, (value, wanted) => value === wanted);
}

function compare(
  attribute: string,
  assertion: Buffer,
  subject: FilterSubject,
  holds: (value: string, wanted: string) => boolean,
): boolean {
  const found = valuesFor(attribute, subject);
  if (found === undefined) return false;
  const wanted = comparable(found.name, assertion.toString('utf8'));
  return found.values.some((value) => holds(comparable(found.name, value), wanted));
}

function matchesSubstrings(filter: Extract<Filter, { kind: 'substrings' }>, subject: FilterSubject): boolean {
  const found = isText(filter.attribute) ? valuesFor(filter.attribute, subject) : undefined;
  if (found === undefined) return false;
  const prepared = (part: Buffer): string => caseOf(found.name, part.toString('utf8'));
  return found.values.some((value) => {
    let rest = caseOf(found.name, value);
    if (filter.initial !== undefined) {
      const initial = prepared(filter.initial);
      if (!rest.startsWith(initial)) return false;
      rest = rest.slice(initial.length);
    }
    for (const part of filter.any) {
      const wanted = prepared(part);
      const at = rest.indexOf(wanted);
      if (at < 0) return false;
      rest = rest.slice(at + wanted.length);
    }
    return filter.final === undefined || rest.endsWith(prepared(filter.final));
  });
}

function comparable(name: AttributeName, value: string): string {
  return ATTRIBUTES[name].syntax === 'dn' ? dnKey(value) : withoutOddSpaces(caseOf(name, value));
}

/** RFC 4518 section 2.6.1: spaces at the ends do not count, and several count as one. */
export const withoutOddSpaces = (text: string): string => text.replace(/\s+/g, ' ').trim();

function caseOf(name: AttributeName, value: string): string {
  return ATTRIBUTES[name].syntax === 'exact' ? value : value.toLowerCase();
}
