import type { Person } from './directory-people.ts';
import { type ImportOptions, importPerson, type Outcome, type PersonResult } from './import-person.ts';

export interface ImportPeopleOptions extends ImportOptions {
  /** Told after each person. */
  readonly onResult?: (result: PersonResult, done: number, total: number) => void;
  /** Ends the import between two people; what is done stays done. */
  readonly signal?: AbortSignal;
}

export interface ImportSummary {
  readonly total: number;
  readonly counts: Readonly<Partial<Record<Outcome, number>>>;
  /** People that were not reached. */
  readonly left: number;
}

/**
 * Takes people to Okta one after the other, which is as fast as Okta's rate limit for new users lets anybody be. Begun
 * again after a break, it passes over whom it has imported.
 * @throws ToolError when Okta itself fails
 */
export async function importPeople(people: readonly Person[], options: ImportPeopleOptions): Promise<ImportSummary> {
  const logins = new Map<string, number>();
  for (const { mail } of people) if (mail !== undefined) logins.set(keyOf(mail), (logins.get(keyOf(mail)) ?? 0) + 1);
  const counts: Partial<Record<Outcome, number>> = {};
  let done = 0;
  for (const person of people) {
    if (options.signal?.aborted) break;
    const shared = person.mail !== undefined && (logins.get(keyOf(person.mail)) ?? 0) > 1;
    const result: PersonResult = shared
      ? { dn: person.dn, login: person.mail, outcome: 'duplicate' }
      : await importPerson(person, options);
    counts[result.outcome] = (counts[result.outcome] ?? 0) + 1;
    done += 1;
    options.onResult?.(result, done, people.length);
  }
  return { total: people.length, counts, left: people.length - done };
}

/** Logins are unique in Okta whatever their case. */
const keyOf = (mail: string): string => mail.toLowerCase();
