/** What a client may see. Without a role: the own entry, and no groups. Source: Okta help, "LDAP Interface". */
export interface Rights {
  readonly userId: string;
  readonly allUsers: boolean;
  readonly groups: boolean;
}
