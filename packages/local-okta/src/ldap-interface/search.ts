import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  evaluateFilter,
  type Filter,
  LdapError,
  resultCode,
  type SearchEntry,
  type SearchRequest,
  standardSchema,
  subjectOf,
} from '@ldap-to-okta/ldap-server';
import type { Directory } from '../directory/directory.ts';
import type { Group } from '../directory/groups.ts';
import { keyOf, type User } from '../directory/user.ts';
import type { SqlCondition } from '../store/sql-condition.ts';
import { ATTRIBUTES, type AttributeName, attributeNamed, isOperational } from './attributes.ts';
import { createEntries, type LazyEntry, schemaEntry, toSearchEntry } from './entries.ts';
import { isAnswerable, matches, withoutOddSpaces } from './filter-match.ts';
import type { Names, Place } from './names.ts';
import { narrow } from './narrowing.ts';

/** What a client may see. Without a role: the own entry, and no groups. Source: Okta help, "LDAP Interface". */
export interface Rights {
  readonly userId: string;
  readonly allUsers: boolean;
  readonly groups: boolean;
}

/** Which groups the org shows on its LDAP Interface. */
export type GroupExposure = 'okta-groups' | 'app-groups' | 'all';

export interface SearchOptions {
  readonly directory: Directory;
  readonly names: Names;
  readonly rights: Rights;
  readonly exposure: GroupExposure;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

const SCAN_PAGE = 500;
/** Each statement costs something, and SQLite takes no OR of a thousand. */
const CONDITIONS_AT_ONCE = 100;
/** Milliseconds of work between two breaks. */
const WORK_MS = 5;

/**
 * The database answers at once and a filter may be a megabyte: without breaks nobody else would be served until the end.
 * Undefined while there is time left; throws what the signal was aborted with.
 */
function createBreaks(signal: AbortSignal): () => Promise<void> | undefined {
  let since = performance.now();
  const rest = async (): Promise<void> => {
    await nextTurn();
    signal.throwIfAborted();
    since = performance.now();
  };
  return () => (performance.now() - since < WORK_MS ? undefined : rest());
}

/** Answers one search; entries come in the order of Okta's tree: base, ou=users, ou=groups, users, then groups. */
export async function* searchTree(request: SearchRequest, options: SearchOptions): AsyncGenerator<SearchEntry> {
  const { directory, names, rights } = options;
  const place = names.placeOf(request.base);
  if (place === undefined) throw noSuchObject(names.above(request.base));
  if (place.kind === 'schema') {
    if (request.scope === 'base' || request.scope === 'sub') yield* schemaFor(request.filter);
    return;
  }
  const isVisible = (group: Group): boolean => rights.groups && isExposed(group, options.exposure);
  const countUsers = (): number => (rights.allUsers ? directory.users.count() : 1);
  const entries = createEntries({ directory, names, isVisible, countUsers });
  const answerable = isAnswerable(request.filter);
  const wanted = wantedAttributes(request);
  const breaks = createBreaks(options.signal);

  function* matching(entry: LazyEntry): Generator<SearchEntry> {
    if (answerable && matches(request.filter, entry)) yield toSearchEntry(entry, wanted);
  }

  async function* matchingGroup(entry: LazyEntry): AsyncGenerator<SearchEntry> {
    if (!answerable || !matches(request.filter, entry)) return;
    for (const _ of entry.prepare?.(wanted) ?? []) await breaks();
    yield toSearchEntry(entry, wanted);
  }

  const base = entryAt(place, options, entries, isVisible);
  if (base === undefined) throw noSuchObject(names.above(request.base));
  if (request.scope === 'base' || request.scope === 'sub') yield* matchingGroup(base);
  if (request.scope === 'base' || !answerable) return;

  const deep = request.scope !== 'one';
  if (place.kind === 'base') {
    yield* matching(entries.users());
    yield* matching(entries.groups());
  }
  if (place.kind === 'users' || (place.kind === 'base' && deep)) {
    for (const user of usersFor(request.filter, options)) {
      yield* matching(entries.user(user));
      await breaks();
    }
  }
  const below = groupsBelow(place, deep);
  if (below === undefined) return;
  if (place.kind === 'groups' || (place.kind === 'base' && deep)) yield* matching(entries.apps());
  if (below.appId === undefined && below.apps) {
    for (const app of appsWithGroups(directory)) yield* matching(entries.app(app.id, app.label));
  }
  for (const group of groupsFor(request.filter, options, entries)) {
    const here =
      (group.appId === null ? below.ownGroups : below.appGroups) &&
      (below.appId === undefined || group.appId?.toLowerCase() === below.appId);
    if (here && isVisible(group)) yield* matchingGroup(entries.group(group));
    await breaks();
  }
}

function* schemaFor(filter: Filter): Generator<SearchEntry> {
  const entry = schemaEntry();
  const schema = standardSchema();
  if (evaluateFilter(filter, subjectOf(entry, schema), schema) === true) yield entry;
}

/** Which groups lie below a place: Okta's own under ou=groups, those of apps one level under the app's entry. */
function groupsBelow(place: Place, deep: boolean) {
  switch (place.kind) {
    case 'base':
      return deep ? { ownGroups: true, appGroups: true, apps: true, appId: undefined } : undefined;
    case 'groups':
      return { ownGroups: true, appGroups: deep, apps: deep, appId: undefined };
    case 'apps':
      return { ownGroups: false, appGroups: deep, apps: true, appId: undefined };
    case 'app':
      return { ownGroups: false, appGroups: true, apps: false, appId: place.appId };
    default:
      return undefined;
  }
}

function entryAt(
  place: Place,
  { directory, rights }: SearchOptions,
  entries: ReturnType<typeof createEntries>,
  isVisible: (group: Group) => boolean,
): LazyEntry | undefined {
  switch (place.kind) {
    case 'base':
      return entries.base();
    case 'users':
      return entries.users();
    case 'groups':
      return entries.groups();
    case 'apps':
      return entries.apps();
    case 'app': {
      const app = appsWithGroups(directory).find(({ id }) => id.toLowerCase() === place.appId);
      return app && entries.app(app.id, app.label);
    }
    case 'user': {
      const user = directory.users.findByLogin(place.login);
      return user !== undefined && maySee(user.id, rights) ? entries.user(user) : undefined;
    }
    case 'group': {
      const group = groupAt(place, directory);
      return group !== undefined && isVisible(group) ? entries.group(group) : undefined;
    }
    default:
      return undefined;
  }
}

function groupAt({ name, appId: wanted }: Extract<Place, { kind: 'group' }>, directory: Directory): Group | undefined {
  return [...groupsNamed(directory, name), ...groupsWithOddSpaces(directory)].find(
    (group) => (group.appId ?? undefined)?.toLowerCase() === wanted && withoutOddSpaces(keyOf(group.name)) === name,
  );
}

const maySee = (userId: string, rights: Rights): boolean => rights.allUsers || rights.userId === userId;

function appsWithGroups(directory: Directory) {
  return directory.apps.findByKind('ldap');
}

function isExposed(group: Group, exposure: GroupExposure): boolean {
  return exposure === 'all' || (group.appId === null) === (exposure === 'okta-groups');
}

/** Candidates: by an index where the filter names one, else everybody, a page at a time. */
function* usersFor(filter: Filter, { directory, names, rights }: SearchOptions): Generator<User> {
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

function* groupsFor(
  filter: Filter,
  { directory, rights }: SearchOptions,
  { groupsOf }: Pick<ReturnType<typeof createEntries>, 'groupsOf'>,
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

const ALL = Object.keys(ATTRIBUTES) as AttributeName[]; // the keys of the object
const USER_ATTRIBUTES = ALL.filter((name) => !isOperational(name));

/** What the client will be sent at most: `memberOf` is made only for who asks for it by name or with `+`. */
function wantedAttributes({ attributes }: SearchRequest): AttributeName[] {
  if (attributes.includes('1.1') && attributes.length === 1) return [];
  const wanted = new Set<AttributeName>();
  if (attributes.length === 0) for (const name of USER_ATTRIBUTES) wanted.add(name);
  for (const requested of attributes) {
    if (requested === '*') for (const name of USER_ATTRIBUTES) wanted.add(name);
    else if (requested === '+') for (const name of ALL) if (isOperational(name)) wanted.add(name);
    const name = attributeNamed(requested);
    if (name !== undefined) wanted.add(name);
  }
  // Attribute selection by class (RFC 4529) is the server's matter: it needs them all to choose from.
  if (attributes.some((name) => name.startsWith('@'))) for (const name of USER_ATTRIBUTES) wanted.add(name);
  return [...wanted];
}

function noSuchObject(matchedDn: string): LdapError {
  return new LdapError(resultCode.noSuchObject, '', { matchedDn });
}
