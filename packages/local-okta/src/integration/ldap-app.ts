import type { Context } from '../context.ts';
import type { App } from '../directory/apps.ts';
import { dnKey } from '../dn-key.ts';
import { defaultSettings, type IntegrationSettings, parseSettings } from './settings.ts';

/** The directory integration, kept as the app instance that Okta shows it as. */
export interface LdapApp {
  readonly id: string;
  /** Root of the directory; also its name. */
  readonly root: string;
  /** Undefined until somebody has configured it. */
  readonly settings: IntegrationSettings | undefined;
}

export interface LdapApps {
  /** The one integration that imports and signs in: that of the first directory. Others are listed, and no more. */
  primary(): LdapApp | undefined;
  /** The integration of one directory; made when its first agent connects. */
  ensure(root: string): LdapApp;
  idOf(root: string): string | undefined;
  /** Turns an integration that has brought nobody into one of another directory; its settings were about the old one. */
  move(app: LdapApp, root: string): LdapApp;
  configure(app: LdapApp, settings: IntegrationSettings): LdapApp;
}

export const LDAP_APP_KIND = 'ldap';

export function createLdapApps({ directory, config }: Context): LdapApps {
  /** Judging the settings takes longer than all the rest of a sign-in. */
  const known = new WeakMap<App, LdapApp>();

  function read(app: App): LdapApp {
    const found = known.get(app) ?? parse(app);
    known.set(app, found);
    return found;
  }

  function parse(app: App): LdapApp {
    const root = typeof app.settings.root === 'string' ? app.settings.root : '';
    const parsed = app.settings.integration === undefined ? undefined : parseSettings(app.settings.integration, root);
    return { id: app.id, root, settings: parsed?.ok === true ? parsed.settings : undefined };
  }
  const all = (): LdapApp[] => directory.apps.findByKind(LDAP_APP_KIND).map(read);
  const find = (root: string): LdapApp | undefined => all().find((app) => dnKey(app.root) === dnKey(root));

  return {
    primary: () => all()[0],
    idOf: (root) => find(root)?.id,
    ensure(root) {
      const present = find(root);
      if (present !== undefined) return present;
      const id = all().length === 0 ? config.ldapIntegrationId : undefined;
      return read(
        directory.apps.create({
          ...(id === undefined ? {} : { id }),
          name: LDAP_APP_KIND,
          label: root,
          status: 'INACTIVE',
          settings: { root },
        }),
      );
    },
    move: (app, root) => read(directory.apps.update(app.id, { label: root, status: 'INACTIVE', settings: { root } })),
    configure: (app, settings) =>
      read(directory.apps.update(app.id, { status: 'ACTIVE', settings: { root: app.root, integration: settings } })),
  };
}

/** What a form shows before anybody has configured the integration. */
export function settingsOrDefaults(app: LdapApp): IntegrationSettings {
  return app.settings ?? defaultSettings(app.root);
}
