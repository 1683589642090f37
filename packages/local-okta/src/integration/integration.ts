import type { Context } from '../context.ts';
import { isDoneByItself } from '../set-up.ts';
import { type Assignment, type ConfirmResult, confirmResults } from './confirm.ts';
import { createDirectoryRecords, type DirectoryRecords, type MatchKind } from './directory-records.ts';
import { createGroupRecords } from './group-records.ts';
import { createImportJobs, type ImportJobs, type ImportSource } from './import-jobs.ts';
import { createImportRuns, type ImportKind, type ImportRun, type ImportRuns } from './import-runs.ts';
import { findForJit, type JitCandidate } from './jit.ts';
import { createLdapApps, type LdapApp, settingsOrDefaults } from './ldap-app.ts';
import { defaultSettings, type IntegrationSettings, parseSettings, type SettingsResult } from './settings.ts';
import { type ConfigurationTest, testConfiguration } from './test-configuration.ts';
import { createWatermarks } from './watermarks.ts';

/** Where the set-up of the integration stands. */
export type SetupState = 'waiting-for-agent' | 'not-configured' | 'not-imported' | 'importing' | 'ready' | 'failed';

/** The LDAP directory integration, as other parts of Local Okta use it. */
export interface LdapIntegration {
  /** Root of the directory whose agents are asked; undefined before the first agent. */
  root(): string | undefined;
  /** The id of the integration of this directory: `OKTA_LDAP_ID`. */
  idOf(root: string): string | undefined;
  app(): LdapApp | undefined;
  state(): SetupState;
  /** Whether passwords are checked by the directory. */
  delegates(): boolean;
  /** Where the user's entry is, if it has one. */
  dnOf(userId: string): string | undefined;
  /** A DN that nobody has: binding as nobody takes the time of binding as somebody. */
  nobodyDn(): string;
  /** @throws AgentError */
  findForJit(login: string, deadlineMs: number): Promise<JitCandidate | undefined>;
  /** @param served roots of the directories that other agents answer for */
  agentConnected(root: string, served: readonly string[]): void;
  settings(): IntegrationSettings | undefined;
  configure(input: unknown): SettingsResult | undefined;
  /** Tests given settings, or the stored ones. */
  test(settings: IntegrationSettings): Promise<ConfigurationTest | undefined>;
  /** `busy` while another import runs, `not-configured` before anybody has. */
  startImport(kind: ImportKind): ImportRun | 'busy' | 'not-configured';
  confirm(which: readonly MatchKind[] | readonly Assignment[], activate?: boolean): Promise<ConfirmResult | undefined>;
  readonly jobs: ImportJobs;
  readonly runs: ImportRuns;
  readonly records: DirectoryRecords;
  /** At a start and after a reset. */
  recover(): void;
}

export function createLdapIntegration(context: Context): LdapIntegration {
  const { store, directory, services, config, clock, log } = context;
  const apps = createLdapApps(context);
  const records = createDirectoryRecords(store);
  const groupRecords = createGroupRecords(store, directory.groups);
  const runs = createImportRuns(context);
  const watermarks = createWatermarks(store);
  let freshStart = true;

  function source(): ImportSource | undefined {
    const app = apps.primary();
    if (app?.settings === undefined) return undefined;
    return { appId: app.id, name: app.root, settings: app.settings };
  }

  directory.onChange((changes) => {
    for (const one of changes) if (one.kind === 'user' && one.change === 'deleted') records.release(one.id);
  });

  async function confirmWith(from: ImportSource, which: MatchKind[], activate: boolean): Promise<void> {
    if (which.length === 0) return;
    await confirmResults(context, records, groupRecords, from, { which, activate, mayTakeAdmins: false });
  }

  const jobs = createImportJobs({
    context,
    runs,
    records,
    groupRecords,
    watermarks,
    async onCompleted(from) {
      const options = from.settings.import;
      const auto = isDoneByItself(config.setup, 2);
      const which: MatchKind[] = [];
      if (auto || options.autoConfirmExact) which.push('exact');
      if (options.autoConfirmPartial) which.push('partial');
      if (auto || options.autoConfirmNew) which.push('none');
      await confirmWith(from, which, auto || options.autoActivate);
    },
  });

  function autoSetup(app: LdapApp): void {
    if (app.settings === undefined) apps.configure(app, defaultSettings(app.root));
    const from = source();
    const imported = runs.lastCompleted() !== undefined;
    // Once per start: what has changed in the directory meanwhile shows up by itself. Until one has completed, for each agent.
    if (from === undefined || (imported && !freshStart)) return;
    freshStart = false;
    jobs.start(imported ? 'incremental' : 'full', from);
  }

  /** An agent came with a wrong LDAP_ROOT, and comes with another one now: nobody has done anything with the first. */
  function isLeft(app: LdapApp, served: readonly string[]): boolean {
    if (app.settings !== undefined && !isDoneByItself(config.setup, 2)) return false;
    if (served.some((root) => apps.idOf(root) === app.id)) return false;
    return runs.lastCompleted() === undefined && jobs.running() === undefined;
  }

  return {
    jobs,
    runs,
    records,
    root: () => apps.primary()?.root,
    idOf: (root) => apps.idOf(root),
    app: () => apps.primary(),
    state() {
      const app = apps.primary();
      if (app === undefined) return 'waiting-for-agent';
      if (app.settings === undefined) return 'not-configured';
      const completed = runs.lastCompleted();
      const running = jobs.running();
      // A completed one that still runs is confirming its results.
      if (running !== undefined && (completed === undefined || completed.id === running)) return 'importing';
      if (completed !== undefined) return 'ready';
      const [latest] = runs.list(1);
      return latest === undefined || latest.state === 'interrupted' ? 'not-imported' : 'failed';
    },
    delegates: () => source()?.settings.delegatedAuthentication ?? false,
    dnOf: (userId) => records.dnOfUser(userId),
    nobodyDn: () => `cn=nobody-of-this-name,${source()?.settings.userSearchBase ?? ''}`,
    async findForJit(login, deadlineMs) {
      const from = source();
      if (from === undefined || !from.settings.justInTime) return undefined;
      return findForJit({ context, records, groupRecords, source: from }, login, deadlineMs);
    },
    agentConnected(root, served) {
      const first = apps.primary();
      if (first !== undefined && apps.idOf(root) === undefined && isLeft(first, served)) apps.move(first, root);
      const app = apps.ensure(root);
      if (app.id !== apps.primary()?.id) {
        log.warn({ root }, 'an agent of a second directory is connected; Local Okta integrates one');
        return;
      }
      if (isDoneByItself(config.setup, 2)) autoSetup(app);
    },
    settings() {
      const app = apps.primary();
      return app === undefined ? undefined : settingsOrDefaults(app);
    },
    configure(input) {
      const app = apps.primary();
      if (app === undefined) return undefined;
      const result = parseSettings(input, app.root);
      if (result.ok) {
        store.transaction(() => {
          apps.configure(app, result.settings);
          // Other bases, filters or mappings: what has not changed in the directory may have changed here.
          watermarks.clear();
        });
      }
      return result;
    },
    async test(settings) {
      if (services.remoteDirectory === undefined) return undefined;
      return testConfiguration(settings, services.remoteDirectory, Math.floor(clock.now() / 86_400_000));
    },
    startImport(kind) {
      const from = source();
      if (from === undefined) return 'not-configured';
      return jobs.start(kind, from) ?? 'busy';
    },
    async confirm(which, activate) {
      const from = source();
      if (from === undefined) return undefined;
      return confirmResults(context, records, groupRecords, from, {
        which,
        activate: activate ?? from.settings.import.autoActivate,
        mayTakeAdmins: true,
      });
    },
    recover() {
      freshStart = true;
      const interrupted = runs.markInterrupted();
      if (interrupted > 0) log.warn('an import was interrupted by the end of Local Okta; the next one completes it');
      // A kill between the deletion of a user and what follows from it.
      records.release();
      // A kill between a confirmation and its memberships: whoever confirmed has nothing left to confirm.
      for (const _ of groupRecords.sync());
    },
  };
}
