import type { SqlCondition } from '../store/sql-condition.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins, or undefined on the last one. */
  readonly next: number | undefined;
}

export interface PageRequest {
  readonly where?: SqlCondition | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
}

/** A page of rows that were read in the order of `seq`, one more than it holds. */
export function pageOf<Row extends { readonly seq: number }, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
): Page<Item> {
  return {
    items: rows.slice(0, limit).map(itemOf),
    next: rows.length > limit ? rows[limit - 1]?.seq : undefined,
  };
}
