import { csrfSync } from 'csrf-sync';
import type { Request, RequestHandler } from 'express';

const csrf = csrfSync({
  size: 32,
  getTokenFromRequest: (request) => {
    // The type of a parsed body is unknown: a form may hold anything, JSON any value at all.
    const body: unknown = request.body;
    const fromForm = typeof body === 'object' && body !== null && '_csrf' in body ? body._csrf : undefined;
    const token = fromForm ?? request.headers['x-csrf-token'];
    return typeof token === 'string' ? token : undefined;
  },
});

/** Refuses a form that this app did not show to this session, with a 403 error of code `EBADCSRFTOKEN`. */
export const csrfProtection: RequestHandler = csrf.csrfSynchronisedProtection;

/** The token of this session; makes one, and with it the session, when there is none. */
export function csrfToken(request: Request): string {
  return csrf.generateToken(request);
}
