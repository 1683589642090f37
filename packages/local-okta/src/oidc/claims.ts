import type { Directory } from '../directory/directory.ts';
import type { User } from '../directory/user.ts';
import { randomBase62 } from '../ids.ts';

/** Okta's id of itself as the identity provider that signed the person in. */
const IDP_ID = '00oLocalOktaIdp00000';

/** Which claims a scope brings. Source: Okta, "Scope-dependent claims"; `groups` as the tutorial's claim of that name. */
export const CLAIMS_BY_SCOPE = {
  openid: ['sub', 'ver', 'jti', 'amr', 'idp', 'at_hash'],
  profile: ['name', 'preferred_username', 'given_name', 'family_name', 'nickname', 'locale', 'zoneinfo', 'updated_at'],
  email: ['email', 'email_verified'],
  groups: ['groups'],
} as const;

/** What the ID token leaves to userinfo: Okta's ID tokens are thin when an access token comes with them. */
const ONLY_IN_USERINFO = [
  'given_name',
  'family_name',
  'nickname',
  'locale',
  'zoneinfo',
  'updated_at',
  'email_verified',
];

export type TokenUse = 'id_token' | 'userinfo';

/** The claims about a person; the caller keeps those that the scopes allow. */
export function claimsOf(user: User, directory: Directory, use: TokenUse): Record<string, unknown> & { sub: string } {
  const { profile } = user;
  const name = [profile.firstName, profile.lastName].filter(Boolean).join(' ') || profile.login;
  const all: Record<string, unknown> & { sub: string } = {
    sub: user.id,
    name,
    preferred_username: profile.login,
    email: profile.email,
    email_verified: true,
    given_name: profile.firstName ?? undefined,
    family_name: profile.lastName ?? undefined,
    nickname: profile.nickName ?? undefined,
    locale: profile.locale ?? 'en_US',
    zoneinfo: profile.timezone ?? 'America/Los_Angeles',
    updated_at: Math.floor(Date.parse(user.lastUpdated) / 1000),
    groups: directory.groups.ofUser(user.id).map((group) => group.name),
  };
  if (use === 'id_token') {
    for (const claim of ONLY_IN_USERINFO) delete all[claim];
    return { ...all, ver: 1, jti: `ID.${randomBase62(43)}`, amr: ['pwd'], idp: IDP_ID };
  }
  return all;
}

/** Keeps the claims of `scopes`. */
export function claimsInScope(
  claims: Readonly<Record<string, unknown>>,
  scopes: ReadonlySet<string>,
): Record<string, unknown> {
  const wanted = Object.entries(CLAIMS_BY_SCOPE).flatMap(([scope, names]) => (scopes.has(scope) ? names : []));
  return Object.fromEntries(wanted.flatMap((name) => (claims[name] === undefined ? [] : [[name, claims[name]]])));
}
