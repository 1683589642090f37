import type { Request, Response } from 'express';
import type { AppUser } from '../directory/app-users.ts';
import type { App, NewApp } from '../directory/apps.ts';
import { nameTaken, notFound } from '../directory/directory-error.ts';
import type { Group } from '../directory/groups.ts';
import type { User } from '../directory/user.ts';
import { OktaError } from '../http/okta-error.ts';
import { OIDC_APP } from '../oidc/clients.ts';
import { type LogActor, userActor } from '../system-log/log-event.ts';
import type { ApiContext } from './users.ts';

const LIFECYCLE = {
  create: 'Create application',
  update: 'Update application',
  activate: 'Activate application',
  deactivate: 'Deactivate application',
  delete: 'Delete application',
} as const;

/** What an administrator does to apps, by the API or at the Admin Console: the rules, and what the System Log tells. */
export function createAppActions({ directory, audit }: Pick<ApiContext, 'directory' | 'audit'>) {
  function note(request: Request, response: Response, event: keyof typeof LIFECYCLE, app: App): void {
    audit(request, response, `application.lifecycle.${event}`, LIFECYCLE[event], [appTarget(app)]);
  }

  function assertOidc(app: App): void {
    if (app.name !== OIDC_APP) throw new OktaError('E0000060', { detail: 'only OIDC apps can be changed here' });
  }

  function noteAssignment(request: Request, response: Response, change: 'add' | 'remove', app: App, who: LogActor) {
    const verb = change === 'add' ? 'Add' : 'Remove';
    const [event, what] =
      who.type === 'User'
        ? ['application.user_membership', 'user to application membership']
        : ['group.application_assignment', 'group to application assignment'];
    const message = `${verb} ${change === 'add' ? what : what.replace(' to ', ' from ')}`;
    audit(request, response, `${event}.${change}`, message, [who, appTarget(app)]);
  }

  return {
    create(request: Request, response: Response, wanted: NewApp): App {
      if (wanted.id !== undefined && directory.apps.get(wanted.id) !== undefined) throw nameTaken('client_id');
      const app = directory.apps.create(wanted);
      note(request, response, 'create', app);
      return app;
    },
    update(request: Request, response: Response, app: App, change: Pick<App, 'label' | 'settings'>): App {
      assertOidc(app);
      const changed = directory.apps.update(app.id, change);
      note(request, response, 'update', changed);
      return changed;
    },
    setStatus(request: Request, response: Response, app: App, status: App['status']): void {
      assertOidc(app);
      note(
        request,
        response,
        status === 'ACTIVE' ? 'activate' : 'deactivate',
        directory.apps.update(app.id, { status }),
      );
    },
    /** For good; an active app is deactivated first. */
    remove(request: Request, response: Response, app: App): void {
      assertOidc(app);
      if (app.status === 'ACTIVE') throw new OktaError('E0000056');
      directory.apps.remove(app.id);
      note(request, response, 'delete', app);
    },
    assignUser(
      request: Request,
      response: Response,
      app: App,
      user: User,
      profile?: Readonly<Record<string, unknown>>,
    ): AppUser {
      if (user.status === 'DEPROVISIONED') throw new OktaError('E0000038');
      const appUser = directory.appUsers.save({ appId: app.id, userId: user.id, status: 'ACTIVE', profile });
      noteAssignment(request, response, 'add', app, userActor(user));
      return appUser;
    },
    unassignUser(request: Request, response: Response, app: App, user: User): void {
      const appUser = directory.appUsers.get(app.id, user.id);
      if (appUser === undefined) throw notFound('AppUser', user.id);
      directory.appUsers.remove(appUser.id);
      noteAssignment(request, response, 'remove', app, userActor(user));
    },
    assignGroup(request: Request, response: Response, app: App, group: Group): void {
      directory.apps.assignGroup(app.id, group.id);
      noteAssignment(request, response, 'add', app, groupTarget(group));
    },
    unassignGroup(request: Request, response: Response, app: App, group: Group): void {
      directory.apps.unassignGroup(app.id, group.id);
      noteAssignment(request, response, 'remove', app, groupTarget(group));
    },
  };
}

function appTarget({ id, label }: App): LogActor {
  return { id, type: 'AppInstance', alternateId: label, displayName: label };
}

function groupTarget({ id, name }: Group): LogActor {
  return { id, type: 'UserGroup', alternateId: 'unknown', displayName: name };
}
