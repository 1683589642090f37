import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import type { z } from 'zod';
import type { AgentLinks, ParkedPoll } from './agent-links.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { WorkRequest } from './protocol.ts';
import {
  GATEWAY_PREFIX,
  goodbye,
  poll as pollRequest,
  postedResult,
  registrationRequest,
  tokenRequest,
} from './protocol.ts';
import type { RegisteredAgent, RegisteredAgents } from './registered-agents.ts';
import type { Registration } from './registration.ts';

export interface GatewayRoutesOptions {
  readonly agents: RegisteredAgents;
  readonly registration: Registration;
  readonly links: AgentLinks;
  readonly dispatcher: Dispatcher;
  /** Whether Local Okta is stopping: no poll is held any more. */
  readonly stopping: () => boolean;
}

/** How long a poll without work is held. */
const HOLD_MS = 25_000;
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** What agents call; each request but the registration carries the agent's token. */
export function createGatewayRoutes(options: GatewayRoutesOptions): Router {
  const { agents, registration, links, dispatcher } = options;
  const router = Router();
  const json = express.json({ limit: '16kb' });
  // A page holds 500 entries, and a group of a hundred thousand members is one entry.
  const largeJson = express.json({ limit: '64mb' });

  function agentOf(request: Request, response: Response): RegisteredAgent | undefined {
    const [, token] = /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? '') ?? [];
    const agent = token === undefined ? undefined : agents.findByToken(token);
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

  router.post(`${GATEWAY_PREFIX}/poll`, onlyAgents, largeJson, async (request, response) => {
    const agent = agentOf(request, response);
    const body = agent && parse(pollRequest, request, response);
    if (agent === undefined || body === undefined) return;
    const { results, ...beat } = body;
    const from = links.find(agent.id, beat.instance);
    await Promise.all(results.map(({ id, ...result }) => dispatcher.result(from, id, result)));
    if (options.stopping()) {
      response.status(503).set('retry-after', '1').json({ error: 'temporarily_unavailable' });
      return;
    }
    agents.seen(agent, beat);
    let answered = false;
    let parked: ReturnType<AgentLinks['park']> | undefined;
    const poll: ParkedPoll = {
      answer(requests) {
        if (answered) return;
        answered = true;
        clearTimeout(timer);
        parked?.done();
        if (requests.length === 0) response.status(204).end();
        else sendWork(response, requests);
      },
    };
    const timer = setTimeout(() => poll.answer([]), HOLD_MS);
    timer.unref();
    response.on('close', () => {
      clearTimeout(timer);
      if (!answered) parked?.lost();
    });
    parked = links.park(agent.id, beat, poll);
    // Work that waited may have been handed out while it was being parked.
    if (answered) parked.done();
    // The first one is answered at once: so an agent learns that it is connected.
    else if (parked.first) poll.answer([]);
  });

  router.post(`${GATEWAY_PREFIX}/goodbye`, onlyAgents, json, (request, response) => {
    const agent = agentOf(request, response);
    const body = agent && parse(goodbye, request, response);
    if (agent === undefined || body === undefined) return;
    links.goodbye(agent.id, body.instance);
    response.status(204).end();
  });

  router.post(`${GATEWAY_PREFIX}/requests/:id/result`, onlyAgents, largeJson, async (request, response) => {
    const agent = agentOf(request, response);
    const body = agent && parse(postedResult, request, response);
    if (agent === undefined || body === undefined) return;
    const waited = await dispatcher.result(links.find(agent.id, body.instance), String(request.params.id), body);
    // Nobody waits any more: the agent stops reading.
    response.status(waited ? 204 : 410).end();
  });

  return router;
}

/** Without Express's way to answer, whose checksums and look at the request cost more than the rest. */
function sendWork(response: Response, requests: readonly WorkRequest[]): void {
  const body = JSON.stringify({ requests });
  const headers = {
    // Passwords travel in it.
    'cache-control': 'no-store',
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  // A text leaves in one piece with the headers.
  response.writeHead(200, headers).end(body);
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
