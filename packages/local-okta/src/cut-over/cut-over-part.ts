import express, { type Response, Router } from 'express';
import { z } from 'zod';
import { parseBody } from '../api/body.ts';
import type { PartDefinition } from '../context.ts';
import { callerOf, requireApiToken, requireSuperAdmin } from '../http/api-auth.ts';
import { OktaError } from '../http/okta-error.ts';
import { type LogActor, userActor } from '../system-log/log-event.ts';
import { createDelegatedAuthentication, type SwitchOff, type SwitchResult } from './delegated-authentication.ts';
import { type Counts, createReadiness, type Scenario } from './readiness.ts';

const delegation = z.discriminatedUnion('enabled', [
  z.strictObject({ enabled: z.literal(true) }),
  z.strictObject({
    enabled: z.literal(false),
    resetPasswords: z.boolean().default(true),
    resetTheRest: z.boolean().default(false),
  }),
]);
const profileSource = z.strictObject({ source: z.enum(['LDAP', 'OKTA'], { error: 'must be LDAP or OKTA' }) });

const NAMED = 50;

export type ProfileSource = z.output<typeof profileSource>['source'];

/** How many can sign in, and how, with the logins of the first who could not. */
export type Outlook = Counts & { readonly nobodyLogins: readonly string[] };

export interface CutOverState {
  readonly delegatedAuthentication: boolean;
  readonly profileSource: ProfileSource;
  readonly passwordImportHook: boolean;
  readonly now: Outlook;
  /** Null once it is switched off. */
  readonly after: { readonly resetPasswords: Outlook; readonly keepPasswords: Outlook } | null;
}

/** The switches, as the Admin Console uses them. */
export interface CutOver {
  state(): CutOverState;
  on(actor: LogActor): SwitchResult;
  off(options: SwitchOff, actor: LogActor): SwitchResult;
  setProfileSource(source: ProfileSource, actor: LogActor): SwitchResult;
}

/**
 * The last step of a migration: Okta judges passwords, and profiles are Okta's. Okta has these switches in its Admin
 * Console only, so they lie under `/local`.
 */
export const cutOverPart: PartDefinition = {
  name: 'cut-over',
  create(context) {
    const { directory, services, systemLog } = context;
    const readiness = createReadiness(context);
    const delegatedAuthentication = createDelegatedAuthentication(context, readiness);

    function outlook(scenario: Scenario): Outlook {
      return { ...readiness.counts(scenario), nobodyLogins: readiness.nobody(scenario, NAMED) };
    }

    /** What is so now, and who could sign in after each of the ways to switch. */
    function state(): CutOverState {
      const settings = services.ldapIntegration?.settings();
      const delegates = services.ldapIntegration?.delegates() === true;
      return {
        delegatedAuthentication: delegates,
        profileSource: settings?.sourcesProfiles === true ? 'LDAP' : 'OKTA',
        passwordImportHook: services.passwordImport?.active() === true,
        now: outlook('now'),
        after: delegates
          ? { resetPasswords: outlook('resetPasswords'), keepPasswords: outlook('keepPasswords') }
          : null,
      };
    }

    function setProfileSource(source: ProfileSource, actor: LogActor): SwitchResult {
      const settings = services.ldapIntegration?.settings();
      if (settings === undefined) return { ok: false, problem: 'no LDAP agent has been connected yet' };
      const result = services.ldapIntegration?.configure({ ...settings, sourcesProfiles: source === 'LDAP' });
      if (result?.ok !== true) return { ok: false, problem: 'the settings of the LDAP integration are refused' };
      systemLog.append({
        eventType: 'application.lifecycle.update',
        displayMessage: `Profiles are sourced by ${source}`,
        actor,
        debugData: { profileSource: source },
      });
      return { ok: true };
    }

    services.cutOver = { state, on: delegatedAuthentication.on, off: delegatedAuthentication.off, setProfileSource };

    const actorOf = (response: Response) => userActor(callerOf(response).user);

    function assertDone(result: SwitchResult): void {
      if (!result.ok)
        throw new OktaError('E0000001', { detail: result.problem, causes: [result.problem], status: 409 });
    }

    const guard = [requireApiToken(directory), requireSuperAdmin(directory), express.json({ limit: '16kb' })];
    const router = Router();
    router.get('/local/cut-over', ...guard, (_request, response) => {
      response.json(state());
    });
    router.put('/local/delegated-authentication', ...guard, (request, response) => {
      const wanted = parseBody(request, delegation);
      const actor = actorOf(response);
      assertDone(wanted.enabled ? delegatedAuthentication.on(actor) : delegatedAuthentication.off(wanted, actor));
      response.json(state());
    });
    router.put('/local/profile-source', ...guard, (request, response) => {
      assertDone(setProfileSource(parseBody(request, profileSource).source, actorOf(response)));
      response.json(state());
    });
    return { router };
  },
};
