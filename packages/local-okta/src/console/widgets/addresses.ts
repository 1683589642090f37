import type { App } from '../../directory/apps.ts';
import type { User } from '../../directory/user.ts';
import { type Html, html } from '../../http/page.ts';
import { LDAP_APP_KIND } from '../../integration/ldap-app.ts';

/** Where things have their pages: Okta's own paths, where they are known. */
export const userAddress = (id: string): string => `/admin/user/profile/view/${encodeURIComponent(id)}`;
export const groupAddress = (id: string): string => `/admin/group/${encodeURIComponent(id)}`;
/** The last part is `OKTA_LDAP_ID`. */
export const ldapAddress = (id: string): string => `/admin/app/ldap_sun_one/instance/${encodeURIComponent(id)}`;

export function appAddress({ id, name }: Pick<App, 'id' | 'name'>): string {
  return name === LDAP_APP_KIND
    ? ldapAddress(id)
    : `/admin/app/${encodeURIComponent(name)}/instance/${encodeURIComponent(id)}`;
}

export function fullName({ profile }: Pick<User, 'profile'>): string {
  return [profile.firstName, profile.lastName].filter(Boolean).join(' ') || profile.login;
}

/** A person's name that leads to their page, with their username. */
export function userLink(user: User): Html {
  return html`<a href="${userAddress(user.id)}">${fullName(user)}</a><br><span class="note">${user.profile.login}</span>`;
}
