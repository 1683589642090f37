import type { Asked } from '@ldap-to-okta/auth-adapter';
import {
  type Attempt,
  createSystemLogReader,
  explain,
  type LogReading,
  recent,
  SKEW_MS,
} from '@ldap-to-okta/sign-in-trace';
import { type Request, Router } from 'express';
import { LRUCache } from 'lru-cache';
import { csrfToken } from './csrf.ts';
import type { IdentitySource } from './current-identity.ts';
import type { Site } from './pages/layout.ts';
import { tracePage } from './pages/trace-page.ts';
import type { SignInTraceConfig } from './web-config.ts';

export interface TraceRouteOptions {
  readonly site: Site;
  readonly asks: Asked;
  readonly config: SignInTraceConfig;
  readonly identityOf: IdentitySource['identityOf'];
}

/** Okta counts requests for its log: a page that is loaded again at once gets the same answer. */
const FRESH_MS = 2_000;

/** `/trace`: the last sign-ins of this browser, explained. It shows what is in the session of the request, and nothing else. */
export function traceRoute({ site, asks, config, identityOf }: TraceRouteOptions): Router {
  const router = Router();
  const reader = asks.who === 'okta' && config.okta !== undefined ? createSystemLogReader(config.okta) : undefined;
  const readings = new LRUCache<string, Promise<LogReading>>({ max: 200, ttl: FRESH_MS });

  function logOf(request: Request, attempt: Attempt): Promise<LogReading> | undefined {
    const key = `${request.sessionID} ${attempt.startedAt}`;
    const known = readings.get(key);
    if (known !== undefined || reader === undefined) {
      return known;
    }
    const reading = reader.read(attempt.startedAt - SKEW_MS, (attempt.end?.at ?? Date.now()) + SKEW_MS);
    readings.set(key, reading);
    return reading;
  }

  router.get('/trace', async (request, response) => {
    const attempts = recent(request.session.signInAttempts ?? [], Date.now()).reverse();
    const wanted = Number(request.query.attempt ?? 1);
    const number = Number.isInteger(wanted) && wanted >= 1 && wanted <= attempts.length ? wanted : 1;
    const attempt = attempts[number - 1];
    const explanation = attempt && explain({ attempt, asks, log: await logOf(request, attempt) });
    const signedIn = identityOf(request) === undefined ? undefined : { csrfToken: csrfToken(request) };
    response.send(tracePage(site, { attempts, number, explanation, signedIn }));
  });
  return router;
}
