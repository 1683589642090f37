import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import { AgentError } from '../agents/agent-error.ts';
import type { Entry } from '../agents/protocol.ts';
import type { RemoteDirectory } from '../agents/remote-directory.ts';
import type { Store } from '../store/store.ts';
import { importGroupsPage, reportStrangers } from './import-groups-phase.ts';
import type { ImportKind, ImportPhase } from './import-runs.ts';
import { importUsersPage } from './import-users-phase.ts';
import type { ImportWork } from './import-work.ts';
import { groupAttributes, userAttributes } from './mapping.ts';
import type { Watermarks } from './watermarks.ts';

/** How an import ended that did not fail. */
export type ImportEnd =
  | { readonly state: 'completed' | 'cancelled' }
  | { readonly state: 'stopped'; readonly message: string };

export interface RunImportOptions {
  readonly kind: ImportKind;
  readonly work: ImportWork;
  readonly store: Store;
  readonly remote: RemoteDirectory;
  readonly watermarks: Watermarks;
  readonly signal: AbortSignal;
  readonly onProgress: (phase: ImportPhase) => void;
}

/** As the agent's own default, `ldapSearchPageSize`. */
const USER_PAGE = 500;
/** Entries that are written at once: fewer cost more commits, more would keep other requests waiting. */
const TRANSACTION = 2_000;
/** Groups are as large as their members are many. */
const GROUP_PAGE = 100;
/** How often a search is begun again when its agent goes away; another one may be there or come. */
const ATTEMPTS = 6;

/**
 * Reads users, then groups; removes what a full import has not seen; brings memberships up to date. Each page is one
 * transaction, and seeing a page twice changes nothing, so that a kill at any moment costs nothing but time.
 * @throws AgentError when the directory cannot be read
 */
export async function runImport(options: RunImportOptions): Promise<ImportEnd> {
  const { kind, work, store, signal, onProgress } = options;
  const cancelled: ImportEnd = { state: 'cancelled' };
  const presentBefore = work.records.countPresent();

  for (const phase of ['users', 'groups'] as const) {
    const take = phase === 'users' ? importUsersPage : importGroupsPage;
    const complete = await readAll(options, phase, (entries) => {
      store.transaction(() => {
        take(work, entries);
        onProgress(phase);
      });
    });
    if (!complete) return cancelled;
  }

  if (kind === 'full') {
    const gone = work.records.countUnseen(work.run);
    const percent = presentBefore === 0 ? 0 : (gone / presentBefore) * 100;
    if (gone > 0 && percent > work.settings.import.safeguardPercent) {
      const message = `The import safeguard stopped it: ${gone} of ${presentBefore} users (${Math.round(percent)} %) would be removed, and ${work.settings.import.safeguardPercent} % are allowed. Nothing was removed.`;
      return { state: 'stopped', message };
    }
    if (!(await removeGone(options))) return cancelled;
  }

  onProgress('memberships');
  store.transaction(() => reportStrangers(work));
  while (work.groupRecords.syncOne()) {
    if (signal.aborted) return cancelled;
    await breathe();
  }
  return { state: 'completed' };
}

async function readAll(
  { kind, work, remote, watermarks, signal }: RunImportOptions,
  phase: 'users' | 'groups',
  take: (entries: readonly Entry[]) => void,
): Promise<boolean> {
  const { settings } = work;
  const from = kind === 'incremental' ? watermarks.from(phase) : undefined;
  const filter = phase === 'users' ? settings.userObjectFilter : settings.groupObjectFilter;
  const question = {
    base: phase === 'users' ? settings.userSearchBase : settings.groupSearchBase,
    scope: 'sub' as const,
    filter: from === undefined ? filter : `(&${filter}(modifyTimestamp>=${from}))`,
    attributes: phase === 'users' ? userAttributes(settings) : groupAttributes(settings),
    pageSize: phase === 'users' ? USER_PAGE : GROUP_PAGE,
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      let waiting: Entry[] = [];
      for await (const entries of remote.pages(question)) {
        if (signal.aborted) return false;
        waiting = waiting.concat(entries);
        if (waiting.length < TRANSACTION) continue;
        take(waiting);
        waiting = [];
      }
      if (signal.aborted) return false;
      take(waiting);
      return true;
    } catch (error) {
      const away = error instanceof AgentError && (error.code === 'agent-lost' || error.code === 'agent-unavailable');
      if (!away || attempt >= ATTEMPTS || signal.aborted) throw error;
      await sleep(500 * attempt, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function removeGone({ work, store, signal, onProgress }: RunImportOptions): Promise<boolean> {
  for (let after = ''; ; ) {
    const page = work.records.unseen(work.run, after, 500);
    if (page.length === 0) break;
    if (signal.aborted) return false;
    store.transaction(() => {
      for (const record of page) {
        work.counts.users.removed += 1;
        work.groupRecords.markDirtyByMembers([record.dnKey]);
        if (record.userId === null) {
          work.records.remove(record.externalId);
        } else {
          work.records.setRemoved(record.externalId, true);
          work.takeAway(record.userId, `${record.dn} is gone from the directory`);
        }
      }
      onProgress('removals');
    });
    after = page.at(-1)?.externalId ?? '';
    await breathe();
  }
  store.transaction(() => {
    for (const record of work.groupRecords.unseen(work.run)) {
      work.counts.groups.removed += 1;
      work.groupRecords.remove(record.externalId);
      if (work.directory.groups.get(record.groupId) !== undefined) work.directory.groups.remove(record.groupId);
    }
    onProgress('removals');
  });
  return true;
}
