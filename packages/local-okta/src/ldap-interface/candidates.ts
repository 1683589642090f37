import type { Filter } from '@ldap-to-okta/ldap-server';
import type { Directory } from '../directory/directory.ts';
import type { Group } from '../directory/groups.ts';
import { keyOf, type User } from '../directory/user.ts';
import type { SqlCondition } from '../store/sql-condition.ts';
import type { AttributeName } from './attributes.ts';
import { withoutOddSpaces } from './filter-match.ts';
import type { Names, Place } from './names.ts';
import { narrow } from './narrowing.ts';
import type { Rights } from './rights.ts';

/** Where candidates are looked for, and for whom. */
export interface Searched {
  readonly directory: Directory;
  readonly names: Names;
  readonly rights: Rights;
}

const SCAN_PAGE = 500;
/** Each statement costs something, and SQLite takes no OR of a thousand. */
const CONDITIONS_AT_ONCE = 100;

/** Users that a filter may fit: by an index where it names one, else everybody, a page at a time. */
export function* usersFor(filter: Filter, { directory, names, rights }: Searched): Generator<User> {
  if (!rights.allUsers) {
    const own = directory.users.get(rights.userId);
    if (own !== undefined) yield own;
    return;
  }
  const indexed = narrow(filter, (name, value, how) =>
    how === 'equal' ? usersByIndex(name, value, directory, names) : usersByPrefix(name, value),
  );
  const few = indexed && usersHaving(indexed, directory);
  if (few !== undefined) {
    yield* few;
    return;
  }
  let after: number | undefined;
  do {
    const page = directory.users.list({ after, limit: SCAN_PAGE });
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}

/** Whoever fulfils one of the conditions; undefined where they are too many to be worth an index. */
function usersHaving(conditions: readonly SqlCondition[], directory: Directory): Iterable<User> | undefined {
  const found = new Map<string, User>();
  for (let at = 0; at < conditions.length; at += CONDITIONS_AT_ONCE) {
    const some = conditions.slice(at, at + CONDITIONS_AT_ONCE);
    const where = {
      sql: some.map(({ sql }) => sql).join(' OR '),
      parameters: some.flatMap(({ parameters }) => parameters),
    };
    const page = directory.users.list({ where, limit: SCAN_PAGE });
    if (page.next !== undefined) return undefined;
    for (const user of page.items) found.set(user.id, user);
  }
  return found.values();
}

/** Which users have that value; undefined where there is no index of it. */
function usersByIndex(
  name: AttributeName,
  text: string,
  directory: Directory,
  names: Names,
): SqlCondition[] | undefined {
  const value = text.trim();
  const having = (sql: string, parameter: string): SqlCondition[] =>
    parameter.includes('\0') ? [] : [{ sql, parameters: [parameter] }];
  switch (name) {
    case 'uid':
      return having('login_key = ?', keyOf(value));
    case 'mail':
      return having('email_key = ?', keyOf(value));
    case 'uniqueIdentifier':
      return having('id = ?', value);
    case 'entryDN': {
      const place = names.placeOf(value);
      return place?.kind === 'user' ? having('login_key = ?', keyOf(place.login)) : [];
    }
    case 'memberOf': {
      const place = names.placeOf(value);
      const group = place?.kind === 'group' ? groupAt(place, directory) : undefined;
      if (group === undefined) return [];
      if (group.type === 'BUILT_IN') return [{ sql: '1', parameters: [] }];
      return having('id IN (SELECT user_id FROM memberships WHERE group_id = ?)', group.id);
    }
    default:
      return undefined;
  }
}

/** `uid=user01@*`: logins that begin so. */
function usersByPrefix(name: AttributeName, prefix: string): SqlCondition[] | undefined {
  if (name !== 'uid' || prefix.includes('\0')) return undefined;
  const from = keyOf(prefix);
  return [{ sql: '(login_key >= ? AND login_key < ?)', parameters: [from, `${from}\u{10FFFF}`] }];
}

/** Groups that a filter may fit. @param groupsOf the groups of the member with that DN */
export function* groupsFor(
  filter: Filter,
  { directory, rights }: Pick<Searched, 'directory' | 'rights'>,
  groupsOf: (memberDn: string) => readonly Group[],
): Generator<Group> {
  if (!rights.groups) return;
  let odd: readonly Group[] | undefined;
  const few = narrow(filter, (name, value, how) => {
    if (how !== 'equal') return undefined;
    switch (name) {
      case 'uniqueMember':
        return groupsOf(value);
      case 'uniqueIdentifier':
        return [directory.groups.get(value.trim())].filter((group) => group !== undefined);
      case 'cn':
        odd ??= [...groupsWithOddSpaces(directory)];
        return [...groupsNamed(directory, withoutOddSpaces(value)), ...odd];
      default:
        return undefined;
    }
  });
  if (few !== undefined) {
    yield* new Map(few.map((group) => [group.id, group])).values();
    return;
  }
  yield* groupsWhere(directory);
}

function* groupsWhere(directory: Directory, where?: SqlCondition): Generator<Group> {
  let after: number | undefined;
  do {
    const page = directory.groups.list({ where, after, limit: SCAN_PAGE });
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}

/** Okta's own group of that name and those of apps. */
function groupsNamed(directory: Directory, name: string): Iterable<Group> {
  return name.includes('\0') ? [] : groupsWhere(directory, { sql: 'name_key = ?', parameters: [keyOf(name)] });
}

/** Okta keeps the spaces of a name, LDAP compares without odd ones (RFC 4518 section 2.6.1): the index is of no use. */
function groupsWithOddSpaces(directory: Directory): Iterable<Group> {
  const sql = "(name_key GLOB ' *' OR name_key GLOB '* ' OR name_key GLOB '*  *')";
  return groupsWhere(directory, { sql, parameters: [] });
}

/** The group whose entry is at a place. */
export function groupAt(
  { name, appId: wanted }: Extract<Place, { kind: 'group' }>,
  directory: Directory,
): Group | undefined {
  const isHere = (group: Group): boolean =>
    (group.appId ?? undefined)?.toLowerCase() === wanted && withoutOddSpaces(keyOf(group.name)) === name;
  // Nearly always by the index: the others are looked through only where it finds none.
  return [...groupsNamed(directory, name)].find(isHere) ?? [...groupsWithOddSpaces(directory)].find(isHere);
}
