import type { SqlCondition } from '../store/sql-condition.ts';
import type { Store } from '../store/store.ts';

/** Each has an index. What profiles keep as it was written is compared as SQLite lower-cases it: ASCII alone. */
const INDEXED = [
  { column: 'login_key', bound: '?' },
  { column: 'email_key', bound: '?' },
  { column: "lower(json_extract(profile, '$.firstName'))", bound: 'lower(?)' },
  { column: "lower(json_extract(profile, '$.lastName'))", bound: 'lower(?)' },
];
const RANGES = INDEXED.map(({ column, bound }) => `${column} >= ${bound} AND ${column} < ${bound}`);
/** The plus keeps the database from the indexes, and with them from finding all before it sorts them. */
const UNINDEXED = INDEXED.map(({ column, bound }) => `(+${column} >= ${bound} AND +${column} < ${bound})`);

/** Of more than these, the first ones are sooner met in the order of the table than all of them found by the indexes. */
const MANY = 5_000;

/** Users whose login, e-mail address, first or last name begins so. */
export function usersBeginningWith(store: Store, text: string): SqlCondition {
  const parameters = INDEXED.flatMap(({ bound }) => {
    const key = bound === '?' ? text.toLowerCase() : text;
    return [key, `${key}\u{10FFFF}`];
  });
  const few = RANGES.map((range) => `SELECT seq FROM (SELECT seq FROM users WHERE ${range} LIMIT ${MANY})`).join(
    ' UNION ALL ',
  );
  const { n } = store.get<{ n: number }>(`SELECT count(*) AS n FROM (${few})`, parameters) ?? { n: 0 };
  if (n >= MANY) return { sql: `(${UNINDEXED.join(' OR ')})`, parameters };
  return {
    sql: `seq IN (${RANGES.map((range) => `SELECT seq FROM users WHERE ${range}`).join(' UNION ')})`,
    parameters,
  };
}
