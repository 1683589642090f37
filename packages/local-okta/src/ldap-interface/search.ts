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
import { ATTRIBUTES, type AttributeName, attributeNamed, isOperational } from './attributes.ts';
import { groupAt, groupsFor, type Searched, usersFor } from './candidates.ts';
import { createEntries, type LazyEntry, schemaEntry, toSearchEntry } from './entries.ts';
import { isAnswerable, matches } from './filter-match.ts';
import type { Place } from './names.ts';
import type { Rights } from './rights.ts';

/** Which groups the org shows on its LDAP Interface. */
export type GroupExposure = 'okta-groups' | 'app-groups' | 'all';

export interface SearchOptions extends Searched {
  readonly exposure: GroupExposure;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

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
  for (const group of groupsFor(request.filter, options, entries.groupsOf)) {
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

const maySee = (userId: string, rights: Rights): boolean => rights.allUsers || rights.userId === userId;

function appsWithGroups(directory: Directory) {
  return directory.apps.findByKind('ldap');
}

function isExposed(group: Group, exposure: GroupExposure): boolean {
  return exposure === 'all' || (group.appId === null) === (exposure === 'okta-groups');
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
