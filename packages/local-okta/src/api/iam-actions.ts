import type { Request, Response } from 'express';
import { type ResourceSet, type Role, type RoleAssignment, SUPER_ADMIN } from '../directory/admin-roles.ts';
import { nameTaken } from '../directory/directory-error.ts';
import type { User } from '../directory/user.ts';
import { userActor } from '../system-log/log-event.ts';
import { assertNotOneself } from './user-actions.ts';
import type { ApiContext } from './users.ts';

type Verb = 'create' | 'update' | 'delete';

function assertLabelFree(items: readonly { readonly label: string }[], wanted: string): void {
  if (items.some((item) => item.label === wanted)) throw nameTaken('label');
}

/** What an administrator does to roles, by the API or at the Admin Console: the rules, and what the System Log tells. */
export function createIamActions({ directory, audit }: Pick<ApiContext, 'directory' | 'audit'>) {
  const { adminRoles } = directory;

  function noteRole(request: Request, response: Response, verb: Verb, role: Role): void {
    audit(request, response, `iam.role.${verb}`, `Custom admin role: ${verb}`, [
      { id: role.id, type: 'ROLE', alternateId: null, displayName: role.label },
    ]);
  }

  function noteSet(request: Request, response: Response, verb: Verb, set: ResourceSet): void {
    audit(request, response, `iam.resourceset.${verb}`, `Resource set: ${verb}`, [
      { id: set.id, type: 'RESOURCE_SET', alternateId: null, displayName: set.label },
    ]);
  }

  function notePrivilege(request: Request, response: Response, verb: 'grant' | 'revoke', user: User): void {
    const message = verb === 'grant' ? 'Grant user privilege' : 'Revoke user privilege';
    audit(request, response, `user.account.privilege.${verb}`, message, [userActor(user)]);
  }

  return {
    createRole(request: Request, response: Response, wanted: Omit<Role, 'id' | 'created'>): Role {
      assertLabelFree(adminRoles.roles(), wanted.label);
      const role = adminRoles.saveRole(wanted);
      noteRole(request, response, 'create', role);
      return role;
    },
    changeRole(request: Request, response: Response, role: Role, to: Partial<Role>): Role {
      adminRoles.updateRole(role.id, { ...role, ...to });
      noteRole(request, response, 'update', role);
      return adminRoles.roles().find(({ id }) => id === role.id) ?? role;
    },
    removeRole(request: Request, response: Response, role: Role): void {
      adminRoles.removeRole(role.id);
      noteRole(request, response, 'delete', role);
    },
    createSet(request: Request, response: Response, wanted: Omit<ResourceSet, 'id' | 'created'>): ResourceSet {
      assertLabelFree(adminRoles.resourceSets(), wanted.label);
      const set = adminRoles.saveResourceSet(wanted);
      noteSet(request, response, 'create', set);
      return set;
    },
    changeSet(request: Request, response: Response, set: ResourceSet, to: Partial<ResourceSet>): ResourceSet {
      adminRoles.updateResourceSet(set.id, { ...set, ...to });
      noteSet(request, response, 'update', set);
      return adminRoles.resourceSets().find(({ id }) => id === set.id) ?? set;
    },
    removeSet(request: Request, response: Response, set: ResourceSet): void {
      adminRoles.removeResourceSet(set.id);
      noteSet(request, response, 'delete', set);
    },
    grant(request: Request, response: Response, user: User, role: string, set: string | undefined): RoleAssignment {
      const made = adminRoles.assign(user.id, role, set);
      notePrivilege(request, response, 'grant', user);
      return made;
    },
    revoke(request: Request, response: Response, user: User, held: RoleAssignment): void {
      if (held.role === SUPER_ADMIN) assertNotOneself(response, user);
      adminRoles.unassign(user.id, held.id);
      notePrivilege(request, response, 'revoke', user);
    },
  };
}
