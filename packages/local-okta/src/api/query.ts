import type { Request, Response } from 'express';
import { isoTime } from '../filter/filter-sql.ts';
import { baseUrl } from '../http/base-url.ts';
import { invalid, OktaError } from '../http/okta-error.ts';

/** A query parameter as text; undefined when absent or empty. @throws OktaError when given twice or unusable */
export function queryText(request: Request, name: string): string | undefined {
  const value: unknown = request.query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw invalid(name, 'must be given once');
  if (value.includes('\0')) throw invalid(name, 'has characters that are not allowed');
  return value;
}

export function queryFlag(request: Request, name: string, absent: boolean): boolean {
  const value = queryText(request, name)?.toLowerCase();
  if (value === undefined) return absent;
  if (value !== 'true' && value !== 'false') throw invalid(name, 'must be true or false');
  return value === 'true';
}

/** Items per page; more than `max` means `max`, as in Okta. */
export function queryLimit(request: Request, absent: number, max: number): number {
  const value = queryText(request, 'limit');
  if (value === undefined) return absent;
  if (!/^\d{1,9}$/.test(value) || Number(value) === 0) throw invalid('limit', 'must be a positive number');
  return Math.min(Number(value), max);
}

export function queryTime(request: Request, name: string): string | undefined {
  const value = queryText(request, name);
  if (value === undefined) return undefined;
  const time = isoTime(value);
  if (time === undefined) throw new OktaError('E0000030', { causes: [`${name}: not a date`] });
  return time;
}

/** Cursors are opaque to callers: they hand back what a `Link` gave them. */
export function queryCursor(request: Request): number | undefined {
  const value = queryText(request, 'after');
  if (value === undefined) return undefined;
  const position = /^[\w-]{1,40}$/.test(value) ? Buffer.from(value, 'base64url').toString() : '';
  if (!/^p\d{1,15}$/.test(position)) throw new OktaError('E0000029');
  return Number(position.slice(1));
}

/**
 * Refuses to sort what is searched for: silence would be a wrong answer. Elsewhere Okta passes both parameters over, as it
 * does `sortOrder` alone; Terraform's provider sends `sortOrder=0` with every search.
 */
export function refuseSorting(request: Request): void {
  if (queryText(request, 'search') !== undefined && queryText(request, 'sortBy') !== undefined) {
    throw invalid('sortBy', 'is not supported by Local Okta');
  }
}

/** Okta's paging: `Link` headers, `self` and where there is more `next`. */
export function setLinks(request: Request, response: Response, next: number | undefined): void {
  const self = new URL(request.originalUrl, baseUrl(request));
  const links = [`<${self.href}>; rel="self"`];
  if (next !== undefined) {
    const url = new URL(self);
    url.searchParams.set('after', Buffer.from(`p${next}`).toString('base64url'));
    links.push(`<${url.href}>; rel="next"`);
  }
  response.set('Link', links);
}
