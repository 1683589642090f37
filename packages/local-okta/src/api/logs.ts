import type { Request, Response, Router } from 'express';
import type { Context } from '../context.ts';
import { compileFilter } from '../filter/filter-sql.ts';
import { invalid } from '../http/okta-error.ts';
import { logFilter } from '../system-log/log-filter.ts';
import { endpoint } from './endpoint.ts';
import { queryCursor, queryLimit, queryText, queryTime, setLinks } from './query.ts';

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

export function addLogEndpoint(
  router: Router,
  { directory, systemLog, clock }: Pick<Context, 'directory' | 'systemLog' | 'clock'>,
): void {
  function read(request: Request, response: Response): void {
    const since = queryTime(request, 'since');
    const until = queryTime(request, 'until');
    const filter = queryText(request, 'filter');
    const order = queryText(request, 'sortOrder') ?? 'ASCENDING';
    if (order !== 'ASCENDING' && order !== 'DESCENDING') throw invalid('sortOrder', 'must be ASCENDING or DESCENDING');
    const words = queryText(request, 'q')?.split(/\s+/).filter(Boolean) ?? [];
    if (words.length > 10) throw invalid('q', 'has more than 10 words');
    const page = systemLog.query({
      since: since ?? new Date(clock.now() - WEEK_MS).toISOString(),
      until,
      words,
      where: filter === undefined ? undefined : compileFilter(filter, logFilter),
      after: queryCursor(request),
      limit: queryLimit(request, 100, 1000),
      descending: order === 'DESCENDING',
    });
    // Who gives `since` and no `until` follows the log: there is always a next page, for now perhaps an empty one.
    const polling = since !== undefined && until === undefined && order === 'ASCENDING';
    setLinks(request, response, page.more || polling ? (page.next ?? 0) : undefined);
    response.json(page.events);
  }

  endpoint(router, directory, '/logs', { get: { permission: 'okta.users.read', handle: read } });
}
