/** A filter as Okta writes them, after SCIM (RFC 7644 §3.4.2.2): `status eq "ACTIVE" and profile.lastName sw "B"`. */
export type FilterExpression =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly FilterExpression[] }
  | { readonly kind: 'present'; readonly attribute: string }
  | {
      readonly kind: 'compare';
      readonly attribute: string;
      readonly operator: CompareOperator;
      readonly value: string | number | boolean;
    };

export type CompareOperator = 'eq' | 'sw' | 'ew' | 'co' | 'gt' | 'ge' | 'lt' | 'le';

const OPERATORS: readonly string[] = ['eq', 'sw', 'ew', 'co', 'gt', 'ge', 'lt', 'le'] satisfies CompareOperator[];

/** The expression cannot be read or asks for what is not offered; `message` says where or what. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
  readonly code = 'invalid-filter';
}

const MAX_LENGTH = 4_096;
const MAX_CLAUSES = 100;
const MAX_DEPTH = 20;

type Token =
  | { readonly kind: 'word'; readonly text: string; readonly at: number }
  | { readonly kind: 'string'; readonly text: string; readonly at: number }
  | { readonly kind: '(' | ')'; readonly at: number };

/** @throws FilterError */
export function parseFilter(text: string): FilterExpression {
  if (text.length > MAX_LENGTH) throw new FilterError(`longer than ${MAX_LENGTH} characters`);
  const tokens = tokenize(text);
  let position = 0;
  let clauses = 0;

  const wordIs = (wanted: string): boolean => {
    const token = tokens[position];
    return token?.kind === 'word' && token.text.toLowerCase() === wanted;
  };

  function joined(kind: 'and' | 'or', operand: () => FilterExpression): FilterExpression {
    const first = operand();
    const operands = [first];
    while (wordIs(kind)) {
      position += 1;
      operands.push(operand());
    }
    return operands.length === 1 ? first : { kind, operands };
  }

  const anyOf = (depth: number): FilterExpression => joined('or', () => joined('and', () => clause(depth)));

  function clause(depth: number): FilterExpression {
    const token = tokens[position++];
    if (token?.kind === '(') {
      if (depth >= MAX_DEPTH) throw new FilterError('parentheses are nested too deeply');
      const inner = anyOf(depth + 1);
      if (tokens[position++]?.kind !== ')') throw new FilterError('a closing parenthesis is missing');
      return inner;
    }
    if (token?.kind !== 'word') throw new FilterError(`an attribute is missing ${where(token)}`);
    clauses += 1;
    if (clauses > MAX_CLAUSES) throw new FilterError(`more than ${MAX_CLAUSES} conditions`);
    return comparison(token.text);
  }

  function comparison(attribute: string): FilterExpression {
    const operator = tokens[position++];
    const name = operator?.kind === 'word' ? operator.text.toLowerCase() : '';
    if (name === 'pr') return { kind: 'present', attribute };
    if (!isOperator(name)) throw new FilterError(`${attribute} is not followed by a known operator ${where(operator)}`);
    const value = tokens[position++];
    if (value?.kind === 'string') return { kind: 'compare', attribute, operator: name, value: value.text };
    const literal = value?.kind === 'word' ? literalOf(value.text) : undefined;
    if (literal === undefined) throw new FilterError(`a value in double quotes is missing ${where(value)}`);
    return { kind: 'compare', attribute, operator: name, value: literal };
  }

  const expression = anyOf(0);
  const rest = tokens[position];
  if (rest !== undefined) throw new FilterError(`something follows the expression ${where(rest)}`);
  return expression;
}

function isOperator(name: string): name is CompareOperator {
  return OPERATORS.includes(name);
}

function literalOf(text: string): number | boolean | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
}

function where(token: Token | undefined): string {
  return token === undefined ? 'at the end' : `at position ${token.at}`;
}

function tokenize(text: string): Token[] {
  const pattern = /\s+|([()])|"((?:[^"\\]|\\["\\])*)"|([^\s()"]+)/gy;
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) throw new FilterError(`a double quote or backslash is out of place at position ${at}`);
    const [all, bracket, quoted, word] = match;
    if (bracket === '(' || bracket === ')') tokens.push({ kind: bracket, at });
    if (quoted !== undefined) tokens.push({ kind: 'string', text: quoted.replace(/\\(["\\])/g, '$1'), at });
    if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    at += all.length;
  }
  return tokens;
}
