import { AuthError } from '@ldap-to-okta/auth-adapter';
import { Router } from 'express';
import { StateError } from './app-state.ts';
import { withDeadline } from './deadline.ts';
import type { Metrics } from './metrics.ts';

export interface HealthOptions {
  readonly metrics: Metrics;
  /** Rejects with the reason when a sign-in could not be served now. */
  readonly ready: () => Promise<void>;
  readonly stopping: () => boolean;
}

const READY_DEADLINE_MS = 5000;

/** For machines: alive, ready, and counts. None of them says anything of a person, so none asks who is calling. */
export function health({ metrics, ready, stopping }: HealthOptions): Router {
  const router = Router();
  let underWay: Promise<string | undefined> | undefined;

  /** However many ask at once, the directory is asked one question at a time. */
  function whyNotReady(): Promise<string | undefined> {
    underWay ??= withDeadline(ready(), READY_DEADLINE_MS, 'the check')
      .then(
        () => undefined,
        (error: unknown) => codeOf(error),
      )
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  }

  router.get('/healthz', (_request, response) => {
    response.json({ status: 'alive' });
  });
  router.get('/readyz', async (_request, response) => {
    const reason = stopping() ? 'stopping' : await whyNotReady();
    response.status(reason === undefined ? 200 : 503);
    response.json(reason === undefined ? { status: 'ready' } : { status: 'not-ready', reason });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}

function codeOf(error: unknown): string {
  return error instanceof AuthError || error instanceof StateError ? error.code : 'timeout';
}
