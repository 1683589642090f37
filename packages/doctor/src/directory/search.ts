import { type Entry, ResultCodeError } from 'ldapts';
import { failed, type Verdict } from '../exam.ts';
import { brokenOff } from './bind.ts';
import type { Session } from './session.ts';

export interface Search {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  readonly filter?: string;
  readonly attributes?: readonly string[];
}

export type Found =
  | { readonly ok: true; readonly entries: readonly Entry[] }
  | { readonly ok: false; readonly code: number; readonly message: string };

/** The directory's result code is a value; whatever is no answer throws. */
export async function search({ client }: Session, { base, scope, filter, attributes }: Search): Promise<Found> {
  try {
    const { searchEntries } = await client.search(base, {
      scope,
      ...(filter === undefined ? {} : { filter }),
      attributes: [...(attributes ?? ['1.1'])],
      sizeLimit: 0,
    });
    return { ok: true, entries: searchEntries };
  } catch (error) {
    if (error instanceof ResultCodeError) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
}

/** The line for a search that the directory refuses. */
export function explainSearch(
  { code, message }: Extract<Found, { ok: false }>,
  what: string,
  variable: string,
): Verdict<never> {
  const answer = `(${code}: ${message})`;
  switch (code) {
    case 32:
    case 34:
      return failed(
        `${what} does not exist, or may not be seen ${answer}`,
        `Correct ${variable}, or the rights of the account that reads.`,
      );
    case 1:
    case 48:
    case 49:
    case 50:
      return failed(
        `${what} may not be read without a bind, or by this account ${answer}`,
        "Name an account that may, in LDAP_BIND_DN and LDAP_BIND_PASSWORD. Okta's LDAP Interface answers nothing to who has not bound, its root DSE and who-am-I included: for it, use AUTH_MODE=okta-ldap.",
      );
    case 8:
    case 13:
      return failed(
        `the directory wants an encrypted connection ${answer}`,
        'Set LDAP_TLS=starttls or LDAP_TLS=ldaps.',
      );
    case 4:
      return failed(
        `the directory cut the search of ${what} short ${answer}; Okta does at 1000 entries`,
        'Search a narrower base, or one person who is in fewer groups.',
      );
    case 11:
      return failed(`the directory's limit is reached ${answer}`, 'Wait a moment and run this again.');
    default:
      return failed(`the search of ${what} is refused ${answer}`, 'Have the directory looked at.');
  }
}

/** RFC 4515 section 3. */
export const escapeFilterValue = (value: string): string =>
  value.replace(/[\0()*\\]/g, (letter) => `\\${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** A filter of the apps with its placeholders filled in. */
export const fillFilter = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{\{(\w+)\}\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? escapeFilterValue(values[name] ?? '') : whole,
  );

/** Ends a check whose connection broke, instead of an exception. */
export async function asking<T>(ask: () => Promise<Verdict<T>>): Promise<Verdict<T>> {
  try {
    return await ask();
  } catch (error) {
    return brokenOff(error);
  }
}
