import { kindOf, type PasswordKind } from './stored-password.ts';

/** Okta's user statuses; the transitions between them are in `life-cycle.ts`. */
export type UserStatus =
  | 'STAGED'
  | 'PROVISIONED'
  | 'ACTIVE'
  | 'RECOVERY'
  | 'PASSWORD_EXPIRED'
  | 'LOCKED_OUT'
  | 'SUSPENDED'
  | 'DEPROVISIONED';

export const USER_STATUSES: readonly UserStatus[] = [
  'STAGED',
  'PROVISIONED',
  'ACTIVE',
  'RECOVERY',
  'PASSWORD_EXPIRED',
  'LOCKED_OUT',
  'SUSPENDED',
  'DEPROVISIONED',
];

/** Who checks the password: Okta itself, a directory behind an agent, or (IMPORT) Okta once the first sign-in has brought it. */
export interface Provider {
  readonly type: 'OKTA' | 'LDAP' | 'IMPORT';
  readonly name: string;
}

export const OKTA_PROVIDER: Provider = { type: 'OKTA', name: 'OKTA' };
/** Of somebody whose password was handed over as a hash, or is with the password import inline hook. */
export const IMPORT_PROVIDER: Provider = { type: 'IMPORT', name: 'IMPORT' };

export type ProfileValue = string | number | boolean | null | readonly string[] | readonly number[];

/** The base attributes a migration meets; custom ones beside them. `login` is unique whatever its case. */
export interface UserProfile {
  readonly login: string;
  readonly email: string;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly displayName?: string | null;
  readonly mobilePhone?: string | null;
  readonly [attribute: string]: ProfileValue | undefined;
}

/** Times are ISO 8601 in UTC. The password's hash never leaves the directory. */
export interface User {
  readonly id: string;
  readonly status: UserStatus;
  readonly created: string;
  readonly activated: string | null;
  readonly statusChanged: string | null;
  readonly lastLogin: string | null;
  readonly lastUpdated: string;
  readonly passwordChanged: string | null;
  readonly profile: UserProfile;
  readonly provider: Provider;
  /** Whether Okta has a password or knows where to ask; not looked at while a directory keeps it. */
  readonly hasPassword: boolean;
  readonly passwordKind: PasswordKind;
  readonly failedSignIns: number;
}

const COLUMNS = [
  'id',
  'status',
  'created',
  'activated',
  'status_changed',
  'last_login',
  'last_updated',
  'password_changed',
  'provider_type',
  'provider_name',
  'password',
  'failed_sign_ins',
  'profile',
] as const;

/** A {@link StoredUser} of the table `users`. In one text: by columns, the driver takes longer than the database. */
export const USER_JSON = `json_array(${COLUMNS.map((column) => `users.${column}`).join(', ')})`;

/** In the order of the columns above. */
export type StoredUser = readonly [
  id: string,
  status: UserStatus,
  created: string,
  activated: string | null,
  statusChanged: string | null,
  lastLogin: string | null,
  lastUpdated: string,
  passwordChanged: string | null,
  providerType: Provider['type'],
  providerName: string,
  password: string | null,
  failedSignIns: number,
  profile: string,
];

export function userOf(stored: StoredUser): User {
  const [id, status, created, activated, statusChanged, lastLogin, lastUpdated, passwordChanged, ...rest] = stored;
  const [type, name, password, failedSignIns, profile] = rest;
  return {
    id,
    status,
    created,
    activated,
    statusChanged,
    lastLogin,
    lastUpdated,
    passwordChanged,
    profile: JSON.parse(profile) as UserProfile, // written by JSON.stringify of a UserProfile
    provider: { type, name },
    hasPassword: password !== null,
    passwordKind: kindOf(password),
    failedSignIns,
  };
}

/** How names are compared: Okta ignores the case of logins, e-mail addresses and group names. */
export function keyOf(name: string): string {
  return name.toLowerCase();
}

/** The part before the @, by which a user may be named where that is one user. */
export function shortNameOf(login: string): string {
  const at = login.indexOf('@');
  return at < 0 ? login : login.slice(0, at);
}
