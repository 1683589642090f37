import type { ConnectionOptions } from 'node:tls';
import type { OnStep } from './step.ts';

export type Scope = 'base' | 'one' | 'sub';

/** An entry as passport-ldapauth hands it on: one value is a string, several are an array. */
export type LdapEntry = { dn: string } & Record<string, string | string[]>;

/** The signed-in person's entry. `_groups` and `_raw` are the names that ldapauth-fork uses. */
export interface LdapUser {
  /** The entry's distinguished name. */
  dn: string;
  /** Groups, where a group search or `memberOf` is configured. */
  _groups?: LdapEntry[];
  /** Every value as bytes, where `includeRaw` is set. */
  _raw?: Record<string, Buffer | Buffer[]>;
  [attribute: string]: string | string[] | LdapEntry[] | Record<string, Buffer | Buffer[]> | undefined;
}

/**
 * Options of one directory configuration. Those of ldapauth-fork keep their names; the rest is ours. All times are in
 * milliseconds. An option that is not listed here is refused with a TypeError that names it.
 */
export interface LdapAuthOptions {
  /** `ldap://host:port` or `ldaps://host:port`; several are tried in order, the first that answers is used. */
  readonly url: string | readonly string[];
  /** DN of the service account. Without it searches are anonymous. */
  readonly bindDN?: string | undefined;
  readonly bindCredentials?: string | undefined;

  /** Where users are, and how one is found: `(uid={{username}})`. What is typed is placed in the filter, never parsed. */
  readonly searchBase: string;
  readonly searchFilter: string;
  /** Default `sub`. */
  readonly searchScope?: Scope | undefined;
  /** Attributes of the user to fetch. Default: all. */
  readonly searchAttributes?: readonly string[] | undefined;
  /** Property of the entry to bind with. Default `dn`. */
  readonly bindProperty?: string | undefined;

  /** Where groups are, and which belong to the user: `(member={{dn}})`, or a function of the user that returns a filter. */
  readonly groupSearchBase?: string | undefined;
  readonly groupSearchFilter?: string | ((user: LdapUser) => string) | undefined;
  /** Default `sub`. */
  readonly groupSearchScope?: Scope | undefined;
  /** Attributes of groups to fetch. Default: all; `['cn']` saves fetching a thousand members. */
  readonly groupSearchAttributes?: readonly string[] | undefined;
  /** Property of the user that stands for `{{dn}}` in the group filter. Default `dn`. */
  readonly groupDnProperty?: string | undefined;
  /** Also find the groups that contain the groups, by the same filter. Cycles end. Default `false`. */
  readonly nestedGroups?: boolean | undefined;
  /** Name of the user's attribute that lists groups by DN, usually `memberOf`; they are added to `_groups`. */
  readonly memberOfAttribute?: string | undefined;
  /** Adds `_raw` with every value as bytes. Values that are not UTF-8 are found only there. Default `false`. */
  readonly includeRaw?: boolean | undefined;

  /** StartTLS before anything else is said; a refusal ends the sign-in. Default `false`. */
  readonly starttls?: boolean | undefined;
  /** For `tls.connect`: `ca`, `cert`, `key`, `servername`, … `rejectUnauthorized: false` is refused. */
  readonly tlsOptions?: ConnectionOptions | undefined;
  /** Allows clear-text LDAP to other hosts than this one. Dangerous: every password can be read on the way. */
  readonly allowPlaintext?: boolean | undefined;

  /** Limit of one LDAP operation. Default 5,000. */
  readonly timeout?: number | undefined;
  /** Limit of opening one connection, TLS and StartTLS included. Default 5,000. */
  readonly connectTimeout?: number | undefined;
  /** Limit of a whole sign-in, waiting included. Default 10,000. */
  readonly deadline?: number | undefined;

  /** Multiplexed connections for searches; another is opened when those there are crowded. Default 2. */
  readonly serviceConnections?: number | undefined;
  /** A service connection is replaced by a freshly bound one after this time. Default 50 minutes (Okta ends them at 60). */
  readonly rebindAfter?: number | undefined;
  /** Exclusive connections on which users' passwords are tried. Default 8. */
  readonly userConnections?: number | undefined;
  /** `false` opens a connection for every password tried. Default `true`. */
  readonly reuseUserConnections?: boolean | undefined;
  /** A user connection is closed after so many binds. Default: no limit. */
  readonly maxUses?: number | undefined;
  /** Connections unused for so long are closed. Default 5 minutes. `idleTimeout` is the same by its older name. */
  readonly maxIdle?: number | undefined;
  readonly idleTimeout?: number | undefined;
  /** A connection unused for so long is tried before it is relied on. Default 30,000. */
  readonly probeAfter?: number | undefined;
  /** Sign-ins that make progress at once. Default four for each user connection. */
  readonly maxConcurrent?: number | undefined;
  /** Sign-ins that may wait for their turn; the next is refused as `unavailable`. Default 256. */
  readonly maxQueue?: number | undefined;

  /** Told of each step as it ends, within the async context of its sign-in. */
  readonly onStep?: OnStep | undefined;
  /** Accepted for old configurations; the engine always reconnects. */
  readonly reconnect?: true | undefined;
  /** Accepted for old configurations; passwords are never cached. */
  readonly cache?: false | undefined;
}
