/** Which of the three steps a process shows; the value of `AUTH_MODE`. */
export type AuthMode = 'ldap' | 'okta-ldap' | 'oidc';

/** Who told a claim: the signed ID token, or the userinfo endpoint, asked with the access token. */
export type ClaimSource = 'id-token' | 'userinfo';

/** Who signed in, in the same shape whoever checked the password. */
export interface Identity {
  /** The name the person is greeted with: `uid` of the directory entry, or the OIDC `email` claim. */
  readonly username: string;
  readonly displayName: string;
  readonly email?: string;
  /** The entry's distinguished name (RFC 4514); absent with OIDC. */
  readonly dn?: string;
  /** Group names (`cn` values or the `groups` claim), sorted, without duplicates. */
  readonly groups: readonly string[];
  /** What the provider tells, ID token and userinfo together; where they differ, the ID token's. OIDC only. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Who told each of the `claims`, by name. OIDC only. */
  readonly claimSources?: Readonly<Record<string, readonly ClaimSource[]>>;
  readonly mode: AuthMode;
}
