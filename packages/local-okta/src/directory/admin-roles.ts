import { type Clock, timestamp } from '../clock.ts';
import { ID_PREFIX, newId } from '../ids.ts';
import type { Store } from '../store/store.ts';
import type { ChangeFeed } from './changes.ts';
import { createLabelledTable, type Labelled } from './labelled-table.ts';

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
  readonly created: string;
}

/** Simplified: a set is of all users, all groups, or both; single ones cannot be named. */
export interface ResourceSet {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly resources: readonly ResourceKind[];
  readonly created: string;
}

export type ResourceKind = 'users' | 'groups';

export interface RoleAssignment {
  readonly id: string;
  readonly userId: string;
  /** A custom role's id, or `SUPER_ADMIN`. */
  readonly role: string;
  readonly resourceSetId: string | null;
  readonly created: string;
}

export interface AdminRoles {
  /** By label: made when missing, brought to these permissions when there. */
  saveRole(role: Omit<Role, 'id' | 'created'>): Role;
  saveResourceSet(set: Omit<ResourceSet, 'id' | 'created'>): ResourceSet;
  /** By id: all of it anew. @throws DirectoryError `name-taken` */
  updateRole(id: string, role: Omit<Role, 'id' | 'created'>): void;
  updateResourceSet(id: string, set: Omit<ResourceSet, 'id' | 'created'>): void;
  /** With its assignments. */
  removeRole(id: string): void;
  removeResourceSet(id: string): void;
  roles(): readonly Role[];
  resourceSets(): readonly ResourceSet[];
  /** Twice is as good as once. A custom role needs a resource set, SUPER_ADMIN has none. */
  assign(userId: string, role: string, resourceSetId?: string): RoleAssignment;
  unassign(userId: string, assignmentId: string): void;
  assignmentsOf(userId: string): readonly RoleAssignment[];
  /** Of everybody who has a role. */
  assignments(): readonly RoleAssignment[];
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
  const common = { store, clock, onChange: noteEverybody };
  const roleTable = createLabelledTable<Permission>({
    ...common,
    table: 'roles',
    column: 'permissions',
    idPrefix: ID_PREFIX.role,
  });
  const setTable = createLabelledTable<ResourceKind>({
    ...common,
    table: 'resource_sets',
    column: 'resources',
    idPrefix: ID_PREFIX.resourceSet,
  });
  const roleOf = ({ list, ...row }: Labelled<Permission>): Role => ({ ...row, permissions: list });
  const setOf = ({ list, ...row }: Labelled<ResourceKind>): ResourceSet => ({ ...row, resources: list });

  /** A role that is another now changes what everybody may who holds it. */
  function noteEverybody(): void {
    for (const { user_id } of store.all<{ user_id: string }>('SELECT DISTINCT user_id FROM role_assignments')) {
      changes.note({ kind: 'roles', userId: user_id });
    }
  }

  function readAssignments(condition: string, parameters: readonly string[]): RoleAssignment[] {
    return store
      .all<{ id: string; user_id: string; role: string; resource_set_id: string | null; created: string }>(
        `SELECT * FROM role_assignments ${condition} ORDER BY created, id`,
        parameters,
      )
      .map(({ id, user_id, role, resource_set_id, created }) => ({
        id,
        userId: user_id,
        role,
        resourceSetId: resource_set_id,
        created,
      }));
  }

  const assignmentsOf = (userId: string): RoleAssignment[] => readAssignments('WHERE user_id = ?', [userId]);

  const isSuperAdmin = (userId: string): boolean => assignmentsOf(userId).some(({ role }) => role === SUPER_ADMIN);

  return {
    saveRole: (role) => roleOf(roleTable.save({ ...role, list: role.permissions })),
    saveResourceSet: (set) => setOf(setTable.save({ ...set, list: set.resources })),
    updateRole: (id, role) => roleTable.update(id, { ...role, list: role.permissions }),
    updateResourceSet: (id, set) => setTable.update(id, { ...set, list: set.resources }),
    removeRole(id) {
      store.transaction(() => {
        noteEverybody();
        store.run('DELETE FROM role_assignments WHERE role = ?', [id]);
        store.run('DELETE FROM roles WHERE id = ?', [id]);
      });
    },
    removeResourceSet(id) {
      store.transaction(() => {
        noteEverybody();
        store.run('DELETE FROM resource_sets WHERE id = ?', [id]);
      });
    },
    roles: () => roleTable.all().map(roleOf),
    resourceSets: () => setTable.all().map(setOf),
    assign(userId, role, resourceSetId) {
      return store.transaction(() => {
        store.run(
          'INSERT OR IGNORE INTO role_assignments (id, user_id, role, resource_set_id, created) VALUES (?, ?, ?, ?, ?)',
          [newId(ID_PREFIX.roleAssignment), userId, role, resourceSetId, timestamp(clock)],
        );
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
    assignments: () => readAssignments('', []),
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
