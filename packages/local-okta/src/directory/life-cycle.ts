import type { Provider, UserStatus } from './user.ts';

/** Operations under `/api/v1/users/{id}/lifecycle/`, and the lockout that repeated wrong passwords bring. */
export type LifecycleOperation =
  | 'activate'
  | 'reactivate'
  | 'deactivate'
  | 'suspend'
  | 'unsuspend'
  | 'unlock'
  | 'reset_password'
  | 'expire_password'
  | 'lock_out';

/**
 * From which statuses an operation is allowed.
 * Source: Okta Management API, "User Lifecycle" (each operation states the statuses it wants).
 */
const ALLOWED: Record<LifecycleOperation, readonly UserStatus[]> = {
  activate: ['STAGED', 'DEPROVISIONED'],
  reactivate: ['PROVISIONED', 'RECOVERY'],
  deactivate: ['STAGED', 'PROVISIONED', 'ACTIVE', 'RECOVERY', 'PASSWORD_EXPIRED', 'LOCKED_OUT', 'SUSPENDED'],
  suspend: ['ACTIVE'],
  unsuspend: ['SUSPENDED'],
  unlock: ['LOCKED_OUT'],
  reset_password: ['ACTIVE', 'PROVISIONED', 'RECOVERY', 'PASSWORD_EXPIRED', 'LOCKED_OUT'],
  expire_password: ['ACTIVE'],
  lock_out: ['ACTIVE', 'PASSWORD_EXPIRED', 'RECOVERY'],
};

/** What decides between ACTIVE and PROVISIONED. */
export interface LifecycleFacts {
  readonly status: UserStatus;
  readonly hasPassword: boolean;
  readonly provider: Provider;
}

/** The status after `operation`, or undefined where the present one forbids it. */
export function nextStatus(operation: LifecycleOperation, user: LifecycleFacts): UserStatus | undefined {
  if (!ALLOWED[operation].includes(user.status)) return undefined;
  switch (operation) {
    case 'activate':
      return activeOrProvisioned(user);
    case 'reactivate':
      return user.status === 'RECOVERY' ? 'RECOVERY' : activeOrProvisioned(user);
    case 'deactivate':
      return 'DEPROVISIONED';
    case 'suspend':
      return 'SUSPENDED';
    case 'unsuspend':
      return 'ACTIVE';
    case 'unlock':
      return 'ACTIVE';
    case 'reset_password':
      return user.status === 'PROVISIONED' ? 'PROVISIONED' : 'RECOVERY';
    case 'expire_password':
      return 'PASSWORD_EXPIRED';
    case 'lock_out':
      return 'LOCKED_OUT';
    default:
      return operation satisfies never;
  }
}

/** Nobody has to choose a password who has one, or whose password is kept elsewhere. */
export function activeOrProvisioned(user: Pick<LifecycleFacts, 'hasPassword' | 'provider'>): 'ACTIVE' | 'PROVISIONED' {
  return user.hasPassword || user.provider.type === 'LDAP' ? 'ACTIVE' : 'PROVISIONED';
}
