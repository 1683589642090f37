import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { Metrics } from './metrics.ts';

const ROUTES = new Set(['/', '/login', '/logout', '/profile', '/user', '/signed-out', '/trace']);
const QUIET = /^\/(?:healthz|readyz|metrics|assets\/)/;

export interface RequestLogOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** A proxy that is trusted may have given the request its id already. */
  readonly acceptRequestId: boolean;
}

/**
 * One line for each request, with an id that the answer carries as well. Of the address only the path is logged: a
 * query may hold an authorization code, a body holds passwords, and cookies are sessions.
 */
export function createRequestLog({ logger, metrics, acceptRequestId }: RequestLogOptions): RequestHandler {
  const log = pinoHttp({
    logger,
    quietReqLogger: true,
    quietResLogger: true,
    customAttributeKeys: { reqId: 'requestId' },
    // The line of a request says by itself what is needed of it.
    wrapSerializers: false,
    serializers: { req: () => undefined, res: () => undefined },
    genReqId: (request, response) => {
      const given = acceptRequestId ? request.headers['x-request-id'] : undefined;
      const id = typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
      response.setHeader('X-Request-Id', id);
      return id;
    },
    autoLogging: { ignore: (request) => QUIET.test(request.url ?? '') },
    customLogLevel: (_, response, error) => (error !== undefined || response.statusCode >= 500 ? 'error' : 'info'),
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
    customSuccessObject: (request, response, value: { responseTime: number }) =>
      summary(request, response, value.responseTime),
    customErrorObject: (request, response, _, value: { responseTime: number }) =>
      summary(request, response, value.responseTime),
  });
  return (request, response, next) => {
    const start = performance.now();
    response.once('finish', () => {
      const route = ROUTES.has(request.path) ? request.path : 'other';
      if (!QUIET.test(request.path)) {
        metrics.request(request.method, route, response.statusCode, (performance.now() - start) / 1000);
      }
    });
    log(request, response, next);
  };
}

/** Express' `path` can differ from `url` while a router is mounted; `originalUrl` never changes. */
function summary(request: IncomingMessage & { originalUrl?: string }, response: ServerResponse, ms: number): object {
  const path = (request.originalUrl ?? request.url ?? '').split('?', 1)[0]?.slice(0, 200);
  return { method: request.method, path, status: response.statusCode, ms };
}
