import {
  AndFilter,
  ApproximateFilter,
  EqualityFilter,
  ExtensibleFilter,
  Filter,
  FilterParser,
  GreaterThanEqualsFilter,
  BerWriter as LdaptsWriter,
  LessThanEqualsFilter,
  NotFilter,
  OrFilter,
  SubstringFilter,
} from 'ldapts';
import { OCTET_STRING, SEQUENCE } from './ber-cursor.ts';
import { type BerWriter, encode } from './ber-writer.ts';
import type { Request } from './request.ts';

/** What stands for the placeholders of a filter. */
export interface FilterValues {
  readonly username: string;
  readonly dn: string;
}

/** A filter whose values are in place: as the directory gets it, and as people read it. */
export interface PlacedFilter extends Request {
  readonly text: string;
}

/** Places values in a filter that was parsed once. What is placed is always a value, whatever characters it has. */
export type FilterTemplate = (values: FilterValues) => PlacedFilter;

/** Writes a part of a filter with its values. */
type Part = (to: BerWriter, values: FilterValues) => void;

/** Text with its values, each spelled in some way. */
type TextTemplate = (values: FilterValues, spell: (value: string) => string) => string;

const OR = 0xa1;
const NO_VALUES: FilterValues = { username: '', dn: '' };

/** @throws Error when the text is no LDAP filter (RFC 4515) */
export function compileFilter(text: string): FilterTemplate {
  const filter = parse(text);
  const write = compile(filter);
  const read = compileText(filter.toString());
  return (values) => new FilterWithValues(write, read, values);
}

/** A filter without placeholders. @throws Error when the text is no LDAP filter (RFC 4515) */
export function parseFilter(text: string): PlacedFilter {
  const filter = parse(text);
  return new FilterWithValues(asItIs(filter), () => filter.toString(), NO_VALUES);
}

class FilterWithValues implements PlacedFilter {
  private readonly writePart: Part;
  private readonly read: TextTemplate;
  private readonly values: FilterValues;

  constructor(writePart: Part, read: TextTemplate, values: FilterValues) {
    this.writePart = writePart;
    this.read = read;
    this.values = values;
  }

  /** Only made when somebody reads it. */
  get text(): string {
    return this.read(this.values, Filter.escape);
  }

  write(to: BerWriter): void {
    this.writePart(to, this.values);
  }
}

/** What one of these finds. */
export function anyOf(filters: readonly PlacedFilter[]): PlacedFilter {
  const [only] = filters;
  return filters.length === 1 && only !== undefined
    ? only
    : {
        text: `(|${filters.map(({ text }) => text).join('')})`,
        write(to) {
          const before = to.length;
          for (const filter of filters.toReversed()) {
            filter.write(to);
          }
          to.wrap(OR, before);
        },
      };
}

function parse(text: string): Filter {
  // ldapts 8.2 reads each `\xx` as one character; RFC 4515 section 3 says byte, and UTF-8 takes several.
  const decoded = text.replace(/(?:\\[89a-f][0-9a-f])+/gi, (escapes) => {
    const bytes = Buffer.from(escapes.replaceAll('\\', ''), 'hex');
    return bytes.toString('utf8');
  });
  return FilterParser.parseString(decoded);
}

function compile(filter: Filter): Part {
  if (filter instanceof AndFilter || filter instanceof OrFilter) {
    return wrapped(filter.type, filter.filters.map(compile));
  }
  if (filter instanceof NotFilter) {
    return wrapped(filter.type, [compile(filter.filter)]);
  }
  const values = valuesOf(filter);
  return values.length > 0 && filter.toString().includes('{{') ? wrapped(filter.type, values) : asItIs(filter);
}

/** What a leaf consists of, where a value can be placed in it (RFC 4511 section 4.5.1.7). */
function valuesOf(filter: Filter): Part[] {
  if (
    filter instanceof EqualityFilter ||
    filter instanceof ApproximateFilter ||
    filter instanceof GreaterThanEqualsFilter ||
    filter instanceof LessThanEqualsFilter
  ) {
    return typeof filter.value === 'string'
      ? [text(OCTET_STRING, filter.attribute), text(OCTET_STRING, filter.value)]
      : [];
  }
  if (filter instanceof ExtensibleFilter) {
    const { matchType, rule, dnAttributes, value } = filter;
    return [
      ...(rule === '' ? [] : [text(0x81, rule)]),
      ...(matchType === '' ? [] : [text(0x82, matchType)]),
      text(0x83, value),
      ...(dnAttributes ? [constant((to) => to.boolean(0x84, true))] : []),
    ];
  }
  if (filter instanceof SubstringFilter) {
    const { attribute, initial, any, final } = filter;
    return [
      text(OCTET_STRING, attribute),
      wrapped(SEQUENCE, [
        ...(initial === '' ? [] : [text(0x80, initial)]),
        ...any.map((part) => text(0x81, part)),
        ...(final === '' ? [] : [text(0x82, final)]),
      ]),
    ];
  }
  return [];
}

function asItIs(filter: Filter): Part {
  const writer = new LdaptsWriter();
  filter.write(writer);
  const { buffer } = writer;
  return (to) => to.bytes(buffer);
}

function wrapped(tag: number, parts: readonly Part[]): Part {
  // The writer writes the last one first.
  const backwards = parts.toReversed();
  return (to, values) => {
    const before = to.length;
    for (const write of backwards) {
      write(to, values);
    }
    to.wrap(tag, before);
  };
}

function constant(write: (to: BerWriter) => void): Part {
  const bytes = encode(write);
  return (to) => to.bytes(bytes);
}

function text(tag: number, template: string): Part {
  if (!template.includes('{{')) {
    return constant((to) => to.text(tag, template));
  }
  const place = compileText(template);
  const unchanged = (value: string): string => value;
  return (to, values) => to.text(tag, place(values, unchanged));
}

/** Text with `{{username}}` and `{{dn}}` in it; anything else within braces was refused with the options. */
function compileText(template: string): TextTemplate {
  // Text and the name of a placeholder in turn, text first and last.
  const parts = template.split(/\{\{(username|dn)\}\}/);
  return (values, spell) => {
    let result = parts[0] ?? '';
    for (let at = 1; at < parts.length; at += 2) {
      result += spell(parts[at] === 'dn' ? values.dn : values.username) + parts[at + 1];
    }
    return result;
  };
}
