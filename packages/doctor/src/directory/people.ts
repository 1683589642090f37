import type { Entry } from 'ldapts';
import { failed, ok, type Verdict } from '../exam.ts';
import { asking, explainSearch, fillFilter, type Search, search } from './search.ts';
import type { Session } from './session.ts';

/** Where an app looks for people or groups, as its adapter has it. */
export interface Place {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  /** With placeholders: `(uid={{username}})`. */
  readonly filter: string;
  /** The variable to correct when the base is wrong. */
  readonly variable: string;
}

export interface Person {
  readonly typed: string;
  readonly dn: string;
  readonly uid: string;
}

/** Whether a base is there and may be seen. */
export function checkBase(session: Session, { base, variable }: Place): Promise<Verdict<void>> {
  return asking(async () => {
    const found = await search(session, { base, scope: 'base' });
    if (!found.ok) return explainSearch(found, base, variable);
    return found.entries.length > 0
      ? ok(undefined, `${base} is there`)
      : failed(`${base} is not shown to this account`, `Correct ${variable}, or the rights of the account that reads.`);
  });
}

export const searchFor = (place: Place, username: string): Search => ({
  base: place.base,
  scope: place.scope,
  filter: fillFilter(place.filter, { username }),
  attributes: ['uid', 'cn', 'mail'],
});

/** The entry that a sign-in with this name would find. `whenNobody` knows why there may be none. */
export function checkPerson(
  session: Session,
  place: Place,
  typed: string,
  whenNobody: () => Promise<Verdict<never>>,
): Promise<Verdict<Person>> {
  return asking(async () => {
    const asked = searchFor(place, typed);
    const found = await search(session, asked);
    if (!found.ok) return explainSearch(found, place.base, place.variable);
    const [entry, second] = found.entries;
    if (entry === undefined) return whenNobody();
    if (second !== undefined) {
      return failed(
        `${typed} is the name of ${found.entries.length} entries: ${found.entries.map(({ dn }) => dn).join('; ')}`,
        'Sign-ins with that name are refused: use a name that one person has, such as the whole login.',
      );
    }
    const uid = textOf(entry, 'uid') ?? typed;
    const asWhom = uid.toLowerCase() === typed.toLowerCase() ? '' : `; the whole name is ${uid}`;
    return ok({ typed, dn: entry.dn, uid }, `${typed} is ${entry.dn}${asWhom}`);
  });
}

/** Names of the groups that hold a person, as a sign-in would find them. */
export async function groupsOf(session: Session, place: Place, { dn, uid }: Person) {
  return search(session, {
    base: place.base,
    scope: place.scope,
    filter: fillFilter(place.filter, { dn, username: uid }),
    attributes: ['cn'],
  });
}

export const namesOf = (entries: readonly Entry[]): string => {
  const names = entries.map((entry) => textOf(entry, 'cn') ?? entry.dn).sort();
  return names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ');
};

export function textOf(entry: Entry, attribute: string): string | undefined {
  const key = Object.keys(entry).find((name) => name.toLowerCase() === attribute);
  const value = key === undefined ? undefined : entry[key];
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}
