import { dnKey } from '../dn-key.ts';

/** What a DN of the LDAP Interface names. Source: Okta help, "LDAP Interface", directory information tree. */
export type Place =
  | { readonly kind: 'base' | 'users' | 'groups' | 'apps' | 'schema' }
  | { readonly kind: 'app'; readonly appId: string }
  | { readonly kind: 'user'; readonly login: string }
  | { readonly kind: 'group'; readonly name: string; readonly appId: string | undefined };

export interface Names {
  readonly base: string;
  readonly users: string;
  readonly groups: string;
  readonly apps: string;
  app(appId: string): string;
  user(login: string): string;
  group(name: string, appId: string | null): string;
  /** Names come back in lower case: the directory compares them so. Undefined for a DN outside of the tree. */
  placeOf(dn: string): Place | undefined;
  /** The deepest of base, ou=users, ou=groups and ou=apps above a DN: what a search below something absent did find. */
  above(dn: string): string;
  /** Who binds: `uid=x,<base>` as well as `uid=x,ou=users,<base>`. */
  bindNameOf(dn: string): string | undefined;
}

export const SCHEMA_DN = 'cn=schema';

export function createNames(base: string): Names {
  const users = `ou=users,${base}`;
  const groups = `ou=groups,${base}`;
  const apps = `ou=apps,${groups}`;
  const keys = { base: dnKey(base), users: dnKey(users), groups: dnKey(groups), apps: dnKey(apps) };

  /** The value of `attribute` in the one RDN above `parent`. */
  function childOf(key: string, parent: string, attribute: string): string | undefined {
    if (!key.startsWith(`${attribute}=`) || !key.endsWith(`,${parent}`)) return undefined;
    const value = key.slice(attribute.length + 1, -(parent.length + 1));
    return /(?<!\\)(?:\\\\)*[,+]/.test(value) ? undefined : value.replace(/\\(.)/g, '$1');
  }

  function groupOf(key: string): Place | undefined {
    const name = childOf(key, keys.groups, 'cn');
    if (name !== undefined) return { kind: 'group', name, appId: undefined };
    const appId = childOf(key, keys.apps, 'cn');
    if (appId !== undefined) return { kind: 'app', appId };
    const at = /(?<!\\)(?:\\\\)*,/.exec(key);
    if (at === null) return undefined;
    const parent = key.slice(at.index + at[0].length);
    const app = childOf(parent, keys.apps, 'cn');
    const inApp = app === undefined ? undefined : childOf(key, parent, 'cn');
    return app === undefined || inApp === undefined ? undefined : { kind: 'group', name: inApp, appId: app };
  }

  return {
    base,
    users,
    groups,
    apps,
    app: (appId) => `cn=${escapeValue(appId)},${apps}`,
    user: (login) => `uid=${escapeValue(login)},${users}`,
    group: (name, appId) => `cn=${escapeValue(name)},${appId === null ? groups : `cn=${escapeValue(appId)},${apps}`}`,
    placeOf(dn) {
      const key = dnKey(dn);
      if (key === SCHEMA_DN) return { kind: 'schema' };
      for (const kind of ['base', 'users', 'groups', 'apps'] as const) {
        if (key === keys[kind]) return { kind };
      }
      const login = childOf(key, keys.users, 'uid');
      return login === undefined ? groupOf(key) : { kind: 'user', login };
    },
    above(dn) {
      const key = dnKey(dn);
      const found = (['apps', 'groups', 'users', 'base'] as const).find((kind) => key.endsWith(`,${keys[kind]}`));
      return found === undefined ? '' : { base, users, groups, apps }[found];
    },
    bindNameOf(dn) {
      const key = dnKey(dn);
      return childOf(key, keys.base, 'uid') ?? childOf(key, keys.users, 'uid');
    },
  };
}

/** RFC 4514 section 2.4. */
function escapeValue(value: string): string {
  return value
    .replace(/[,+"\\<>;=]/g, (character) => `\\${character}`)
    .replace(/^[ #]/, (character) => `\\${character}`)
    .replace(/ $/, '\\ ')
    .replaceAll('\0', '\\00');
}
