import { z } from 'zod';
import type { Store } from '../store/store.ts';
import type { GroupExposure } from './search.ts';

/** Directory Integrations > LDAP Interface. Source: Okta help, "Expose app groups in the LDAP Interface". */
export interface InterfaceSettings {
  /** Added to the org? Until then nobody can bind. */
  readonly enabled: boolean;
  readonly groups: GroupExposure;
}

export const settingsSchema = z.strictObject({
  enabled: z.boolean().optional(),
  groups: z.enum(['okta-groups', 'app-groups', 'all']).optional(),
});

const KEY = 'ldap-interface';
const BEFORE_SETUP: InterfaceSettings = { enabled: false, groups: 'okta-groups' };

export interface SettingsStore {
  get(): InterfaceSettings;
  set(change: z.infer<typeof settingsSchema>): InterfaceSettings;
  isSet(): boolean;
  /** Everything was reset: what was read is out of date. */
  forget(): void;
}

export function createSettingsStore(store: Store): SettingsStore {
  const stored = (): string | undefined =>
    store.get<{ value: string }>('SELECT value FROM org_settings WHERE key = ?', [KEY])?.value;

  /** Asked for at every bind and search. */
  let current: InterfaceSettings | undefined;

  function get(): InterfaceSettings {
    const value = current === undefined ? stored() : undefined;
    current ??= value === undefined ? BEFORE_SETUP : (JSON.parse(value) as InterfaceSettings); // written by set
    return current;
  }

  return {
    get,
    isSet: () => stored() !== undefined,
    set({ enabled, groups }) {
      const before = get();
      const after = { enabled: enabled ?? before.enabled, groups: groups ?? before.groups };
      store.run('INSERT OR REPLACE INTO org_settings (key, value) VALUES (?, ?)', [KEY, JSON.stringify(after)]);
      current = after;
      return after;
    },
    forget() {
      current = undefined;
    },
  };
}
