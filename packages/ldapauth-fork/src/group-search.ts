import { dnSpellings } from './dn-spellings.ts';
import { allTexts, firstText, toEntry, toUser } from './entry.ts';
import { LdapAuthError } from './errors.ts';
import { anyOf, type FilterTemplate, type PlacedFilter, parseFilter } from './filter-template.ts';
import type { LdapEntry, LdapUser } from './options.ts';
import type { RawEntry } from './response.ts';
import { type SearchContext, search } from './search.ts';
import type { GroupSearchSettings, Settings } from './settings.ts';

const FILTERS_PER_SEARCH = 50;
const MAX_GROUPS = 5_000;

/**
 * The groups of a user: those that name the user, those that the user's entry names and, where asked, the groups
 * around them. A group that was seen is not looked at again, so that groups within each other end.
 * @throws LdapAuthError
 */
export async function findGroups(context: SearchContext, settings: Settings, user: RawEntry): Promise<LdapEntry[]> {
  const found = new Map<string, LdapEntry>();
  const add = (entries: readonly LdapEntry[]): LdapEntry[] => {
    const fresh = entries.filter(({ dn }) => !found.has(dn.toLowerCase()));
    for (const entry of fresh) {
      found.set(entry.dn.toLowerCase(), entry);
    }
    if (found.size > MAX_GROUPS) {
      throw new LdapAuthError('size-limit', `A user is in more than ${MAX_GROUPS} groups`, {
        detail: 'too-many-groups',
      });
    }
    return fresh;
  };

  const { groups } = settings;
  let around: LdapEntry[] = [];
  if (groups !== undefined) {
    around = add(await searchGroups(context, groups, filterForUser(groups, user)));
  }
  if (settings.memberOfAttribute !== undefined) {
    around = [...around, ...add(allTexts(user, settings.memberOfAttribute).map(groupNamed))];
  }
  while (groups?.nested && around.length > 0) {
    const outer: LdapEntry[] = [];
    for (let at = 0; at < around.length; at += FILTERS_PER_SEARCH) {
      const filters = around.slice(at, at + FILTERS_PER_SEARCH).map((group) => filterForGroup(groups, group));
      outer.push(...add(await searchGroups(context, groups, anyOf(filters))));
    }
    around = outer;
  }
  return [...found.values()];
}

async function searchGroups(
  context: SearchContext,
  groups: GroupSearchSettings,
  filter: PlacedFilter,
): Promise<LdapEntry[]> {
  return (await search(context, groups.search, filter)).map(toEntry);
}

function filterForUser(groups: GroupSearchSettings, user: RawEntry): PlacedFilter {
  if (groups.filter.kind === 'function') {
    return callFilter(groups.filter.call, toUser(user, false));
  }
  const dn = firstText(user, groups.dnProperty);
  if (dn === undefined) {
    throw new LdapAuthError('misconfigured', `The user's entry has no ${groups.dnProperty} (groupDnProperty)`, {
      detail: 'group-dn-property-missing',
    });
  }
  const username = firstText(user, 'uid') ?? '';
  // Another attribute than the DN is plain text with one spelling; a second one could be somebody else's.
  return groups.dnProperty.toLowerCase() === 'dn'
    ? placeDn(groups.filter.place, dn, username)
    : groups.filter.place({ dn, username });
}

function filterForGroup(groups: GroupSearchSettings, group: LdapEntry): PlacedFilter {
  return groups.filter.kind === 'function'
    ? callFilter(groups.filter.call, group)
    : placeDn(groups.filter.place, group.dn, '');
}

function placeDn(place: FilterTemplate, dn: string, username: string): PlacedFilter {
  return anyOf(dnSpellings(dn).map((spelling) => place({ dn: spelling, username })));
}

/** What a function of the configuration returns is a filter in text, and the function's own responsibility. */
function callFilter(call: (user: LdapUser) => string, user: LdapUser): PlacedFilter {
  try {
    return parseFilter(call(user));
  } catch (error) {
    throw new LdapAuthError('misconfigured', 'groupSearchFilter did not return an LDAP filter', {
      cause: error,
      detail: 'group-filter',
    });
  }
}

/** A group that is known by its name alone, with the value of its first RDN as `cn`. */
function groupNamed(dn: string): LdapEntry {
  const rdn = dn.split(/(?<!\\)[,+]/, 1)[0] ?? dn;
  const cn = rdn
    .slice(rdn.indexOf('=') + 1)
    .replace(/(?:\\[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('\\', ''), 'hex').toString('utf8'))
    .replace(/\\(.)/g, '$1');
  return { dn, cn };
}
