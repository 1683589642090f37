import { createAuthenticate } from '../authn.ts';
import type { PartDefinition } from '../context.ts';
import { isDoneByItself } from '../set-up.ts';
import { ensureServiceUser } from './auto-setup.ts';
import { createLdapIntegration } from './integration.ts';
import { createIntegrationRoutes } from './routes.ts';
import { integrationSchema } from './schema.ts';

/** The LDAP directory integration: settings, imports, just-in-time users; and sign-in with whoever keeps the password. */
export const integrationPart: PartDefinition = {
  name: 'integration',
  schema: integrationSchema,
  create(context) {
    const integration = createLdapIntegration(context);
    context.services.ldapIntegration = integration;
    context.services.profileSource = ({ id }) =>
      integration.settings()?.sourcesProfiles === true && integration.dnOf(id) !== undefined
        ? integration.root()
        : undefined;
    context.services.authenticate = createAuthenticate(context);

    async function stop(): Promise<void> {
      const running = integration.jobs.running();
      if (running !== undefined) integration.jobs.cancel(running);
      await integration.jobs.idle();
    }

    return {
      router: createIntegrationRoutes(context, integration),
      async seed() {
        integration.recover();
        const { setup, ldapServicePassword } = context.config;
        if (isDoneByItself(setup, 3)) await ensureServiceUser(context, ldapServicePassword);
      },
      close: stop,
      reset: stop,
    };
  },
};
