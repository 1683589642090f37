import type { Request, Response } from 'express';
import type { Group, NewGroup } from '../directory/groups.ts';
import type { User } from '../directory/user.ts';
import { OktaError } from '../http/okta-error.ts';
import { type LogActor, userActor } from '../system-log/log-event.ts';
import type { ApiContext } from './users.ts';

/** App groups and Everyone are shown, but only what brings them changes them. */
function assertChangeable(group: Group): void {
  if (group.type !== 'OKTA_GROUP') throw new OktaError('E0000006');
}

/** What an administrator does to groups, by the API or at the Admin Console: the rules, and what the System Log tells. */
export function createGroupActions({ directory, audit }: ApiContext) {
  function changeMember(
    request: Request,
    response: Response,
    group: Group,
    user: User,
    change: 'add' | 'remove',
  ): boolean {
    assertChangeable(group);
    const changed =
      change === 'add'
        ? directory.groups.addMember(group.id, user.id)
        : directory.groups.removeMember(group.id, user.id);
    if (changed) {
      const message = change === 'add' ? 'Add user to group membership' : 'Remove user from group membership';
      audit(request, response, `group.user_membership.${change}`, message, [userActor(user), groupTarget(group)]);
    }
    return changed;
  }

  return {
    create(request: Request, response: Response, profile: Pick<NewGroup, 'name' | 'description'>): Group {
      const group = directory.groups.create(profile);
      audit(request, response, 'group.lifecycle.create', 'Create Okta group', [groupTarget(group)]);
      return group;
    },
    update(
      request: Request,
      response: Response,
      before: Group,
      profile: Pick<NewGroup, 'name' | 'description'>,
    ): Group {
      assertChangeable(before);
      const group = directory.groups.update(before.id, profile);
      audit(request, response, 'group.profile.update', 'Update group profile', [groupTarget(group)]);
      return group;
    },
    remove(request: Request, response: Response, group: Group): void {
      assertChangeable(group);
      directory.groups.remove(group.id);
      audit(request, response, 'group.lifecycle.delete', 'Delete Okta group', [groupTarget(group)]);
    },
    /** @returns false when nothing changed */
    changeMember,
  };
}

function groupTarget(group: Group): LogActor {
  return { id: group.id, type: 'UserGroup', alternateId: 'unknown', displayName: group.name };
}
