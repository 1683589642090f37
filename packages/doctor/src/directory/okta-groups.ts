import type { Entry } from 'ldapts';
import { failed, type Verdict, warning } from '../exam.ts';
import type { SampleUser } from '../mode-exam.ts';
import { namesOf, type Person, type Place, textOf } from './people.ts';
import { search } from './search.ts';
import type { Session } from './session.ts';

const GIVE_ROLE =
  'In the Admin Console, Security > Administrators, give the service user a role with “View users and their details” and “View groups and their details” (the tutorial’s groups-user-reader), for a resource set of users and groups.';

/** Why the groups of an integration are not there: another id, app groups that are not exposed, or no right to see any. */
export async function explainGroupBase(session: Session, groupBase: string): Promise<Verdict<never>> {
  const apps = await search(session, { base: `ou=apps,${allGroupsOf(groupBase)}`, scope: 'one', attributes: ['cn'] });
  const ids = apps.ok ? apps.entries.flatMap((entry) => textOf(entry, 'cn') ?? []) : [];
  if (ids.length > 0) {
    return failed(
      `${groupBase} is not there; the integrations that show groups are ${ids.join(', ')}`,
      `Correct OKTA_LDAP_ID: ${ids.length === 1 ? `OKTA_LDAP_ID=${ids[0]}` : 'it is one of these'}.`,
    );
  }
  return explainUnseen(session, groupBase);
}

/** Why no group is seen below a base: other ones are, or none at all. */
async function explainUnseen(session: Session, base: string): Promise<Verdict<never>> {
  const seen = await search(session, { base: allGroupsOf(base), scope: 'sub', filter: '(uniqueMember=*)' });
  if ((seen.ok && seen.entries.length > 0) || (!seen.ok && seen.code === 4)) {
    return failed(
      `no group is shown below ${base}; other groups are`,
      'In Directory Integrations > LDAP Interface, let groups be “App groups”, or both; import groups; or set OKTA_LDAP_GROUPS=all.',
    );
  }
  return failed(`no group is shown below ${base}, and none anywhere else: the service user may see none`, GIVE_ROLE);
}

const allGroupsOf = (base: string): string => base.slice(base.toLowerCase().indexOf('ou=groups,'));

/** Why nobody is found: the name, the import, or a service user without a role, who sees itself alone. */
export async function explainNobody(
  session: Session,
  users: Place,
  user: SampleUser,
): Promise<Verdict<Person & never>> {
  const seen = await search(session, { base: users.base, scope: 'one', filter: '(uid=*)', attributes: ['uid'] });
  if (seen.ok && seen.entries.length <= 1) {
    return failed('the service user sees nobody but itself: it has no role that lets it view users', GIVE_ROLE);
  }
  const count = seen.ok ? `${seen.entries.length} people are` : 'more than 1000 people are';
  return failed(
    `nobody is ${user.name} below ${users.base}, where ${count} seen`,
    user.isChosen
      ? 'Look at the spelling; a login at Okta is a whole address as a rule. Has that person been imported, and confirmed?'
      : 'That is the tutorial’s person: name one of yours with --user, or import people from the directory first.',
  );
}

/** A person without any group: because none may be seen, or because they are in none. */
export async function explainNoGroups(session: Session, groups: Place, person: Person): Promise<Verdict<void>> {
  const all = await search(session, {
    base: groups.base,
    scope: groups.scope,
    filter: '(uniqueMember=*)',
    attributes: ['cn'],
  });
  if (all.ok && all.entries.length === 0) return explainUnseen(session, groups.base);
  const own = await search(session, { base: person.dn, scope: 'base', attributes: ['memberOf'] });
  const memberOf = own.ok ? valuesOf(own.entries[0], 'memberof') : [];
  const elsewhere =
    memberOf.length === 0
      ? ''
      : `; memberOf, which Okta gives only when asked by name, has ${memberOf.length}: ${memberOf.slice(0, 3).join('; ')}`;
  return warning(
    undefined,
    `${person.typed} is in no group below ${groups.base}${elsewhere}`,
    'If it should be: OKTA_LDAP_ID names the integration whose groups count, OKTA_LDAP_GROUPS=all takes every group.',
  );
}

/** A search one level below `ou=groups` finds no app group: they lie three levels below. */
export function noteOneLevel(entries: readonly Entry[], base: string): string {
  const deep = entries.filter(({ dn }) => dn.toLowerCase().includes(`,ou=apps,${base.toLowerCase()}`));
  return deep.length === 0 ? '' : ` (a search one level below ou=groups would miss ${namesOf(deep)})`;
}

function valuesOf(entry: Entry | undefined, attribute: string): readonly string[] {
  const key = Object.keys(entry ?? {}).find((name) => name.toLowerCase() === attribute);
  const value = key === undefined ? undefined : entry?.[key];
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string' && item !== '') as string[]; // filtered
}
