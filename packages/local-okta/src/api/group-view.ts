import type { Group } from '../directory/groups.ts';

/** A group as Okta's API shows one. */
export interface GroupView {
  readonly id: string;
  readonly created: string;
  readonly lastUpdated: string;
  readonly lastMembershipUpdated: string;
  readonly objectClass: readonly string[];
  readonly type: string;
  readonly profile: Readonly<Record<string, string | null>>;
  readonly source?: { readonly id: string };
  readonly _links: Readonly<Record<string, { readonly href: string }>>;
}

export function groupView(group: Group, base: string): GroupView {
  const self = `${base}/api/v1/groups/${group.id}`;
  return {
    id: group.id,
    created: group.created,
    lastUpdated: group.lastUpdated,
    lastMembershipUpdated: group.lastMembershipUpdated,
    objectClass: [group.type === 'APP_GROUP' ? 'okta:ldap_group' : 'okta:user_group'],
    type: group.type,
    profile: { ...group.attributes, name: group.name, description: group.description },
    ...(group.appId === null ? {} : { source: { id: group.appId } }),
    _links: { self: { href: self }, users: { href: `${self}/users` }, apps: { href: `${self}/apps` } },
  };
}
