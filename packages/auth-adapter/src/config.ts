import type { ConfigProblem } from './config-error.ts';
import type { AuthMode } from './identity.ts';

/** Sign-in straight against a directory. */
export interface LdapConfig {
  readonly mode: 'ldap';
  /** Tried in order: `ldap://localhost:1389`. */
  readonly urls: readonly string[];
  readonly starttls: boolean;
  readonly allowPlaintext: boolean;
  /** PEM certificates that are trusted instead of Node's own list. */
  readonly ca?: string;
  readonly userBase: string;
  /** Instead of the tutorial's search by cn, uid or mail: `(sAMAccountName={{username}})`. */
  readonly userFilter?: string;
  readonly groupBase: string;
  /** Instead of the tutorial's search by memberUid, member or uniqueMember: `(memberUid={{username}})`. */
  readonly groupFilter?: string;
  readonly nestedGroups: boolean;
  /** Absent: the directory is read anonymously. */
  readonly serviceAccount?: { readonly dn: string; readonly password: string };
}

/** Sign-in against the LDAP Interface of an Okta org. */
export interface OktaLdapConfig {
  readonly mode: 'okta-ldap';
  readonly urls: readonly string[];
  readonly ca?: string;
  readonly userBase: string;
  readonly groupBase: string;
  /** What follows the `@` of a login typed without one. Absent: any domain, as long as one entry matches. */
  readonly emailDomain?: string;
  /** `one`: the groups of one directory integration; `sub`: every group of the org. */
  readonly groupScope: 'one' | 'sub';
  readonly serviceAccount: { readonly dn: string; readonly password: string };
}

/** Sign-in on the page of an OpenID provider. */
export interface OidcConfig {
  readonly mode: 'oidc';
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What is asked for, with spaces between: `openid profile email`. */
  readonly scope: string;
  /** Where browsers reach this app, without a trailing slash: `http://localhost:8080`. */
  readonly appBaseUrl: string;
}

export type AuthConfig = LdapConfig | OktaLdapConfig | OidcConfig;

/** Environment variables by name, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ReadAuthConfigOptions {
  /** The mode when `AUTH_MODE` is not set. Default `ldap`. */
  readonly defaultMode?: AuthMode;
}

export type AuthConfigResult =
  | { readonly ok: true; readonly config: AuthConfig }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };
