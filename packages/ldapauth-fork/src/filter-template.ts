import {
  AndFilter,
  ApproximateFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  FilterParser,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  NotFilter,
  OrFilter,
  SubstringFilter,
} from 'ldapts';

/** What stands for the placeholders of a filter. */
export interface FilterValues {
  readonly username: string;
  readonly dn: string;
}

/** Places values in a filter that was parsed once. What is placed is always a value, whatever characters it has. */
export type FilterTemplate = (values: FilterValues) => Filter;

/** @throws Error when the text is no LDAP filter (RFC 4515) */
export function compileFilter(text: string): FilterTemplate {
  return compile(parseFilter(text));
}

/** Parses a filter without placeholders. @throws Error when the text is no LDAP filter (RFC 4515) */
export function parseFilter(text: string): Filter {
  // ldapts 8.2 reads each `\xx` as one character; RFC 4515 section 3 says byte, and UTF-8 takes several.
  const decoded = text.replace(/(?:\\[89a-f][0-9a-f])+/gi, (escapes) => {
    const bytes = Buffer.from(escapes.replaceAll('\\', ''), 'hex');
    return bytes.toString('utf8');
  });
  return FilterParser.parseString(decoded);
}

function compile(filter: Filter): FilterTemplate {
  if (filter instanceof AndFilter || filter instanceof OrFilter) {
    const parts = filter.filters.map(compile);
    return filter instanceof AndFilter
      ? (values) => new AndFilter({ filters: parts.map((part) => part(values)) })
      : (values) => new OrFilter({ filters: parts.map((part) => part(values)) });
  }
  if (filter instanceof NotFilter) {
    const part = compile(filter.filter);
    return (values) => new NotFilter({ filter: part(values) });
  }
  return compileLeaf(filter);
}

function compileLeaf(filter: Filter): FilterTemplate {
  if (filter instanceof EqualityFilter) {
    return withValue(filter, filter.attribute, filter.value, EqualityFilter);
  }
  if (filter instanceof ApproximateFilter) {
    return withValue(filter, filter.attribute, filter.value, ApproximateFilter);
  }
  if (filter instanceof GreaterThanEqualsFilter) {
    return withValue(filter, filter.attribute, filter.value, GreaterThanEqualsFilter);
  }
  if (filter instanceof LessThanEqualsFilter) {
    return withValue(filter, filter.attribute, filter.value, LessThanEqualsFilter);
  }
  if (filter instanceof ExtensibleFilter) {
    const { matchType, rule, dnAttributes } = filter;
    const value = compileText(filter.value);
    return (values) => new ExtensibleFilter({ matchType, rule, dnAttributes, value: value(values) });
  }
  if (filter instanceof SubstringFilter) {
    const { attribute } = filter;
    const initial = compileText(filter.initial);
    const any = filter.any.map(compileText);
    const final = compileText(filter.final);
    return (values) =>
      new SubstringFilter({
        attribute,
        initial: initial(values),
        any: any.map((part) => part(values)),
        final: final(values),
      });
  }
  return () => filter;
}

function withValue(
  filter: Filter,
  attribute: string,
  template: string | Buffer,
  Leaf: new (options: { attribute: string; value: string }) => Filter,
): FilterTemplate {
  if (typeof template !== 'string' || !template.includes('{{')) {
    return () => filter;
  }
  const value = compileText(template);
  return (values) => new Leaf({ attribute, value: value(values) });
}

/** Text with `{{username}}` and `{{dn}}` in it; anything else within braces was refused with the options. */
function compileText(text: string): (values: FilterValues) => string {
  if (text === '{{username}}') {
    return (values) => values.username;
  }
  if (text === '{{dn}}') {
    return (values) => values.dn;
  }
  const parts = text.split(/(\{\{(?:username|dn)\}\})/);
  if (parts.length === 1) {
    return () => text;
  }
  return (values) =>
    parts.map((part) => (part === '{{username}}' ? values.username : part === '{{dn}}' ? values.dn : part)).join('');
}
