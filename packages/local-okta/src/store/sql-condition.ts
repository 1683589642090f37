import type { SqlValue } from './store.ts';

/** A condition over the columns of a table. Its SQL is built from checked names only, never from values. */
export interface SqlCondition {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** True where there is none. */
export function allOf(conditions: readonly SqlCondition[]): SqlCondition {
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND ') || '1',
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}

/** The column's text begins so, whatever the case of `text`. A range, so that an index can be used. */
export function beginsWith(lowerCasedColumn: string, text: string): SqlCondition {
  const key = text.toLowerCase();
  return {
    sql: `${lowerCasedColumn} >= ? AND ${lowerCasedColumn} < ?`,
    parameters: [key, `${key}\u{10FFFF}`],
  };
}
