import type { GroupType } from '../../directory/groups.ts';

/** What kinds of groups are called. */
export const GROUP_TYPES: Readonly<Record<GroupType, string>> = {
  OKTA_GROUP: 'Okta group',
  APP_GROUP: 'App group (LDAP)',
  BUILT_IN: 'Built-in group',
};
