import express, { Router } from 'express';
import { parseBody } from '../api/body.ts';
import type { PartDefinition } from '../context.ts';
import { callerOf, requireApiToken, requireSuperAdmin } from '../http/api-auth.ts';
import { userActor } from '../system-log/log-event.ts';
import { type FaultSwitches, faultsInForce, faultsSchema, NO_FAULTS } from './faults.ts';
import { createGatewayFaults, createHttpFaults } from './http-faults.ts';

/**
 * What a workshop or a test makes go wrong. Okta has no such switches, so they lie under `/local`. They are kept in
 * memory: a reset and a restart end them. Comes before the parts that it disturbs.
 */
export const faultsPart: PartDefinition = {
  name: 'faults',
  create(context) {
    const { directory, systemLog, services } = context;
    const listeners: Parameters<FaultSwitches['onChange']>[0][] = [];
    let current = NO_FAULTS;

    async function change(wanted: typeof current): Promise<void> {
      current = wanted;
      for (const listener of listeners) await listener(wanted);
    }

    const switches: FaultSwitches = {
      current: () => current,
      async set(wanted, actor) {
        await change(wanted);
        const inForce = faultsInForce(wanted);
        const some = Object.keys(inForce).length > 0;
        systemLog.append({
          eventType: 'local.faults.update',
          displayMessage: some ? 'Faults are switched on in Local Okta' : 'All faults of Local Okta are switched off',
          severity: some ? 'WARN' : 'INFO',
          actor,
          debugData: inForce,
        });
      },
      onChange: (listener) => {
        listeners.push(listener);
      },
    };
    services.faults = switches;

    const router = Router();
    const guard = [requireApiToken(directory), requireSuperAdmin(directory), express.json({ limit: '16kb' })];
    router.get('/local/faults', ...guard, (_request, response) => {
      response.json(current);
    });
    router.put('/local/faults', ...guard, async (request, response) => {
      await switches.set(parseBody(request, faultsSchema), userActor(callerOf(response).user));
      response.json(current);
    });
    router.use(createHttpFaults(context));
    return { router, programs: createGatewayFaults(context), reset: () => change(NO_FAULTS) };
  },
};
