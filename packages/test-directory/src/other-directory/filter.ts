import { normalDn, type OtherEntry, textsOf, valuesOf } from './entry.ts';

/** A filter as ldapjs decodes it; its types do not say what is in one. */
export interface FilterNode {
  readonly type: string;
  readonly clauses?: readonly FilterNode[];
  readonly filter?: FilterNode;
  readonly attribute?: string;
  readonly value?: string;
  readonly subInitial?: string;
  readonly subAny?: readonly string[];
  readonly subFinal?: string;
  readonly matchingRule?: string;
  readonly matchType?: string;
  readonly matchValue?: string;
}

/** Finds an entry by its name. */
export type Lookup = (dn: string) => OtherEntry | undefined;

const BIT_AND = '1.2.840.113556.1.4.803';
const IN_CHAIN = '1.2.840.113556.1.4.1941';

/** Evaluates as Active Directory does: without regard to case, and what is not there is simply not equal. */
export function matches(filter: FilterNode, entry: OtherEntry, lookup: Lookup): boolean {
  const { attribute = '' } = filter;
  const value = plain(filter.value);
  switch (filter.type) {
    case 'AndFilter':
      return (filter.clauses ?? []).every((clause) => matches(clause, entry, lookup));
    case 'OrFilter':
      return (filter.clauses ?? []).some((clause) => matches(clause, entry, lookup));
    case 'NotFilter':
      return filter.filter !== undefined && !matches(filter.filter, entry, lookup);
    case 'PresenceFilter':
      return valuesOf(entry, attribute).length > 0;
    case 'EqualityFilter':
    case 'ApproximateFilter':
      return textsOf(entry, attribute).some((text) => equal(text, value));
    case 'GreaterThanEqualsFilter':
      return textsOf(entry, attribute).some((text) => Number(text) >= Number(value));
    case 'LessThanEqualsFilter':
      return textsOf(entry, attribute).some((text) => Number(text) <= Number(value));
    case 'SubstringFilter':
      return textsOf(entry, attribute).some((text) => contains(text.toLowerCase(), filter));
    case 'ExtensibleFilter':
      return extended(filter, entry, lookup);
    default:
      return false;
  }
}

/**
 * ldapjs hands on a filter that it has written out as text and read again, and leaves the values escaped: what a client
 * sent as `(Sales)` is `\28Sales\29` here.
 */
function plain(value = ''): string {
  return value.replace(/(?:\\[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('\\', ''), 'hex').toString());
}

function equal(text: string, asserted: string): boolean {
  if (text.toLowerCase() === asserted.toLowerCase()) return true;
  const dn = text.includes('=') ? normalDn(text) : undefined;
  return dn !== undefined && dn === normalDn(asserted);
}

function contains(text: string, { subInitial, subAny = [], subFinal }: FilterNode): boolean {
  const [initial, final] = [plain(subInitial).toLowerCase(), plain(subFinal).toLowerCase()];
  if (!text.startsWith(initial)) return false;
  let at = initial.length;
  for (const part of subAny) {
    const found = text.indexOf(plain(part).toLowerCase(), at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - final.length >= at && text.endsWith(final);
}

function extended(filter: FilterNode, entry: OtherEntry, lookup: Lookup): boolean {
  const { matchType = '' } = filter;
  const matchValue = plain(filter.matchValue);
  switch (filter.matchingRule) {
    case BIT_AND:
      return textsOf(entry, matchType).some((text) => (Number(text) & Number(matchValue)) === Number(matchValue));
    case IN_CHAIN:
      return reaches(entry, matchType, normalDn(matchValue) ?? '', lookup, new Set());
    default:
      return false;
  }
}

function reaches(entry: OtherEntry, attribute: string, target: string, lookup: Lookup, seen: Set<string>): boolean {
  return textsOf(entry, attribute).some((text) => {
    const dn = normalDn(text) ?? '';
    if (dn === target) return true;
    if (seen.has(dn)) return false;
    seen.add(dn);
    const next = lookup(dn);
    return next !== undefined && reaches(next, attribute, target, lookup, seen);
  });
}
