import { setTimeout as sleep } from 'node:timers/promises';
import { type RequestHandler, Router } from 'express';
import { GATEWAY_PREFIX } from '../agents/protocol.ts';
import type { Context } from '../context.ts';
import { OktaError } from '../http/okta-error.ts';
import { faultsOf } from './faults.ts';

/** The authorization servers, each with and without its name. */
const SERVERS = ['/oauth2', '/oauth2/default'];
const endpoints = (...names: readonly string[]): string[] =>
  SERVERS.flatMap((server) => names.map((name) => `${server}/v1/${name}`));
const DISCOVERY = ['', ...SERVERS].map((issuer) => `${issuer}/.well-known/openid-configuration`);

/** The faults of what speaks HTTP: in front of it, so that it need not know of them. */
export function createHttpFaults({ services, clock }: Pick<Context, 'services' | 'clock'>): Router {
  const router = Router();

  const discovery: RequestHandler = (request, _response, next) => {
    if (faultsOf(services).discoveryUnreachable) request.socket.destroy();
    else next();
  };

  /** Node's own Date is the computer's; clients compare their clock with this one. */
  const date: RequestHandler = (_request, response, next) => {
    const { clockOffsetSeconds } = faultsOf(services);
    if (clockOffsetSeconds !== 0) response.set('Date', new Date(clock.now() + clockOffsetSeconds * 1000).toUTCString());
    next();
  };

  const token: RequestHandler = async (_request, response, next) => {
    const { tokenEndpointDelayMs, tokenEndpointFails } = faultsOf(services);
    if (tokenEndpointDelayMs > 0) await sleep(tokenEndpointDelayMs, undefined, { ref: false });
    // As a gateway in front of a broken service says it: no JSON.
    if (tokenEndpointFails) response.status(503).type('text').send('Service Unavailable\n');
    else next();
  };

  const rateLimit: RequestHandler = (_request, response, next) => {
    if (!faultsOf(services).rateLimitReached) return next();
    response.set({
      'X-Rate-Limit-Limit': '600',
      'X-Rate-Limit-Remaining': '0',
      'X-Rate-Limit-Reset': String(Math.ceil(clock.now() / 1000) + 60),
    });
    throw new OktaError('E0000047');
  };

  router.use(date);
  router.use(['/api/v1', ...endpoints('token', 'userinfo', 'introspect', 'revoke')], rateLimit);
  router.use(DISCOVERY, discovery);
  router.use(endpoints('token'), token);
  return router;
}

/** The same for the agents' way in, which lies before all that is for people. */
export function createGatewayFaults({ services }: Pick<Context, 'services'>): Router {
  const router = Router();
  router.use(GATEWAY_PREFIX, (_request, response, next) => {
    if (!faultsOf(services).agentsUnreachable) return next();
    response.status(503).set('retry-after', '1').json({ error: 'temporarily_unavailable' });
  });
  return router;
}
