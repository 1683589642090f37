import { type Filter, SearchRequest } from 'ldapts';
import { LdapAuthError } from './errors.ts';
import type { Scope } from './options.ts';
import type { RawEntry } from './response.ts';
import { errorOf, outcomeOf, ResultCode } from './result-codes.ts';
import type { ServicePool } from './service-pool.ts';
import type { OnStep } from './step.ts';

export interface Search {
  readonly purpose: 'user' | 'groups';
  readonly base: string;
  readonly scope: Scope;
  readonly filter: Filter;
  readonly attributes: readonly string[];
  /** 0: as many as the directory gives. */
  readonly sizeLimit: number;
}

export interface SearchContext {
  readonly pool: ServicePool;
  /** Limit of one operation, in milliseconds; the directory is asked to keep it too. */
  readonly timeout: number;
  readonly onStep: OnStep | undefined;
}

/**
 * One search as the service account.
 * @throws LdapAuthError for anything but success, save that our own size limit is only a full result
 */
export async function search(context: SearchContext, what: Search): Promise<readonly RawEntry[]> {
  const startedAt = performance.now();
  const report = (outcome: string, entries: number): void => {
    const { purpose, base, scope } = what;
    const ms = performance.now() - startedAt;
    context.onStep?.({
      kind: 'search',
      purpose,
      base,
      scope,
      // Written when somebody reads it: most observers count and time.
      get filter() {
        return what.filter.toString();
      },
      entries,
      outcome,
      ms,
    });
  };
  try {
    const { result, entries } = await context.pool.send(
      new SearchRequest({
        messageId: 0,
        baseDN: what.base,
        scope: what.scope,
        filter: what.filter,
        // ldapts wants an array of its own type; it does not change it.
        attributes: what.attributes as string[],
        sizeLimit: what.sizeLimit,
        timeLimit: Math.ceil(context.timeout / 1_000),
      }),
      context.onStep,
    );
    const isOurLimit =
      result.status === ResultCode.sizeLimitExceeded && what.sizeLimit > 0 && entries.length >= what.sizeLimit;
    if (result.status !== ResultCode.success && !isOurLimit) {
      throw errorOf(result, what.purpose === 'user' ? 'Searching the user' : 'Searching groups');
    }
    report('ok', entries.length);
    return entries;
  } catch (error) {
    report(outcomeOf(error), 0);
    throw error;
  }
}

/** Whether a base exists, without reading anything. @throws LdapAuthError */
export async function checkBase(context: SearchContext, base: string, name: string, anything: Filter): Promise<void> {
  const { result } = await context.pool.send(
    new SearchRequest({
      messageId: 0,
      baseDN: base,
      scope: 'base',
      filter: anything,
      attributes: ['1.1'],
      sizeLimit: 1,
    }),
    context.onStep,
  );
  if (result.status === ResultCode.noSuchObject || result.status === ResultCode.invalidDnSyntax) {
    throw errorOf(result, name);
  }
  if (result.status === ResultCode.busy || result.status === ResultCode.unavailable) {
    throw new LdapAuthError('unavailable', `${name} cannot be checked now`);
  }
}
