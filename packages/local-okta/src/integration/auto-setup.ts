import type { Context } from '../context.ts';
import { revive } from '../directory/revive.ts';

/** Who reads users and groups for an app through the LDAP Interface. */
export const SERVICE_USER = {
  login: 'ldap-user@example.com',
  role: 'groups-user-reader',
  resourceSet: 'Users & Groups',
} as const;

/**
 * Makes the tutorial's service user with its role, or brings it up to date. Twice is as good as once. Without a
 * password nothing is made: there would be nobody who knows it.
 */
export async function ensureServiceUser({ directory }: Context, password: string | undefined): Promise<void> {
  if (password === undefined) return;
  const { users, adminRoles } = directory;
  const present = users.findByLogin(SERVICE_USER.login);
  const user =
    present ??
    (await users.create({
      profile: {
        login: SERVICE_USER.login,
        email: SERVICE_USER.login,
        firstName: 'LDAP',
        lastName: 'User',
      },
      password,
    }));
  if (present !== undefined) await revive(users, present, password);
  const role = adminRoles.saveRole({
    label: SERVICE_USER.role,
    description: 'View users and groups and their details',
    permissions: ['okta.users.read', 'okta.groups.read'],
  });
  const set = adminRoles.saveResourceSet({
    label: SERVICE_USER.resourceSet,
    description: 'All users and all groups',
    resources: ['users', 'groups'],
  });
  adminRoles.assign(user.id, role.id, set.id);
}
