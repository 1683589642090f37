import type { IncomingMessage } from 'node:http';
import { Router } from 'express';
import type { PartDefinition } from '../context.ts';
import { dnKey } from '../dn-key.ts';
import { faultsOf } from '../faults/faults.ts';
import { slowedDown } from '../faults/slow-directory.ts';
import { requireApiToken, requireSuperAdmin } from '../http/api-auth.ts';
import { OktaError } from '../http/okta-error.ts';
import { type AgentLink, createAgentLinks } from './agent-links.ts';
import { viewAgentPools } from './agent-pools.ts';
import { createApprovalRoutes } from './approval-routes.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createGatewayRoutes } from './gateway-routes.ts';
import { createLinkServer } from './link-server.ts';
import { createRegisteredAgents, type RegisteredAgent } from './registered-agents.ts';
import { createRegistration } from './registration.ts';
import { createRemoteDirectory } from './remote-directory.ts';
import { agentsSchema } from './schema.ts';

/** The gateway of the LDAP agents: registration, their work, their state. */
export const agentsPart: PartDefinition = {
  name: 'agents',
  schema: agentsSchema,
  create(context) {
    const { directory, systemLog, clock, log, services } = context;
    const agents = createRegisteredAgents(context);
    directory.onChange((changes) => {
      if (changes.some(({ kind }) => kind === 'reset')) agents.forget();
    });
    const registration = createRegistration(context, agents);

    function logLink(link: AgentLink, connected: boolean): void {
      const word = connected ? 'reconnect' : 'disconnect';
      systemLog.append({
        eventType: `system.agent.ldap.${word}`,
        displayMessage: connected ? 'Connect LDAP agent to Okta' : 'Disconnect LDAP agent from Okta',
        outcome: connected || link.leaving ? { result: 'SUCCESS' } : { result: 'FAILURE', reason: 'Connection lost' },
        target: [{ id: link.agentId, type: 'LDAPAgent', alternateId: link.beat.root, displayName: link.beat.name }],
      });
    }

    let stopped = false;
    /** Between a reset and the seed after it, an agent's token is neither good nor gone. */
    let resetting = false;
    const dispatcher: Dispatcher = createDispatcher({ links: () => links.all(), now: Date.now, rootKey: dnKey });
    const links = createAgentLinks({
      now: () => clock.now(),
      onArrived(link) {
        logLink(link, true);
        const others = links.all().filter((one) => one !== link && !one.leaving && one.beat.directory.ok);
        services.ldapIntegration?.agentConnected(
          link.beat.root,
          others.map(({ beat }) => beat.root),
        );
        dispatcher.arrived(link);
      },
      onLost(link) {
        dispatcher.lost(link);
        if (!stopped) logLink(link, false);
      },
    });

    services.agentPools = {
      list: () =>
        viewAgentPools({
          agents: agents.list(),
          links: links.all(),
          rootKey: dnKey,
          poolId: (root) => services.ldapIntegration?.idOf(root) ?? '',
        }),
    };
    services.remoteDirectory = slowedDown(
      createRemoteDirectory(dispatcher, () => services.ldapIntegration?.root()),
      () => faultsOf(services).agentDelayMs,
    );

    function dropAll(): void {
      for (const link of links.all()) links.drop(link.agentId);
    }
    services.faults?.onChange(({ agentsUnreachable }) => {
      if (agentsUnreachable) dropAll();
    });

    const router = Router();
    router.use(createApprovalRoutes(context, registration));
    router.delete(
      '/local/agents/:id',
      requireApiToken(directory),
      requireSuperAdmin(directory),
      (request, response) => {
        const id = String(request.params.id);
        if (!agents.remove(id)) throw new OktaError('E0000007', { detail: `${id} (Agent)` });
        links.drop(id);
        response.status(204).end();
      },
    );

    function agentOf({ headers }: IncomingMessage): RegisteredAgent | undefined {
      const [, token] = /^Bearer ([\w-]{1,200})$/.exec(headers.authorization ?? '') ?? [];
      return token === undefined ? undefined : agents.findByToken(token);
    }

    return {
      router,
      programs: createGatewayRoutes({ agentOf, registration, links, dispatcher }),
      upgrade: createLinkServer({
        agentOf,
        links,
        dispatcher,
        unavailable: () => stopped || resetting || faultsOf(services).agentsUnreachable,
        seen(agent, link) {
          link.lastSeen = clock.now();
          agents.seen(agent, link.beat);
        },
        onError: (error) => log.error({ err: error }, "an agent's answer could not be worked on"),
      }),
      seed() {
        resetting = false;
      },
      close() {
        stopped = true;
        dispatcher.close();
        links.close();
      },
      reset() {
        resetting = true;
        registration.reset();
        // Their tokens are gone: they come back, and hear that.
        dropAll();
      },
    };
  },
};
