import { type Clock, timestamp } from '../clock.ts';
import { ID_PREFIX, newId } from '../ids.ts';
import type { Store } from '../store/store.ts';
import type { ChangeFeed } from './changes.ts';

/** Permissions of custom roles that a migration needs. "View users and their details" is `okta.users.read`. */
export type Permission = 'okta.users.read' | 'okta.users.manage' | 'okta.groups.read' | 'okta.groups.manage';

export const PERMISSIONS: readonly Permission[] = [
  'okta.users.read',
  'okta.users.manage',
  'okta.groups.read',
  'okta.groups.manage',
];

export const SUPER_ADMIN = 'SUPER_ADMIN';

export interface Role {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
}

/** Simplified: a set is of all users, all groups, or both; single ones cannot be named. */
export interface ResourceSet {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly resources: readonly ('users' | 'groups')[];
}

export interface RoleAssignment {
  readonly id: string;
  readonly userId: string;
  /** A custom role's id, or `SUPER_ADMIN`. */
  readonly role: string;
  readonly resourceSetId: string | null;
}

export interface AdminRoles {
  /** By label: made when missing, brought to these permissions when there. */
  saveRole(role: Omit<Role, 'id'>): Role;
  saveResourceSet(set: Omit<ResourceSet, 'id'>): ResourceSet;
  roles(): readonly Role[];
  resourceSets(): readonly ResourceSet[];
  /** Twice is as good as once. A custom role needs a resource set, SUPER_ADMIN has none. */
  assign(userId: string, role: string, resourceSetId?: string): RoleAssignment;
  unassign(userId: string, assignmentId: string): void;
  assignmentsOf(userId: string): readonly RoleAssignment[];
  /** Whether one of the user's assignments gives the permission over the users or groups it is about. */
  can(userId: string, permission: Permission): boolean;
  isSuperAdmin(userId: string): boolean;
}

interface Options {
  readonly store: Store;
  readonly clock: Clock;
  readonly changes: ChangeFeed;
}

export function createAdminRoles({ store, clock, changes }: Options): AdminRoles {
  interface LabelledRow {
    id: string;
    label: string;
    description: string;
    list: string;
  }

  function save(table: 'roles' | 'resource_sets', column: string, prefix: 'cr0' | 'iam', row: Omit<LabelledRow, 'id'>) {
    store.run(
      `INSERT INTO ${table} (id, label, description, ${column}, created) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (label) DO UPDATE SET description = excluded.description, ${column} = excluded.${column}`,
      [newId(prefix), row.label, row.description, row.list, timestamp(clock)],
    );
    return store.get<{ id: string }>(`SELECT id FROM ${table} WHERE label = ?`, [row.label])?.id ?? '';
  }

  function assignmentsOf(userId: string): RoleAssignment[] {
    return store
      .all<{ id: string; user_id: string; role: string; resource_set_id: string | null }>(
        'SELECT * FROM role_assignments WHERE user_id = ?',
        [userId],
      )
      .map((row) => ({ id: row.id, userId: row.user_id, role: row.role, resourceSetId: row.resource_set_id }));
  }

  const isSuperAdmin = (userId: string): boolean => assignmentsOf(userId).some(({ role }) => role === SUPER_ADMIN);

  return {
    saveRole: (role) => ({
      ...role,
      id: save('roles', 'permissions', ID_PREFIX.role, { ...role, list: JSON.stringify(role.permissions) }),
    }),
    saveResourceSet: (set) => ({
      ...set,
      id: save('resource_sets', 'resources', ID_PREFIX.resourceSet, { ...set, list: JSON.stringify(set.resources) }),
    }),
    // What saveRole and saveResourceSet wrote.
    roles: () =>
      store
        .all<LabelledRow>('SELECT id, label, description, permissions AS list FROM roles ORDER BY label')
        .map(({ id, label, description, list }) => ({
          id,
          label,
          description,
          permissions: JSON.parse(list) as Permission[],
        })),
    resourceSets: () =>
      store
        .all<LabelledRow>('SELECT id, label, description, resources AS list FROM resource_sets ORDER BY label')
        .map(({ id, label, description, list }) => ({
          id,
          label,
          description,
          resources: JSON.parse(list) as ResourceSet['resources'],
        })),
    assign(userId, role, resourceSetId) {
      return store.transaction(() => {
        store.run('INSERT OR IGNORE INTO role_assignments (id, user_id, role, resource_set_id) VALUES (?, ?, ?, ?)', [
          newId(ID_PREFIX.roleAssignment),
          userId,
          role,
          resourceSetId,
        ]);
        changes.note({ kind: 'roles', userId });
        const made = assignmentsOf(userId).find(
          (entry) => entry.role === role && entry.resourceSetId === (resourceSetId ?? null),
        );
        if (made === undefined) throw new Error('The role assignment was not stored.');
        return made;
      });
    },
    unassign(userId, assignmentId) {
      store.run('DELETE FROM role_assignments WHERE id = ? AND user_id = ?', [assignmentId, userId]);
      changes.note({ kind: 'roles', userId });
    },
    assignmentsOf,
    can(userId, permission) {
      if (isSuperAdmin(userId)) return true;
      const rows = store.all<{ permissions: string; resources: string }>(
        `SELECT roles.permissions, resource_sets.resources FROM role_assignments
         JOIN roles ON roles.id = role_assignments.role
         JOIN resource_sets ON resource_sets.id = role_assignments.resource_set_id
         WHERE role_assignments.user_id = ?`,
        [userId],
      );
      const about = permission.startsWith('okta.users.') ? 'users' : 'groups';
      const implied: readonly string[] = [permission, permission.replace('.read', '.manage')];
      return rows.some(
        ({ permissions, resources }) =>
          (JSON.parse(resources) as string[]).includes(about) &&
          (JSON.parse(permissions) as string[]).some((held) => implied.includes(held)),
      );
    },
    isSuperAdmin,
  };
}
