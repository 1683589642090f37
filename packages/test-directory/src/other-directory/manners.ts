import type { OtherEntry, Verdict } from './entry.ts';

/** What makes one flavour differ from another; everything else is LDAP. */
export interface Manners {
  readonly base: string;
  readonly userBase: string;
  readonly groupBase: string;
  readonly serviceDn: string;
  readonly servicePassword: string;
  readonly rootDse: OtherEntry;
  readonly entries: readonly OtherEntry[];
  /** Entries in one answer, pages included. */
  readonly mostEntries: number;
  /** The DN of the account that binds under this name; undefined: take the name for a DN. */
  dnOf(name: string): string | undefined;
  /** Judges a bind with a password. */
  judge(account: OtherEntry | undefined, password: string): Verdict;
  /** Set where nothing but the root DSE is told before a bind. */
  readonly anonymousRefusal?: Verdict;
  /** A base below this directory's own that is not there. */
  readonly noSuchObject: Verdict;
  /** A base that another directory has. */
  readonly elsewhere: Verdict & { readonly referral: string };
  /** References (RFC 4511 section 4.5.3) in the answer to a search of the whole tree. */
  readonly references: { readonly first: readonly string[]; readonly last: readonly string[] };
}
