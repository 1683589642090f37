import { LdapAuthError } from './errors.ts';
import type { RawEntry } from './response.ts';
import { type SearchContext, search } from './search.ts';
import type { UserSearchSettings } from './settings.ts';

/** The one entry that carries the name; undefined when there is none. @throws LdapAuthError `ambiguous-user`, … */
export async function findUser(
  context: SearchContext,
  settings: UserSearchSettings,
  username: string,
): Promise<RawEntry | undefined> {
  const entries = await search(context, settings.search, settings.filter({ username, dn: '' }));
  if (entries.length > 1) {
    throw new LdapAuthError('ambiguous-user', 'Two entries of the directory carry the name that was typed');
  }
  return entries[0];
}
