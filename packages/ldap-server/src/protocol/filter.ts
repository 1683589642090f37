import { BerReader } from './ber.ts';
import { DecodingError } from './decoding-error.ts';

/**
 * A search filter as it came over the wire (RFC 4511 §4.5.1.7). Assertion values are bytes: what they mean depends on
 * the attribute's syntax.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | {
      readonly kind: 'equality' | 'greaterOrEqual' | 'lessOrEqual' | 'approx';
      readonly attribute: string;
      readonly value: Buffer;
    }
  | {
      readonly kind: 'substrings';
      readonly attribute: string;
      readonly initial?: Buffer;
      readonly any: readonly Buffer[];
      readonly final?: Buffer;
    }
  | { readonly kind: 'present'; readonly attribute: string }
  | {
      readonly kind: 'extensible';
      readonly rule?: string;
      readonly attribute?: string;
      readonly value: Buffer;
      readonly dnAttributes: boolean;
    };

/** What cannot be evaluated is Undefined and not an error (RFC 4511 §4.5.1.7), as it is to slapd: nobody has this attribute. */
const undefinedFilter: Filter = { kind: 'equality', attribute: '', value: Buffer.alloc(0) };

/** Deep enough for every honest filter, shallow enough for the stack. */
const maxDepth = 200;

/** Reads the next element as a filter. Throws DecodingError. */
export function decodeFilter(reader: BerReader, depth = 0): Filter {
  if (depth > maxDepth) throw new DecodingError(`a filter nested more than ${maxDepth} deep`);
  const { tag, content } = reader.element();
  const inner = new BerReader(content);
  switch (tag) {
    case 0xa0:
    case 0xa1: {
      const filters: Filter[] = [];
      while (!inner.done) filters.push(decodeFilter(inner, depth + 1));
      return { kind: tag === 0xa0 ? 'and' : 'or', filters };
    }
    case 0xa2: {
      const filter = decodeFilter(inner, depth + 1);
      if (!inner.done) throw new DecodingError('a negation of more than one filter');
      return { kind: 'not', filter };
    }
    case 0xa3:
      return assertion('equality', inner);
    case 0xa4:
      return decodeSubstrings(inner);
    case 0xa5:
      return assertion('greaterOrEqual', inner);
    case 0xa6:
      return assertion('lessOrEqual', inner);
    case 0x87:
      return { kind: 'present', attribute: content.toString('utf8') };
    case 0xa8:
      return assertion('approx', inner);
    case 0xa9:
      return decodeExtensible(inner);
    default:
      return undefinedFilter;
  }
}

function assertion(kind: 'equality' | 'greaterOrEqual' | 'lessOrEqual' | 'approx', reader: BerReader): Filter {
  return { kind, attribute: reader.string(), value: reader.bytes() };
}

function decodeSubstrings(reader: BerReader): Filter {
  const attribute = reader.string();
  const parts = reader.sequence();
  let initial: Buffer | undefined;
  let final: Buffer | undefined;
  const any: Buffer[] = [];
  if (parts.done) return undefinedFilter;
  while (!parts.done) {
    const { tag, content } = parts.element();
    if (content.length === 0) throw new DecodingError('an empty substring');
    if (final !== undefined) throw new DecodingError('a substring after the final one');
    if (tag === 0x80 && initial === undefined && any.length === 0) initial = content;
    else if (tag === 0x81) any.push(content);
    else if (tag === 0x82) final = content;
    else throw new DecodingError('a substring out of place');
  }
  return {
    kind: 'substrings',
    attribute,
    any,
    ...(initial === undefined ? {} : { initial }),
    ...(final === undefined ? {} : { final }),
  };
}

function decodeExtensible(reader: BerReader): Filter {
  const rule = reader.peek() === 0x81 ? reader.string(0x81) : undefined;
  const attribute = reader.peek() === 0x82 ? reader.string(0x82) : undefined;
  const value = reader.bytes(0x83);
  const dnAttributes = reader.peek() === 0x84 ? reader.boolean(0x84) : false;
  if (rule === undefined && attribute === undefined) throw new DecodingError('an extensible match of nothing');
  return {
    kind: 'extensible',
    value,
    dnAttributes,
    ...(rule === undefined ? {} : { rule }),
    ...(attribute === undefined ? {} : { attribute }),
  };
}
