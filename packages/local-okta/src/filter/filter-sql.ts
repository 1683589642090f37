import type { SqlCondition } from '../store/sql-condition.ts';
import type { SqlValue } from '../store/store.ts';
import { type CompareOperator, FilterError, type FilterExpression, parseFilter } from './filter-expression.ts';

/** An attribute of a filter as an SQL expression. The expression is built from checked names only, never from values. */
export interface FilterColumn {
  readonly sql: string;
  /** `exact`: compared as it is. `text`: whatever its case. `key`: stored lower-cased. `time`: ISO 8601. */
  readonly kind: 'exact' | 'text' | 'key' | 'time';
  /** For what is in a list of each row, such as the targets of a log event: wraps a condition on one element. */
  readonly any?: (condition: string) => string;
}

export interface FilterDialect {
  /** The column of an attribute, or undefined where it cannot be asked for. */
  column(attribute: string): FilterColumn | undefined;
  readonly operators: readonly CompareOperator[];
}

/** @throws FilterError */
export function compileFilter(text: string, dialect: FilterDialect): SqlCondition {
  const parameters: SqlValue[] = [];

  function compile(expression: FilterExpression): string {
    if ('operands' in expression) {
      return expression.operands.map((operand) => `(${compile(operand)})`).join(` ${expression.kind.toUpperCase()} `);
    }
    const column = dialect.column(expression.attribute);
    if (column === undefined) throw new FilterError(`${expression.attribute.slice(0, 100)} cannot be searched for`);
    const wrap = column.any ?? ((condition: string) => condition);
    if (expression.kind === 'present') return wrap(`${column.sql} IS NOT NULL`);
    if (!dialect.operators.includes(expression.operator)) {
      throw new FilterError(`the operator ${expression.operator} is not supported here`);
    }
    return wrap(compare(column, expression.operator, expression.value));
  }

  function compare(column: FilterColumn, operator: CompareOperator, raw: string | number | boolean): string {
    const left = column.kind === 'text' && typeof raw === 'string' ? `lower(${column.sql})` : column.sql;
    const bind = (value: SqlValue): string => {
      parameters.push(value);
      return column.kind === 'text' && typeof value === 'string' ? 'lower(?)' : '?';
    };
    const value = normalise(column, raw);
    switch (operator) {
      case 'eq':
        return `${left} = ${bind(value)}`;
      case 'sw':
        // A range, so that an index can be used.
        return `${left} >= ${bind(value)} AND ${left} < ${bind(`${value}\u{10FFFF}`)}`;
      case 'ew':
        return `substr(${left}, -length(${bind(value)})) = ${bind(value)}`;
      case 'co':
        return `instr(${left}, ${bind(value)}) > 0`;
      case 'gt':
        return `${left} > ${bind(value)}`;
      case 'ge':
        return `${left} >= ${bind(value)}`;
      case 'lt':
        return `${left} < ${bind(value)}`;
      case 'le':
        return `${left} <= ${bind(value)}`;
      default:
        return operator satisfies never;
    }
  }

  return { sql: compile(parseFilter(text)), parameters };
}

function normalise(column: FilterColumn, value: string | number | boolean): string | number | boolean {
  if (typeof value === 'string' && value.includes('\0')) throw new FilterError('a value has a NUL character');
  if (column.kind === 'time') {
    const time = isoTime(String(value));
    if (time === undefined) throw new FilterError(`${String(value).slice(0, 50)} is not a time`);
    return time;
  }
  return column.kind === 'key' ? String(value).toLowerCase() : value;
}

/** A time as it is stored, in UTC with milliseconds; undefined for what is none. */
export function isoTime(text: string): string | undefined {
  const match = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?$/.exec(text);
  if (match === null) return undefined;
  const [, clock, , , zone] = match;
  // Without a zone JavaScript would take the computer's own.
  const time = new Date(clock !== undefined && zone === undefined ? `${text}Z` : text);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
