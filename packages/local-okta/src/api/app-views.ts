import type { AppUser } from '../directory/app-users.ts';
import type { App } from '../directory/apps.ts';

/** A group that is assigned to an app; priority and profile are not here. */
export const appGroupView = (id: string) => ({ id, priority: 0, profile: {} });

/** Settings are not shown: they may hold secrets. Those of OIDC apps are, to who may change them. */
export function appView(app: App, base: string) {
  const self = `${base}/api/v1/apps/${app.id}`;
  return {
    id: app.id,
    name: app.name,
    label: app.label,
    status: app.status,
    signOnMode: app.signOnMode,
    created: app.created,
    lastUpdated: app.lastUpdated,
    features: [],
    _links: { self: { href: self }, users: { href: `${self}/users` }, groups: { href: `${self}/groups` } },
  };
}

export function appUserView(appUser: AppUser, base: string) {
  return {
    id: appUser.userId,
    externalId: appUser.externalId,
    created: appUser.created,
    lastUpdated: appUser.lastUpdated,
    lastSync: appUser.lastSync,
    scope: appUser.scope,
    status: appUser.status,
    syncState: appUser.importState === 'confirmed' ? 'SYNCHRONIZED' : 'DISABLED',
    profile: appUser.profile,
    _links: {
      app: { href: `${base}/api/v1/apps/${appUser.appId}` },
      user: { href: `${base}/api/v1/users/${appUser.userId}` },
    },
  };
}
