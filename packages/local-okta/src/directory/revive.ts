import type { LifecycleOperation } from './life-cycle.ts';
import type { User, UserStatus } from './user.ts';
import type { Users } from './users.ts';

const WAYS_BACK: Readonly<Partial<Record<UserStatus, LifecycleOperation>>> = {
  STAGED: 'activate',
  DEPROVISIONED: 'activate',
  SUSPENDED: 'unsuspend',
  LOCKED_OUT: 'unlock',
};

/**
 * Lets somebody in whom a setting names, whatever was done to them meanwhile; and where a password is given, with that
 * password and no other.
 */
export async function revive(users: Users, { id, status }: User, password: string | undefined): Promise<void> {
  const back = WAYS_BACK[status];
  if (back !== undefined) users.transition(id, back);
  if (password === undefined) return;
  const good = users.get(id)?.status === 'ACTIVE' && (await users.verifyPassword(id, password));
  if (!good) await users.setPassword(id, password);
}
