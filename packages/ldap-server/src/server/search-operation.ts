import { type Backend, LdapError, type OperationContext, type SearchEntry, type SearchRequest } from '../backend.ts';
import { controlOid, decodePagedResults, pagedResultsControl } from '../protocol/control.ts';
import { DecodingError } from '../protocol/decoding-error.ts';
import { encodeSearchEntry, type LdapResult } from '../protocol/encode-message.ts';
import { resultCode } from '../protocol/result-code.ts';
import { evaluateFilter, subjectOf } from '../schema/filter-match.ts';
import type { Schema } from '../schema/schema.ts';
import { createAttributeSelection } from './attribute-selection.ts';
import type { createPagedSearches, PausedSearch } from './paged-searches.ts';
import { standardRootDse } from './root-dse.ts';

type Entries = AsyncIterator<SearchEntry> | Iterator<SearchEntry>;

export interface SearchSetting {
  readonly id: number;
  readonly backend: Backend;
  readonly schema: Schema;
  readonly startTls: boolean;
  readonly pages: ReturnType<typeof createPagedSearches>;
  readonly send: (bytes: Buffer) => Promise<void> | undefined;
}

/** Runs one search, or one page of it, and sends what it finds. Throws LdapError. */
export async function runSearch(
  request: SearchRequest,
  context: OperationContext,
  setting: SearchSetting,
): Promise<LdapResult> {
  const page = readPage(context);
  const limits = setting.backend.limits?.(context) ?? {};
  const select = createAttributeSelection(request.attributes, request.typesOnly, setting.schema);
  const query = page === undefined ? '' : JSON.stringify([context.connection.boundDn, request]);

  let paused: PausedSearch | undefined;
  if (page !== undefined && page.cookie.length > 0) {
    paused = setting.pages.take(query, page.cookie);
    // OpenLDAP's answer to a cookie it did not give for this search.
    if (paused === undefined) throw new LdapError(resultCode.unwillingToPerform, 'paged results cookie is invalid');
    if (page.size === 0) {
      paused.stop();
      return { code: resultCode.success, controls: [pagedResultsControl(Buffer.alloc(0))] };
    }
  }
  const { entries, stop } = paused ?? startSearch(request, context, setting);
  const serverLimit = page === undefined ? limits.entries : limits.pagedEntries;
  const sizeLimit = Math.min(request.sizeLimit || Number.POSITIVE_INFINITY, serverLimit ?? Number.POSITIVE_INFINITY);
  const pageSize =
    page === undefined ? Number.POSITIVE_INFINITY : Math.min(page.size, limits.pageSize ?? Number.POSITIVE_INFINITY);
  const deadline = createDeadline(request.timeLimit, limits.seconds, context.signal);

  const following = async (): Promise<SearchEntry | undefined> => {
    const step = await deadline.within(() => entries.next());
    return step.done === true ? undefined : step.value;
  };

  let sent = paused?.sent ?? 0;
  let onThisPage = 0;
  let unfinished = true;
  try {
    let entry = paused?.next ?? (await following());
    while (entry !== undefined) {
      if (sent >= sizeLimit) throw new LdapError(resultCode.sizeLimitExceeded);
      if (onThisPage >= pageSize) {
        const cookie = setting.pages.keep(query, { entries, next: entry, sent, stop });
        unfinished = false;
        return { code: resultCode.success, controls: [pagedResultsControl(cookie)] };
      }
      const full = setting.send(encodeSearchEntry(setting.id, entry.dn, select(entry)));
      sent++;
      onThisPage++;
      if (full !== undefined) await full;
      entry = await following();
    }
    unfinished = false;
  } finally {
    deadline.clear();
    if (unfinished) stop();
  }
  const controls = page === undefined ? [] : [pagedResultsControl(Buffer.alloc(0))];
  return { code: resultCode.success, controls };
}

function readPage(context: OperationContext): { readonly size: number; readonly cookie: Buffer } | undefined {
  const control = context.controls.find(({ oid }) => oid === controlOid.pagedResults);
  if (control === undefined) return undefined;
  try {
    const page = decodePagedResults(control.value ?? Buffer.alloc(0));
    if (page.size < 0) throw new DecodingError('a negative page size');
    if (page.size === 0 && page.cookie.length === 0) return { ...page, size: Number.POSITIVE_INFINITY };
    return page;
  } catch (error) {
    if (!(error instanceof DecodingError)) throw error;
    throw new LdapError(resultCode.protocolError, 'paged results control could not be decoded', { cause: error });
  }
}

const ENDED_EARLY = new Error('the search has ended');

/** Over all its pages a search has one signal: whatever ends it early also ends what the backend is doing for it. */
function startSearch(
  request: SearchRequest,
  context: OperationContext,
  setting: SearchSetting,
): Pick<PausedSearch, 'entries' | 'stop'> {
  const controller = new AbortController();
  const entries = openEntries(request, { ...context, signal: controller.signal }, setting);
  const stop = (): void => {
    controller.abort(ENDED_EARLY);
    void closeEntries(entries);
  };
  return { entries, stop };
}

function openEntries(request: SearchRequest, context: OperationContext, setting: SearchSetting): Entries {
  const { backend } = setting;
  if (request.base === '' && request.scope === 'base') return rootDseEntries(request, context, setting);
  const found = backend.search(request, context);
  return Symbol.asyncIterator in found ? found[Symbol.asyncIterator]() : found[Symbol.iterator]();
}

async function* rootDseEntries(
  request: SearchRequest,
  context: OperationContext,
  setting: SearchSetting,
): AsyncGenerator<SearchEntry> {
  const standard = standardRootDse(setting.backend, setting.startTls);
  const entry = (await setting.backend.rootDse?.(standard, context)) ?? standard;
  if (evaluateFilter(request.filter, subjectOf(entry, setting.schema), setting.schema) === true) yield entry;
}

async function closeEntries(entries: Entries): Promise<void> {
  // A backend that fails to tidy up has already answered; there is nobody left to tell.
  await Promise.resolve(entries.return?.()).catch(() => undefined);
}

/** Ends a search that takes too long, and one that nobody waits for, even while the backend is silent. */
function createDeadline(
  clientSeconds: number,
  serverSeconds: number | undefined,
  signal: AbortSignal,
): { readonly within: <T>(begin: () => Promise<T> | T) => Promise<T> | T; readonly clear: () => void } {
  const seconds = Math.min(clientSeconds || Number.POSITIVE_INFINITY, serverSeconds ?? Number.POSITIVE_INFINITY);
  const end = performance.now() + seconds * 1000;
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    fail = reject;
  });
  ended.catch(() => undefined);
  const abandoned = (): void => fail(new LdapError(resultCode.other, 'abandoned'));
  const timer =
    seconds === Number.POSITIVE_INFINITY
      ? undefined
      : setTimeout(() => fail(new LdapError(resultCode.timeLimitExceeded)), Math.min(seconds * 1000, 2 ** 31 - 1));
  signal.addEventListener('abort', abandoned, { once: true });
  return {
    within: (begin) => {
      if (signal.aborted) throw new LdapError(resultCode.other, 'abandoned');
      if (performance.now() > end) throw new LdapError(resultCode.timeLimitExceeded);
      // Begun only now: a step that nobody waits for could fail unheard, which ends the process.
      const step = begin();
      return step instanceof Promise ? Promise.race([step, ended]) : step;
    },
    clear: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abandoned);
    },
  };
}
