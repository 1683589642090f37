/** Which of the three steps a process shows; the value of `AUTH_MODE`. */
export type AuthMode = 'ldap' | 'okta-ldap' | 'oidc';

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
  /** The ID token's claims; OIDC only. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly mode: AuthMode;
}
