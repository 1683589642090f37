/** OKTA_GROUP: made here. APP_GROUP: brought by an app (the LDAP integration), read-only. BUILT_IN: Everyone. */
export type GroupType = 'OKTA_GROUP' | 'APP_GROUP' | 'BUILT_IN';

export interface Group {
  readonly id: string;
  readonly type: GroupType;
  readonly name: string;
  readonly description: string | null;
  /** The app that brought it: set for an APP_GROUP. */
  readonly appId: string | null;
  /** Its unique id in that app: `entryUUID` of the LDAP group. */
  readonly externalId: string | null;
  readonly created: string;
  readonly lastUpdated: string;
  readonly lastMembershipUpdated: string;
  /** Further attributes, such as an app group's `dn`. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface GroupRow {
  seq: number;
  id: string;
  type: string;
  name: string;
  app_id: string | null;
  external_id: string | null;
  created: string;
  last_updated: string;
  last_membership_updated: string;
  profile: string;
}

/** The column `profile`. */
export interface StoredProfile {
  readonly description: string | null;
  readonly attributes: Readonly<Record<string, string>>;
}

export function groupOf(row: GroupRow): Group {
  const profile = JSON.parse(row.profile) as StoredProfile; // groups.ts wrote it
  return {
    id: row.id,
    type: row.type as GroupType, // groups.ts wrote the column
    name: row.name,
    description: profile.description,
    appId: row.app_id,
    externalId: row.external_id,
    created: row.created,
    lastUpdated: row.last_updated,
    lastMembershipUpdated: row.last_membership_updated,
    attributes: profile.attributes,
  };
}
