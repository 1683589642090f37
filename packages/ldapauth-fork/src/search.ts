import { LdapAuthError } from './errors.ts';
import type { PlacedFilter } from './filter-template.ts';
import { type Request, readNothing, type SearchShape, searchRequests } from './request.ts';
import type { RawEntry } from './response.ts';
import { errorOf, outcomeOf, ResultCode } from './result-codes.ts';
import type { ServicePool } from './service-pool.ts';
import type { OnStep } from './step.ts';

/** A search that is made over and over with another filter. */
export interface Search extends SearchShape {
  readonly purpose: 'user' | 'groups';
  readonly requestWith: (filter: PlacedFilter) => Request;
}

export function prepareSearch(purpose: Search['purpose'], shape: SearchShape): Search {
  return { ...shape, purpose, requestWith: searchRequests(shape) };
}

export interface SearchContext {
  readonly pool: ServicePool;
  readonly onStep: OnStep | undefined;
}

/**
 * One search as the service account.
 * @throws LdapAuthError for anything but success, save that our own size limit is only a full result
 */
export async function search(context: SearchContext, what: Search, filter: PlacedFilter): Promise<readonly RawEntry[]> {
  const { purpose, base, scope, sizeLimit } = what;
  const startedAt = performance.now();
  let outcome = 'ok';
  let found = 0;
  try {
    const { result, entries } = await context.pool.send(what.requestWith(filter), context.onStep);
    const isOurLimit = result.status === ResultCode.sizeLimitExceeded && sizeLimit > 0 && entries.length >= sizeLimit;
    if (result.status !== ResultCode.success && !isOurLimit) {
      throw errorOf(result, purpose === 'user' ? 'Searching the user' : 'Searching groups');
    }
    found = entries.length;
    return entries;
  } catch (error) {
    outcome = outcomeOf(error);
    throw error;
  } finally {
    const ms = performance.now() - startedAt;
    context.onStep?.({ kind: 'search', purpose, base, scope, filter: filter.text, entries: found, outcome, ms });
  }
}

/** Whether a base exists, without reading anything. @throws LdapAuthError */
export async function checkBase({ pool, onStep }: SearchContext, base: string, name: string): Promise<void> {
  const { result } = await pool.send(readNothing(base), onStep);
  if (result.status === ResultCode.noSuchObject || result.status === ResultCode.invalidDnSyntax) {
    throw errorOf(result, name);
  }
  if (result.status === ResultCode.busy || result.status === ResultCode.unavailable) {
    throw new LdapAuthError('unavailable', `${name} cannot be checked now`);
  }
}
