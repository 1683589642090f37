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
  const entries = await search(context, {
    purpose: 'user',
    base: settings.base,
    scope: settings.scope,
    filter: settings.filter({ username, dn: '' }),
    attributes: settings.attributes,
    // The second one tells that the name is ambiguous; there is no need to know how many follow.
    sizeLimit: 2,
  });
  if (entries.length > 1) {
    throw new LdapAuthError('ambiguous-user', 'Two entries of the directory carry the name that was typed');
  }
  return entries[0];
}
