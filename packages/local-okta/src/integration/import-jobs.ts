import { AgentError } from '../agents/agent-error.ts';
import type { Context } from '../context.ts';
import type { DirectoryRecords } from './directory-records.ts';
import type { GroupRecords } from './group-records.ts';
import { type ImportCounts, noCounts } from './import-counts.ts';
import type { ImportKind, ImportPhase, ImportRun, ImportRuns } from './import-runs.ts';
import type { ImportWork } from './import-work.ts';
import { createUserMapper } from './mapping.ts';
import { createMatcher } from './matching.ts';
import { createRemoval } from './removal.ts';
import { runImport } from './run-import.ts';
import type { IntegrationSettings } from './settings.ts';
import type { Watermarks } from './watermarks.ts';

/** What an import needs to know of the integration. */
export interface ImportSource {
  readonly appId: string;
  /** Name of the directory: the provider of its users. */
  readonly name: string;
  readonly settings: IntegrationSettings;
}

export interface ImportJobs {
  /** Starts one in the background. Undefined while another one runs. */
  start(kind: ImportKind, source: ImportSource): ImportRun | undefined;
  readonly running: () => string | undefined;
  /** False when it does not run. What it has read so far stays; the next import completes it. */
  cancel(id: string): boolean;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
}

export interface ImportJobsOptions {
  readonly context: Context;
  readonly runs: ImportRuns;
  readonly records: DirectoryRecords;
  readonly groupRecords: GroupRecords;
  readonly watermarks: Watermarks;
  readonly onCompleted: (source: ImportSource) => Promise<void>;
}

const DAY_MS = 86_400_000;

/** A directory that sources nobody has nothing to say about who may go on. */
const NO_REMOVAL: Pick<ImportWork, 'takeAway' | 'giveBack'> = { takeAway: () => undefined, giveBack: () => undefined };

/** One import at a time, in the background. */
export function createImportJobs(options: ImportJobsOptions): ImportJobs {
  const { context, runs, records, groupRecords, watermarks } = options;
  const { store, directory, systemLog, clock, log } = context;
  let current: { readonly id: string; readonly stop: AbortController; readonly done: Promise<void> } | undefined;

  function logEvent(eventType: string, displayMessage: string, id: string, reason?: string): void {
    systemLog.append({
      eventType,
      displayMessage,
      transactionType: 'JOB',
      transactionId: id,
      ...(reason === undefined ? {} : { outcome: { result: 'FAILURE', reason } }),
    });
  }

  async function run(
    seq: number,
    id: string,
    kind: ImportKind,
    source: ImportSource,
    signal: AbortSignal,
  ): Promise<void> {
    const startedAt = clock.now();
    const counts: ImportCounts = noCounts();
    const latest: Partial<Record<'users' | 'groups', string>> = {};
    const { settings, appId, name } = source;
    // Without delegated authentication their passwords are elsewhere, and an import does not touch them.
    const provider = settings.delegatedAuthentication ? ({ type: 'LDAP', name } as const) : undefined;
    const work: ImportWork = {
      run: seq,
      appId,
      settings,
      directory,
      records,
      groupRecords,
      counts,
      match: createMatcher(store),
      importUsers: directory.importUsers,
      mapUser: createUserMapper(settings, Math.floor(startedAt / DAY_MS)),
      changedGroups: new Map(),
      leftOut: new Set(),
      contested: new Map(),
      imported: (user, userId) => ({
        userId,
        profile: user.profile,
        provider,
        keepProfile: !settings.sourcesProfiles,
        appUser: { appId, externalId: user.externalId, profile: { ...user.profile, dn: user.dn } },
      }),
      report: (dn, code, message) => runs.addProblem(seq, { dn, code, message }),
      sawModified(what, modified) {
        if (modified !== undefined && modified > (latest[what] ?? '')) latest[what] = modified;
      },
      ...(settings.sourcesProfiles ? createRemoval(context, settings.import.onRemoval, id) : NO_REMOVAL),
    };
    let phase: ImportPhase = 'users';
    const onProgress = (now: ImportPhase): void => {
      phase = now;
      runs.progress(seq, now, counts);
    };
    const onInterrupted = (what: ImportPhase, why: string): void => {
      const message = `${why} Reading ${what} begins again.`;
      runs.note(seq, message);
      logEvent('system.import.download.start', message, id);
    };
    logEvent('system.import.start', `Start ${kind} import`, id);
    try {
      const { remoteDirectory } = context.services;
      if (remoteDirectory === undefined) throw new AgentError('agent-unavailable', 'There is no agent gateway.');
      const end = await runImport({
        kind,
        work,
        store,
        remote: remoteDirectory,
        watermarks,
        signal,
        onProgress,
        onInterrupted,
      });
      store.transaction(() => {
        if (end.state === 'completed') {
          for (const what of ['users', 'groups'] as const) {
            watermarks.save(what, latest[what], startedAt, settings.import.clockSkewSeconds);
          }
        }
        runs.progress(seq, end.state === 'completed' ? 'done' : phase, counts);
        runs.end(seq, end.state, end.state === 'stopped' ? end.message : undefined);
      });
      if (end.state === 'stopped')
        logEvent('system.import.roadblock', 'Import safeguard stopped an import', id, end.message);
      else logEvent('system.import.complete', `End ${kind} import: ${end.state}`, id);
      if (end.state === 'completed') await options.onCompleted(source);
    } catch (error) {
      if (signal.aborted) {
        runs.end(seq, 'cancelled');
        logEvent('system.import.complete', `End ${kind} import: cancelled`, id);
        return;
      }
      if (!(error instanceof AgentError)) log.error({ err: error, importId: id }, 'an import failed');
      const message = error instanceof AgentError ? error.message : 'Local Okta failed; its log says why.';
      runs.end(seq, 'failed', message);
      logEvent('system.import.complete', `End ${kind} import: failed`, id, message);
    }
  }

  return {
    start(kind, source) {
      if (current !== undefined) return undefined;
      const { seq, run: made } = runs.create(kind);
      const stop = new AbortController();
      const done = run(seq, made.id, kind, source, stop.signal)
        .catch((error: unknown) => log.error({ err: error, importId: made.id }, 'an import could not be ended'))
        .finally(() => {
          current = undefined;
        });
      current = { id: made.id, stop, done };
      return made;
    },
    running: () => current?.id,
    cancel(id) {
      if (current?.id !== id) return false;
      current.stop.abort();
      return true;
    },
    async idle() {
      while (current !== undefined) await current.done;
    },
  };
}
