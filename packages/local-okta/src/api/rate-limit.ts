import type { RequestHandler, Response } from 'express';
import type { Clock } from '../clock.ts';
import { OktaError } from '../http/okta-error.ts';

/** Requests per minute and org, like Okta's defaults. The first that fits counts. Source: Okta, "Rate limits". */
const BUCKETS: readonly { readonly name: string; readonly path: RegExp; readonly limit: number }[] = [
  { name: 'users', path: /^\/users\/?$/i, limit: 600 },
  { name: 'user', path: /^\/users\//i, limit: 1000 },
  { name: 'groups', path: /^\/groups\/?$/i, limit: 500 },
  { name: 'group', path: /^\/groups\//i, limit: 1000 },
  { name: 'apps', path: /^\/apps\/?$/i, limit: 200 },
  { name: 'app', path: /^\/apps\//i, limit: 500 },
  { name: 'logs', path: /^\/logs\/?$/i, limit: 120 },
  { name: 'other', path: /^/, limit: 1200 },
];

const UNAUTHENTICATED_LIMIT = 600;
const WINDOW_MS = 60_000;

interface Window {
  start: number;
  count: number;
}

export interface RateLimiter {
  /** Counts a request of a known caller, by its endpoint. */
  readonly perEndpoint: RequestHandler;
  /** Counts one that was refused for its token, so that nobody guesses tokens at full speed. */
  countRefused(response: Response): void;
  reset(): void;
}

export function createRateLimiter({ clock, enabled }: { clock: Clock; enabled: boolean }): RateLimiter {
  const windows = new Map<string, Window>();

  function count(response: Response, name: string, limit: number): void {
    if (!enabled) return;
    const now = clock.now();
    let window = windows.get(name);
    if (window === undefined || now >= window.start + WINDOW_MS || now < window.start) {
      window = { start: now, count: 0 };
      windows.set(name, window);
    }
    window.count += 1;
    const reset = Math.ceil((window.start + WINDOW_MS) / 1000);
    response.set({
      'X-Rate-Limit-Limit': String(limit),
      'X-Rate-Limit-Remaining': String(Math.max(0, limit - window.count)),
      'X-Rate-Limit-Reset': String(reset),
    });
    if (window.count > limit) throw new OktaError('E0000047');
  }

  return {
    perEndpoint(request, response, next) {
      const bucket = BUCKETS.find(({ path }) => path.test(request.path));
      if (bucket !== undefined) count(response, bucket.name, bucket.limit);
      next();
    },
    countRefused: (response) => count(response, 'unauthenticated', UNAUTHENTICATED_LIMIT),
    reset: () => windows.clear(),
  };
}
