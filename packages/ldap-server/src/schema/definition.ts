/** A definition of RFC 4512 §4.1, read as far as a directory needs it. */
export interface Definition {
  readonly oid: string;
  readonly names: readonly string[];
  /** Keywords without a value, SINGLE-VALUE for one. */
  readonly flags: ReadonlySet<string>;
  /** Keywords with their values; a list of one where there is no list. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly text: string;
}

const flagKeywords = new Set([
  'SINGLE-VALUE',
  'COLLECTIVE',
  'NO-USER-MODIFICATION',
  'OBSOLETE',
  'ABSTRACT',
  'STRUCTURAL',
  'AUXILIARY',
]);

/** Reads definitions, one a line, without the parentheses around each. */
export const readDefinitions = (lines: string): readonly Definition[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map(readDefinition);

function readDefinition(line: string): Definition {
  const tokens = line.match(/'[^']*'|[^\s]+/g) ?? [];
  const flags = new Set<string>();
  const values = new Map<string, readonly string[]>();
  const oid = tokens[0] ?? '';
  for (let index = 1; index < tokens.length; index++) {
    const keyword = tokens[index] ?? '';
    if (flagKeywords.has(keyword)) {
      flags.add(keyword);
      continue;
    }
    const list: string[] = [];
    if (tokens[++index] === '(') {
      while (tokens[++index] !== ')' && index < tokens.length) {
        if (tokens[index] !== '$') list.push(unquoted(tokens[index]));
      }
    } else {
      list.push(unquoted(tokens[index]));
    }
    values.set(keyword, list);
  }
  return { oid, names: values.get('NAME') ?? [], flags, values, text: `( ${line} )` };
}

const unquoted = (token = ''): string => token.replaceAll("'", '');
