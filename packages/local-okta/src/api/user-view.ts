import type { LifecycleOperation } from '../directory/life-cycle.ts';
import { nextStatus } from '../directory/life-cycle.ts';
import type { User } from '../directory/user.ts';

/** Every user is of Okta's default type. */
const DEFAULT_TYPE = 'otylocaloktadefault0';

/** A user as Okta's API shows one. */
export interface UserView {
  readonly id: string;
  readonly status: string;
  readonly created: string;
  readonly activated: string | null;
  readonly statusChanged: string | null;
  readonly lastLogin: string | null;
  readonly lastUpdated: string;
  readonly passwordChanged: string | null;
  readonly type: { readonly id: string };
  readonly profile: Readonly<Record<string, unknown>>;
  readonly credentials: {
    readonly password?: Readonly<Record<string, never>>;
    readonly provider: { readonly type: string; readonly name: string };
  };
  readonly _links: Readonly<Record<string, { readonly href: string; readonly method?: string }>>;
}

const LINKED: readonly [name: string, operation: LifecycleOperation][] = [
  ['activate', 'activate'],
  ['reactivate', 'reactivate'],
  ['deactivate', 'deactivate'],
  ['suspend', 'suspend'],
  ['unsuspend', 'unsuspend'],
  ['unlock', 'unlock'],
  ['resetPassword', 'reset_password'],
  ['expirePassword', 'expire_password'],
];

export function userView(user: User, base: string): UserView {
  const self = `${base}/api/v1/users/${user.id}`;
  const links: Record<string, { href: string; method?: string }> = { self: { href: self } };
  for (const [name, operation] of LINKED) {
    if (nextStatus(operation, user) !== undefined) {
      links[name] = { href: `${self}/lifecycle/${operation}`, method: 'POST' };
    }
  }
  return {
    id: user.id,
    status: user.status,
    created: user.created,
    activated: user.activated,
    statusChanged: user.statusChanged,
    lastLogin: user.lastLogin,
    lastUpdated: user.lastUpdated,
    passwordChanged: user.passwordChanged,
    type: { id: DEFAULT_TYPE },
    profile: { mobilePhone: null, secondEmail: null, ...user.profile },
    credentials: {
      ...(user.hasPassword ? { password: {} } : {}),
      provider: { type: user.provider.type, name: user.provider.name },
    },
    _links: links,
  };
}
