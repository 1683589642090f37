import { timestamp } from '../clock.ts';
import type { Context } from '../context.ts';
import { HOOK } from '../directory/stored-password.ts';
import type { User } from '../directory/user.ts';
import { selectUsers } from '../directory/user-rows.ts';
import { type LogActor, userActor } from '../system-log/log-event.ts';
import type { Readiness } from './readiness.ts';

export interface SwitchOff {
  /** As in Okta: everybody gets a link and sets an Okta password. Otherwise passwords come by hash or hook. */
  readonly resetPasswords: boolean;
  /** Without `resetPasswords`: those for whom there is neither hash nor hook get a link. */
  readonly resetTheRest: boolean;
}

export type SwitchResult = { readonly ok: true } | { readonly ok: false; readonly problem: string };

/** Statuses in which somebody is given a link to set a password by. */
const GETS_LINK: readonly User['status'][] = ['PROVISIONED', 'ACTIVE', 'RECOVERY', 'PASSWORD_EXPIRED', 'LOCKED_OUT'];
const BEFORE_KEY = 'cut-over.just-in-time';

/**
 * Security > Delegated Authentication > LDAP. Each direction is one transaction: before it the directory judges
 * everybody's password, after it Okta does; there is no moment in which neither would.
 */
export function createDelegatedAuthentication(context: Context, readiness: Readiness) {
  const { store, directory, services, systemLog, clock } = context;

  const refuse = (problem: string): SwitchResult => ({ ok: false, problem });

  /** Why it cannot be switched now. */
  function obstacle(): string | undefined {
    const integration = services.ldapIntegration;
    if (integration?.app()?.settings === undefined) return 'the LDAP integration is not configured yet';
    // It works with the settings of its beginning, and would bring people of the other kind.
    if (integration.jobs.running() !== undefined) return 'an import is running; wait for its end, or cancel it';
    return undefined;
  }

  function saveSettings(delegatedAuthentication: boolean): void {
    const integration = services.ldapIntegration;
    const settings = integration?.settings();
    if (integration === undefined || settings === undefined) throw new Error('There is no integration.');
    let { justInTime } = settings;
    if (delegatedAuthentication) {
      justInTime =
        store.get<{ value: string }>('SELECT value FROM org_settings WHERE key = ?', [BEFORE_KEY])?.value === 'true';
    } else {
      store.run('INSERT OR REPLACE INTO org_settings (key, value) VALUES (?, ?)', [BEFORE_KEY, String(justInTime)]);
      justInTime = false;
    }
    const result = integration.configure({ ...settings, delegatedAuthentication, justInTime });
    if (result?.ok !== true) throw new Error('Settings that were good are refused.');
  }

  function write(id: string, columns: Readonly<Record<string, string | number | null>>): void {
    const names = Object.keys(columns);
    store.run(`UPDATE users SET ${names.map((name) => `${name} = ?`).join(', ')}, last_updated = ? WHERE id = ?`, [
      ...Object.values(columns),
      timestamp(clock),
      id,
    ]);
  }

  const okta = { provider_type: 'OKTA', provider_name: 'OKTA' };
  const byImport = { provider_type: 'IMPORT', provider_name: 'IMPORT' };

  /** Nothing of the directory's password is left: the person sets another. */
  function reset(user: User, actor: LogActor): void {
    if (!GETS_LINK.includes(user.status)) {
      write(user.id, { ...okta, password: null });
      return;
    }
    const changed = user.status === 'RECOVERY' ? {} : { status: 'RECOVERY', status_changed: timestamp(clock) };
    write(user.id, { ...okta, ...changed, password: null, failed_sign_ins: 0 });
    services.outbox?.issue(user, 'reset-password');
    systemLog.append({
      eventType: 'user.account.reset_password',
      displayMessage: 'Fire reset password',
      actor,
      target: [userActor(user)],
    });
  }

  function keep(user: User, hook: boolean, actor: LogActor): void {
    if (hook && user.status !== 'DEPROVISIONED') write(user.id, { ...byImport, password: HOOK, failed_sign_ins: 0 });
    else if (user.passwordKind === 'hash') write(user.id, byImport);
    else if (user.passwordKind === 'own') write(user.id, okta);
    else reset(user, actor);
  }

  function note(enabled: boolean, actor: LogActor, debugData: Readonly<Record<string, string>>): void {
    const app = services.ldapIntegration?.app();
    systemLog.append({
      eventType: 'application.lifecycle.update',
      displayMessage: `${enabled ? 'Enable' : 'Disable'} delegated authentication to LDAP`,
      actor,
      target: app === undefined ? [] : [{ id: app.id, type: 'AppInstance', alternateId: null, displayName: app.root }],
      debugData: { delegatedAuthentication: String(enabled), ...debugData },
    });
    // So many people are different now that whoever keeps a copy reads everything again.
    directory.noteChange({ kind: 'reset' });
  }

  return {
    off(options: SwitchOff, actor: LogActor): SwitchResult {
      const problem = obstacle();
      if (problem !== undefined) return refuse(problem);
      if (services.ldapIntegration?.delegates() !== true) return { ok: true };
      const hook = services.passwordImport?.active() === true;
      const left = readiness.counts('keepPasswords').nobody - readiness.counts('now').nobody;
      if (!options.resetPasswords && !options.resetTheRest && left > 0) {
        return refuse(
          `${left} people who can sign in now could not any more: there is no active password import inline hook, and Okta has no hash of theirs. Make a hook active, or give them links with resetTheRest: true`,
        );
      }
      store.transaction(() => {
        const { items } = selectUsers(store, "users WHERE provider_type = 'LDAP'");
        for (const user of items) {
          if (options.resetPasswords) reset(user, actor);
          else keep(user, hook, actor);
        }
        saveSettings(false);
        note(false, actor, { resetPasswords: String(options.resetPasswords), users: String(items.length) });
      });
      return { ok: true };
    },

    /** Whoever has an entry in the directory signs in with its password again; a password set in Okta is not looked at. */
    on(actor: LogActor): SwitchResult {
      const problem = obstacle();
      if (problem !== undefined) return refuse(problem);
      const integration = services.ldapIntegration;
      if (integration === undefined || integration.delegates()) return { ok: true };
      const operational = services.agentPools
        ?.list()
        .some(({ operationalStatus }) => operationalStatus !== 'INACTIVE' && operationalStatus !== 'DISRUPTED');
      if (operational !== true) return refuse('no LDAP agent is connected: nobody of the directory could sign in');
      store.transaction(() => {
        const { items } = selectUsers(
          store,
          'users JOIN directory_users ON directory_users.user_id = users.id WHERE directory_users.removed = 0',
        );
        for (const user of items) {
          const back = user.status === 'RECOVERY' || user.status === 'PROVISIONED';
          write(user.id, {
            provider_type: 'LDAP',
            provider_name: integration.root() ?? 'LDAP',
            ...(user.passwordKind === 'hook' ? { password: null } : {}),
            ...(back ? { status: 'ACTIVE', status_changed: timestamp(clock) } : {}),
          });
          services.outbox?.revoke(user.id);
        }
        saveSettings(true);
        note(true, actor, { users: String(items.length) });
      });
      return { ok: true };
    },
  };
}
