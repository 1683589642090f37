import { setImmediate as breathe } from 'node:timers/promises';
import { AgentError } from '../agents/agent-error.ts';
import type { RemoteDirectory } from '../agents/remote-directory.ts';
import type { Store } from '../store/store.ts';
import { equality } from './filter.ts';
import { importGroupsPage, reportStrangers } from './import-groups-phase.ts';
import type { ImportKind, ImportPhase } from './import-runs.ts';
import { importContestedUsers, importUsersPage } from './import-users-phase.ts';
import type { ImportWork } from './import-work.ts';
import { groupAttributes, rowOf, userAttributes } from './mapping.ts';
import { readPages } from './read-pages.ts';
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
  /** An agent or the way to the directory was lost; it begins this phase again. */
  readonly onInterrupted: (phase: ReadPhase, why: string) => void;
}

type ReadPhase = Extract<ImportPhase, 'users' | 'groups'>;

/** As the agent's own default, `ldapSearchPageSize`. */
const USER_PAGE = 500;
/** Groups are as large as their members are many. */
const GROUP_PAGE = 100;
/** Ids in one filter, and the time for its answer. */
const ASKED_AT_ONCE = 100;
const LOOK_MS = 30_000;
const NO_SUCH_OBJECT = 32;
const REMOVED_AT_ONCE = 500;

/**
 * Reads users, then groups; removes what a full import has not seen; brings memberships up to date. Each page is one
 * transaction, and seeing a page twice changes nothing, so that a kill at any moment costs nothing but time.
 * @throws AgentError when the directory cannot be read
 */
export async function runImport(options: RunImportOptions): Promise<ImportEnd> {
  const { kind, work, store, signal, onProgress } = options;
  const { settings } = work;
  const cancelled: ImportEnd = { state: 'cancelled' };
  const presentBefore = kind === 'full' ? work.records.countPresent() : 0;

  if ((await readAll(options, 'users')) === 'cancelled') return cancelled;
  store.transaction(() => importContestedUsers(work));
  const groups = await readAll(options, 'groups');
  if (groups === 'cancelled') return cancelled;
  if (groups === 'no-base') {
    const message = 'does not exist in the directory, or is hidden from the agent: there are no groups to import';
    work.report(settings.groupSearchBase, 'no-group-base', message);
  }

  if (kind === 'full') {
    const gone = work.records.countUnseen(work.run);
    const percent = presentBefore === 0 ? 0 : (gone / presentBefore) * 100;
    if (gone > 0 && percent > settings.import.safeguardPercent) {
      const message = `The import safeguard stopped it: ${gone} of ${presentBefore} users (${Math.round(percent)} %) would be removed, and ${settings.import.safeguardPercent} % are allowed. Nothing was removed.`;
      return { state: 'stopped', message };
    }
    if (gone > 0 && !(await removeGoneUsers(options))) return cancelled;
    // Groups whose place alone cannot be seen stay: no safeguard looks after them.
    if (groups === 'read') await removeGoneGroups(options);
  }

  onProgress('memberships');
  store.transaction(() => reportStrangers(work));
  for (const _ of work.groupRecords.sync()) {
    if (signal.aborted) return cancelled;
    await breathe();
  }
  return { state: 'completed' };
}

/** What is read of users or of groups. */
function questionOf({ settings }: ImportWork, phase: ReadPhase) {
  return phase === 'users'
    ? {
        base: settings.userSearchBase,
        scope: 'sub' as const,
        filter: settings.userObjectFilter,
        attributes: userAttributes(settings),
        pageSize: USER_PAGE,
      }
    : {
        base: settings.groupSearchBase,
        scope: 'sub' as const,
        filter: settings.groupObjectFilter,
        attributes: groupAttributes(settings),
        pageSize: GROUP_PAGE,
      };
}

async function readAll(options: RunImportOptions, phase: ReadPhase): Promise<'read' | 'no-base' | 'cancelled'> {
  const { kind, work, remote, store, watermarks, signal, onProgress, onInterrupted } = options;
  const question = questionOf(work, phase);
  const from = kind === 'incremental' ? watermarks.from(phase) : undefined;
  const page = phase === 'users' ? importUsersPage : importGroupsPage;
  try {
    const complete = await readPages({
      remote,
      question: {
        ...question,
        filter: from === undefined ? question.filter : `(&${question.filter}(modifyTimestamp>=${from}))`,
      },
      signal,
      take: (rows) =>
        store.transaction(() => {
          page(work, rows);
          onProgress(phase);
        }),
      onInterrupted: ({ message }) => onInterrupted(phase, message),
    });
    return complete ? 'read' : 'cancelled';
  } catch (error) {
    if (!(error instanceof AgentError) || error.resultCode !== NO_SUCH_OBJECT) throw error;
    if (phase === 'groups') return 'no-base';
    const message = `${question.base}, where the settings look for users, does not exist in the directory.`;
    throw new AgentError('directory-error', message, { detail: error.detail ?? '', resultCode: NO_SUCH_OBJECT });
  }
}

/**
 * Pages do not stand still: an entry that was moved while they were read, or that a sign-in brought meanwhile, may have
 * been in none of them. Whatever seems gone is asked for by its id, and taken if it is there.
 */
async function lookAgain({ work, remote, store }: RunImportOptions, phase: ReadPhase, ids: readonly string[]) {
  const { pageSize: _, ...question } = questionOf(work, phase);
  for (let at = 0; at < ids.length; at += ASKED_AT_ONCE) {
    const names = ids
      .slice(at, at + ASKED_AT_ONCE)
      .map((id) => equality(work.settings.uniqueIdAttribute, id))
      .join('');
    const found = await remote.search({ ...question, filter: `(&${question.filter}(|${names}))` }, LOOK_MS);
    const rows = found.map((entry) => rowOf(entry, question.attributes));
    store.transaction(() => {
      if (phase === 'groups') return importGroupsPage(work, rows);
      importUsersPage(work, rows);
      importContestedUsers(work);
    });
  }
}

async function removeGoneUsers(options: RunImportOptions): Promise<boolean> {
  const { work, store, signal, onProgress } = options;
  for (let after = ''; ; ) {
    const missing = work.records.unseen(work.run, after, REMOVED_AT_ONCE);
    if (missing.length === 0) return true;
    if (signal.aborted) return false;
    await lookAgain(
      options,
      'users',
      missing.map(({ externalId }) => externalId),
    );
    const asked = new Set(missing.map(({ externalId }) => externalId));
    const page = work.records
      .unseen(work.run, after, REMOVED_AT_ONCE)
      .filter(({ externalId }) => asked.has(externalId));
    store.transaction(() => {
      for (const record of page) {
        work.counts.users.removed += 1;
        work.groupRecords.markDirtyByMembers([record.dnKey]);
        work.groupRecords.markDirtyByUids([record.externalId]);
        if (record.userId === null) {
          work.records.remove(record.externalId);
        } else {
          work.records.setRemoved(record.externalId, true);
          work.takeAway(record.userId, `${record.dn} is gone from the directory`);
        }
      }
      onProgress('removals');
    });
    after = missing.at(-1)?.externalId ?? '';
    await breathe();
  }
}

async function removeGoneGroups(options: RunImportOptions): Promise<void> {
  const { work, store, onProgress } = options;
  await lookAgain(
    options,
    'groups',
    work.groupRecords.unseen(work.run).map(({ externalId }) => externalId),
  );
  store.transaction(() => {
    for (const record of work.groupRecords.unseen(work.run)) {
      work.counts.groups.removed += 1;
      work.groupRecords.remove(record.externalId);
      if (work.directory.groups.get(record.groupId) !== undefined) work.directory.groups.remove(record.groupId);
    }
    onProgress('removals');
  });
}
