import express, { type Response, Router } from 'express';
import { z } from 'zod';
import { parseBody } from '../api/body.ts';
import type { PartDefinition } from '../context.ts';
import { callerOf, requireApiToken, requireSuperAdmin } from '../http/api-auth.ts';
import { OktaError } from '../http/okta-error.ts';
import { userActor } from '../system-log/log-event.ts';
import { createDelegatedAuthentication, type SwitchResult } from './delegated-authentication.ts';
import { createReadiness, type Scenario } from './readiness.ts';

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

    function outlook(scenario: Scenario) {
      return { ...readiness.counts(scenario), nobodyLogins: readiness.nobody(scenario, NAMED) };
    }

    /** What is so now, and who could sign in after each of the ways to switch. */
    function state() {
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
      const { source } = parseBody(request, profileSource);
      const settings = services.ldapIntegration?.settings();
      if (settings === undefined) assertDone({ ok: false, problem: 'no LDAP agent has been connected yet' });
      const result = services.ldapIntegration?.configure({ ...settings, sourcesProfiles: source === 'LDAP' });
      if (result?.ok !== true) throw new OktaError('E0000001', { detail: 'settings', status: 409 });
      systemLog.append({
        eventType: 'application.lifecycle.update',
        displayMessage: `Profiles are sourced by ${source}`,
        actor: actorOf(response),
        debugData: { profileSource: source },
      });
      response.json(state());
    });
    return { router };
  },
};
