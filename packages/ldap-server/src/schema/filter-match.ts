import type { SearchEntry } from '../backend.ts';
import type { Filter } from '../protocol/filter.ts';
import { readDescription } from '../server/attribute-selection.ts';
import { parseDn } from './dn.ts';
import { compareValues, normaliseSubstring, normaliseValue } from './matching-rule.ts';
import type { AttributeType, Schema } from './schema.ts';

/** An attribute as a filter sees it. */
export interface FilterAttribute {
  readonly type: AttributeType;
  readonly options?: readonly string[];
  readonly values: readonly Buffer[];
  /** The values prepared for the equality rule, where they are at hand. */
  readonly keys?: ReadonlySet<string>;
}

/** What a filter is asked about. */
export interface FilterSubject {
  /** Its attributes; those the client may not see are `'hidden'`, and make what asks for them Undefined. */
  attributes(type: AttributeType): readonly FilterAttribute[] | 'hidden';
  /** All that may be seen, for rules without an attribute. */
  all(): readonly FilterAttribute[];
  /** The parts of its DN, for `:dn:`. */
  dnParts(): readonly FilterAttribute[];
  /** The keys of its object classes and of all they descend from. */
  objectClassKeys(): ReadonlySet<string>;
}

/** RFC 4511 §4.5.1.7: true, false, or undefined where the filter cannot be evaluated. Only true matches. */
export function evaluateFilter(filter: Filter, subject: FilterSubject, schema: Schema): boolean | undefined {
  switch (filter.kind) {
    case 'and':
      return all(filter.filters, (part) => evaluateFilter(part, subject, schema));
    case 'or':
      return any(filter.filters, (part) => evaluateFilter(part, subject, schema));
    case 'not': {
      const inner = evaluateFilter(filter.filter, subject, schema);
      return inner === undefined ? undefined : !inner;
    }
    case 'extensible':
      return evaluateExtensible(filter, subject, schema);
    default:
      return evaluateItem(filter, subject, schema);
  }
}

type Item = Exclude<Filter, { kind: 'and' | 'or' | 'not' | 'extensible' }>;

function evaluateItem(filter: Item, subject: FilterSubject, schema: Schema): boolean | undefined {
  const { type: name, options } = readDescription(filter.attribute);
  const type = schema.attributeType(name);
  if (type === undefined) return undefined;
  // A constant: OpenLDAP tells it, and does not compare it.
  if (type.name === 'subschemaSubentry' && filter.kind !== 'present') return undefined;
  const found = subject.attributes(type);
  if (found === 'hidden') return undefined;
  const attributes = found.filter((attribute) => options.every((option) => attribute.options?.includes(option)));
  switch (filter.kind) {
    case 'present':
      return attributes.some(({ values }) => values.length > 0);
    case 'equality':
    case 'approx': {
      if (type.equality === undefined) return undefined;
      const key = normaliseValue(type.equality, filter.value, schema);
      if (key === undefined) return undefined;
      if (type.name === 'objectClass') return subject.objectClassKeys().has(key);
      if (type.name === 'structuralObjectClass')
        return attributes.some((attribute) => isOfClass(attribute, key, schema));
      return attributes.some((attribute) => hasKey(attribute, type, key, schema));
    }
    case 'greaterOrEqual':
    case 'lessOrEqual': {
      const rule = type.ordering;
      const bound = rule === undefined ? undefined : normaliseValue(rule, filter.value, schema);
      if (rule === undefined || bound === undefined) return undefined;
      const sign = filter.kind === 'greaterOrEqual' ? 1 : -1;
      return eachValue(attributes, (value) => {
        const key = normaliseValue(rule, value, schema);
        return key !== undefined && compareValues(rule, key, bound) * sign >= 0;
      });
    }
    case 'substrings':
      return evaluateSubstrings(filter, type, attributes, schema);
    default:
      return filter satisfies never;
  }
}

function evaluateSubstrings(
  filter: Extract<Filter, { kind: 'substrings' }>,
  type: AttributeType,
  attributes: readonly FilterAttribute[],
  schema: Schema,
): boolean | undefined {
  const rule = type.substrings;
  if (rule === undefined) return undefined;
  const prepare = (part: Buffer | undefined, place: 'initial' | 'final'): string | undefined =>
    part === undefined ? '' : normaliseSubstring(rule, part, place);
  const initial = prepare(filter.initial, 'initial');
  const final = prepare(filter.final, 'final');
  const middle = filter.any.map((part) => normaliseSubstring(rule, part, 'any'));
  if (initial === undefined || final === undefined || middle.includes(undefined)) return undefined;
  const valueRule = rule.replace('Substrings', '');
  return eachValue(attributes, (value) => {
    const text = normaliseValue(valueRule, value, schema);
    if (text === undefined || !text.startsWith(initial)) return false;
    let at = initial.length;
    for (const part of middle) {
      const found = part === undefined ? -1 : text.indexOf(part, at);
      if (found < 0 || part === undefined) return false;
      at = found + part.length;
    }
    return text.length - final.length >= at && text.endsWith(final);
  });
}

function evaluateExtensible(
  filter: Extract<Filter, { kind: 'extensible' }>,
  subject: FilterSubject,
  schema: Schema,
): boolean | undefined {
  const type =
    filter.attribute === undefined ? undefined : schema.attributeType(readDescription(filter.attribute).type);
  if (filter.attribute !== undefined && type === undefined) return undefined;
  const named = filter.rule === undefined ? undefined : schema.matchingRule(filter.rule);
  const rule = filter.rule === undefined ? type?.equality : named?.name;
  if (rule === undefined) return undefined;
  const suits = (candidate: AttributeType): boolean =>
    named === undefined || comparable(candidate.syntax) === comparable(named.syntax);
  if (type !== undefined && !suits(type)) return undefined;
  const found = type === undefined ? subject.all().filter((some) => suits(some.type)) : subject.attributes(type);
  if (found === 'hidden') return undefined;
  const fromDn = filter.dnAttributes
    ? subject.dnParts().filter((part) => type === undefined || schema.isOrSubtypeOf(part.type.name, type.name))
    : [];
  const attributes = [...found, ...fromDn];
  const bits = rule === 'integerBitAndMatch' ? 'and' : rule === 'integerBitOrMatch' ? 'or' : undefined;
  if (bits !== undefined) return evaluateBits(bits, filter.value, attributes);
  const key = normaliseValue(rule, filter.value, schema);
  if (key === undefined) return undefined;
  return eachValue(attributes, (value) => normaliseValue(rule, value, schema) === key);
}

/** Printable and country strings are directory strings to a matching rule. */
const comparable = (syntax: string): string => syntax.replace(/\.(44|11)$/, '.15');

function evaluateBits(kind: 'and' | 'or', mask: Buffer, attributes: readonly FilterAttribute[]): boolean | undefined {
  if (!/^-?\d+$/.test(mask.toString('latin1'))) return undefined;
  const wanted = BigInt(mask.toString('latin1'));
  return eachValue(attributes, (value) => {
    const text = value.toString('latin1');
    if (!/^-?\d+$/.test(text)) return false;
    const common = BigInt(text) & wanted;
    return kind === 'and' ? common === wanted : common !== 0n;
  });
}

function hasKey(attribute: FilterAttribute, type: AttributeType, key: string, schema: Schema): boolean {
  if (attribute.keys !== undefined && attribute.type.equality === type.equality) return attribute.keys.has(key);
  const rule = type.equality ?? '';
  return attribute.values.some((value) => normaliseValue(rule, value, schema) === key);
}

/** Of the class of that key, or of one below it. */
function isOfClass(attribute: FilterAttribute, key: string, schema: Schema): boolean {
  return attribute.values.some((value) => {
    const known = schema.objectClass(value.toString('utf8'));
    return known !== undefined && [...schema.lineage(known)].some(({ name }) => name.toLowerCase() === key);
  });
}

const eachValue = (attributes: readonly FilterAttribute[], test: (value: Buffer) => boolean): boolean =>
  attributes.some(({ values }) => values.some(test));

function all(parts: readonly Filter[], evaluate: (part: Filter) => boolean | undefined): boolean | undefined {
  let result: boolean | undefined = true;
  for (const part of parts) {
    const value = evaluate(part);
    if (value === false) return false;
    if (value === undefined) result = undefined;
  }
  return result;
}

function any(parts: readonly Filter[], evaluate: (part: Filter) => boolean | undefined): boolean | undefined {
  let result: boolean | undefined = false;
  for (const part of parts) {
    const value = evaluate(part);
    if (value === true) return true;
    if (value === undefined) result = undefined;
  }
  return result;
}

/** A found entry as filters see it, for backends that keep no prepared values. */
export function subjectOf(entry: SearchEntry, schema: Schema): FilterSubject {
  const attributes = entry.attributes.flatMap(({ name, values }): FilterAttribute[] => {
    const { type: typeName, options } = readDescription(name);
    const type = schema.attributeType(typeName);
    return type === undefined ? [] : [{ type, options, values: values.map((value) => Buffer.from(value)) }];
  });
  const dn = parseDn(entry.dn, schema);
  return {
    attributes: (type) => attributes.filter((attribute) => schema.isOrSubtypeOf(attribute.type.name, type.name)),
    all: () => attributes,
    dnParts: () =>
      (dn?.rdns ?? []).flat().flatMap(({ type: name, value }): FilterAttribute[] => {
        const type = schema.attributeType(name);
        return type === undefined ? [] : [{ type, values: [Buffer.from(value)] }];
      }),
    objectClassKeys: () => {
      const names = attributes.find(({ type }) => type.name === 'objectClass')?.values ?? [];
      const classes = names.map((name) => schema.objectClass(name.toString('utf8'))).filter((one) => one !== undefined);
      return new Set(classes.flatMap((one) => [...schema.lineage(one)].map(({ name }) => name.toLowerCase())));
    },
  };
}
