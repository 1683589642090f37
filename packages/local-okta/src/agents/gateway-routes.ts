import type { IncomingMessage } from 'node:http';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import type { z } from 'zod';
import type { AgentLinks } from './agent-links.ts';
import type { Dispatcher } from './dispatcher.ts';
import { GATEWAY_PREFIX, MAX_RESULT_BYTES, postedResult, registrationRequest, tokenRequest } from './protocol.ts';
import type { RegisteredAgent } from './registered-agents.ts';
import type { Registration } from './registration.ts';

export interface GatewayRoutesOptions {
  /** The agent with this request's token. */
  readonly agentOf: (request: IncomingMessage) => RegisteredAgent | undefined;
  readonly registration: Registration;
  readonly links: AgentLinks;
  readonly dispatcher: Dispatcher;
}

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** What agents post: the registration and, with their token, the pages of a search. */
export function createGatewayRoutes(options: GatewayRoutesOptions): Router {
  const { registration, links, dispatcher } = options;
  const router = Router();
  const json = express.json({ limit: '16kb' });
  const largeJson = express.json({ limit: MAX_RESULT_BYTES });
  const page = express.raw({ limit: MAX_RESULT_BYTES, type: 'application/json' });

  function agentOf(request: Request, response: Response): RegisteredAgent | undefined {
    const agent = options.agentOf(request);
    if (agent === undefined) response.status(401).json({ error: 'invalid_token' });
    return agent;
  }

  /** Before its body is read: strangers hand in nothing. */
  const onlyAgents: RequestHandler = (request, response, next) => {
    if (agentOf(request, response) !== undefined) next();
  };

  router.post(`${GATEWAY_PREFIX}/device/authorize`, json, (request, response) => {
    const body = parse(registrationRequest, request, response);
    if (body !== undefined) response.json(registration.start(body));
  });

  router.post(`${GATEWAY_PREFIX}/token`, json, (request, response) => {
    const body = parse(tokenRequest, request, response);
    if (body === undefined) return;
    if (body.grant_type !== DEVICE_GRANT) {
      response.status(400).json({ error: 'unsupported_grant_type' });
      return;
    }
    const answer = registration.poll(body.device_code);
    response.set('cache-control', 'no-store');
    if (!answer.ok) {
      response.status(400).json({ error: answer.error });
      return;
    }
    response.json({ access_token: answer.token, token_type: 'Bearer', agent_id: answer.agent.id });
  });

  router.post(`${GATEWAY_PREFIX}/requests/:id/page`, onlyAgents, page, async (request, response) => {
    // Read when its turn comes: until then it is bytes and no objects.
    const json = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const waited = await dispatcher.result(undefined, String(request.params.id), { final: false, json });
    // Nobody waits any more: the agent stops reading.
    response.status(waited ? 204 : 410).end();
  });

  router.post(`${GATEWAY_PREFIX}/requests/:id/result`, onlyAgents, largeJson, async (request, response) => {
    const agent = agentOf(request, response);
    const body = agent && parse(postedResult, request, response);
    if (agent === undefined || body === undefined) return;
    const waited = await dispatcher.result(links.find(agent.id, body.instance), String(request.params.id), body);
    response.status(waited ? 204 : 410).end();
  });

  return router;
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  request: Request,
  response: Response,
): z.output<Schema> | undefined {
  const result = schema.safeParse(request.body);
  if (result.success) return result.data;
  response.status(400).json({
    error: 'invalid_request',
    error_description: result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  });
  return undefined;
}
