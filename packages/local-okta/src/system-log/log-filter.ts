import type { FilterColumn, FilterDialect } from '../filter/filter-sql.ts';

const inEvent = (path: string): FilterColumn => ({ sql: `json_extract(event, '$.${path}')`, kind: 'text' });

const inAnyTarget = (name: string): FilterColumn => ({
  sql: `json_extract(value, '$.${name}')`,
  kind: 'text',
  any: (condition) => `EXISTS (SELECT 1 FROM json_each(event, '$.target') WHERE ${condition})`,
});

const COLUMNS: ReadonlyMap<string, FilterColumn> = new Map([
  ['eventType', { sql: 'event_type', kind: 'exact' }],
  ['published', { sql: 'published', kind: 'time' }],
  ...[
    'uuid',
    'severity',
    'displayMessage',
    'outcome.result',
    'outcome.reason',
    'actor.id',
    'actor.type',
    'actor.alternateId',
    'actor.displayName',
    'client.ipAddress',
    'transaction.id',
    'transaction.type',
    'authenticationContext.externalSessionId',
  ].map((path): [string, FilterColumn] => [path, inEvent(path)]),
  ...['id', 'type', 'alternateId', 'displayName'].map((name): [string, FilterColumn] => [
    `target.${name}`,
    inAnyTarget(name),
  ]),
]);

/** `filter` of the System Log. Source: Okta System Log API, "Filtering results". */
export const logFilter: FilterDialect = {
  column: (attribute) => COLUMNS.get(attribute),
  operators: ['eq', 'sw', 'ew', 'co', 'gt', 'ge', 'lt', 'le'],
};
