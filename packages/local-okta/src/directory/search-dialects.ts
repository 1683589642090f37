import type { FilterColumn, FilterDialect } from '../filter/filter-sql.ts';
import { beginsWith, type SqlCondition } from '../store/sql-condition.ts';

/** Names that may stand in a JSON path: no quotes, no dots. */
const ATTRIBUTE = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;

const USER_COLUMNS: ReadonlyMap<string, FilterColumn> = new Map([
  ['id', { sql: 'id', kind: 'exact' }],
  ['status', { sql: 'status', kind: 'exact' }],
  ['created', { sql: 'created', kind: 'time' }],
  ['activated', { sql: 'activated', kind: 'time' }],
  ['statusChanged', { sql: 'status_changed', kind: 'time' }],
  ['lastUpdated', { sql: 'last_updated', kind: 'time' }],
  ['profile.login', { sql: 'login_key', kind: 'key' }],
  ['profile.email', { sql: 'email_key', kind: 'key' }],
  ['profile.firstName', { sql: "json_extract(profile, '$.firstName')", kind: 'text' }],
  ['profile.lastName', { sql: "json_extract(profile, '$.lastName')", kind: 'text' }],
]);

const GROUP_COLUMNS: ReadonlyMap<string, FilterColumn> = new Map([
  ['id', { sql: 'id', kind: 'exact' }],
  ['type', { sql: 'type', kind: 'exact' }],
  ['created', { sql: 'created', kind: 'time' }],
  ['lastUpdated', { sql: 'last_updated', kind: 'time' }],
  ['lastMembershipUpdated', { sql: 'last_membership_updated', kind: 'time' }],
  ['source.id', { sql: 'app_id', kind: 'exact' }],
  ['profile.name', { sql: 'name_key', kind: 'key' }],
  ['profile.description', { sql: "json_extract(profile, '$.description')", kind: 'text' }],
]);

const APP_COLUMNS: ReadonlyMap<string, FilterColumn> = new Map<string, FilterColumn>([
  ['name', { sql: 'name', kind: 'exact' }],
  ['status', { sql: 'status', kind: 'exact' }],
  [
    'group.id',
    {
      sql: 'app_groups.group_id',
      kind: 'exact',
      any: (condition) => `EXISTS (SELECT 1 FROM app_groups WHERE app_groups.app_id = apps.id AND ${condition})`,
    },
  ],
]);

function userColumn(attribute: string): FilterColumn | undefined {
  const known = USER_COLUMNS.get(attribute);
  if (known !== undefined) return known;
  const [head, name = '', ...rest] = attribute.split('.');
  if (head !== 'profile' || rest.length > 0 || !ATTRIBUTE.test(name)) return undefined;
  return {
    sql: 'attribute.value',
    kind: 'text',
    // Of a list any value may match; a single value is a list of one here.
    any: (condition) => `EXISTS (SELECT 1 FROM json_each(profile, '$.${name}') AS attribute WHERE ${condition})`,
  };
}

/** `search` of users: any attribute, any operator. Source: Okta API, "List all users", `search`. */
export const userSearch: FilterDialect = {
  column: userColumn,
  operators: ['eq', 'sw', 'ew', 'co', 'gt', 'ge', 'lt', 'le'],
};

const USER_FILTER_ATTRIBUTES = new Set([
  'id',
  'status',
  'lastUpdated',
  'profile.login',
  'profile.email',
  'profile.firstName',
  'profile.lastName',
]);

/** `filter` of users: a few attributes, and no search within texts. */
export const userFilter: FilterDialect = {
  column: (attribute) => (USER_FILTER_ATTRIBUTES.has(attribute) ? userColumn(attribute) : undefined),
  operators: ['eq', 'gt', 'ge', 'lt', 'le'],
};

export const groupSearch: FilterDialect = {
  column: (attribute) => GROUP_COLUMNS.get(attribute),
  operators: ['eq', 'sw', 'co', 'gt', 'ge', 'lt', 'le'],
};

const GROUP_FILTER_ATTRIBUTES = new Set(['id', 'type', 'lastUpdated', 'lastMembershipUpdated', 'source.id']);

export const groupFilter: FilterDialect = {
  column: (attribute) => (GROUP_FILTER_ATTRIBUTES.has(attribute) ? GROUP_COLUMNS.get(attribute) : undefined),
  operators: ['eq', 'gt', 'ge', 'lt', 'le'],
};

/** `filter` of apps. Okta's also knows `user.id` and `credentials.signing.kid`. */
export const appFilter: FilterDialect = { column: (attribute) => APP_COLUMNS.get(attribute), operators: ['eq'] };

/** `q` of groups: the name begins so, whatever the case. */
export const groupsBeginningWith = (text: string): SqlCondition => beginsWith('name_key', text);

/** `q` of apps: the label begins so, whatever the case. */
export const appsBeginningWith = (text: string): SqlCondition => beginsWith('lower(label)', text);
