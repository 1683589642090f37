import type { Router } from 'express';
import { endpoint } from './endpoint.ts';
import { queryText, setLinks } from './query.ts';
import type { ApiContext } from './users.ts';

export function addAgentPoolEndpoint(router: Router, { directory, services }: ApiContext): void {
  endpoint(router, directory, '/agentPools', {
    get: {
      permission: 'okta.users.read',
      handle(request, response) {
        const type = queryText(request, 'poolType');
        const pools = services.agentPools?.list() ?? [];
        setLinks(request, response, undefined);
        response.json(type === undefined ? pools : pools.filter((pool) => pool.type === type));
      },
    },
  });
}
