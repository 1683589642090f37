import type { Observer } from '@ldap-to-okta/auth-adapter';
import type { Request } from 'express';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';

/** Steps of sign-ins: always counted, and logged at debug level under the request's id. */
export function countSteps(metrics: Metrics): Observer {
  return (step, request) => {
    metrics.step(step);
    request?.log.debug({ step }, 'sign-in step');
  };
}

export function logSteps(log: Logger): Observer {
  return (step) => log.debug({ step }, 'sign-in step');
}

/** Tells both, where there are two. */
export function both(one: Observer, other: Observer | undefined): Observer {
  if (other === undefined) {
    return one;
  }
  return (step, request) => {
    one(step, request);
    other(step, request);
  };
}

/** Tells when a redirect sign-in has put somebody into the session, which the adapter does by itself. */
export function watchRedirects(
  identityOf: (request: Request) => { readonly username: string } | undefined,
  metrics: Metrics,
) {
  return (request: Request, response: NodeJS.EventEmitter): void => {
    if (identityOf(request) !== undefined) {
      return;
    }
    response.once('finish', () => {
      const identity = request.session === undefined ? undefined : identityOf(request);
      if (identity !== undefined) {
        metrics.signIn('ok');
        request.log.info({ outcome: 'ok', username: identity.username }, 'sign-in');
      }
    });
  };
}
