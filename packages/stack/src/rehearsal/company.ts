import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import { type Agent, startAgent } from '../agent.ts';
import { type AppProcess, appMain, startApp } from '../app-process.ts';
import { externalEnv } from '../directory.ts';
import { type LocalOrg, startLocalOrg } from '../local-org.ts';
import { type Mode, modePlans } from '../modes.ts';
import { claimPorts } from '../ports.ts';
import { StackError } from '../stack-error.ts';
import { createOrgApi, type OrgApi } from './org-api.ts';
import { type PasswordHook, startPasswordHook } from './password-hook.ts';

export interface CompanyOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly ldifFiles: readonly string[];
  readonly signal: AbortSignal;
}

/** What a company runs before, during and after its migration: each part can be started and stopped by itself. */
export interface Company {
  readonly directory: TestDirectory;
  /** The LDAP_* variables of whoever asks the directory. */
  readonly directoryEnv: Readonly<Record<string, string>>;
  readonly folder: string;
  startApp(mode: Mode): Promise<void>;
  stopApp(mode: Mode): Promise<void>;
  urlOf(mode: Mode): string;
  startOrg(): Promise<OrgApi>;
  /** What a tool must know to administer the org. */
  orgEnv(): Readonly<Record<string, string>>;
  /** Resolves when the people of the directory are in Okta. */
  connectAgent(): Promise<void>;
  stopAgent(): Promise<void>;
  startHook(): Promise<PasswordHook>;
  close(): Promise<void>;
}

const MODES: readonly Mode[] = ['ldap', 'okta-ldap', 'oidc'];

/** Starts the directory alone: the rest comes step by step. */
export async function openCompany({ env, ldifFiles, signal }: CompanyOptions): Promise<Company> {
  const directory = await startDirectory({ ldifFiles });
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-'));
  const closers: (() => unknown)[] = [() => directory.remove(), () => rmSync(folder, { recursive: true, force: true })];
  const any = { port: 0, user: 'the rehearsal', variable: '' };
  const [http = 0, ldaps = 0, ldap = 0, ...appPorts] = await claimPorts(
    Array.from({ length: 3 + MODES.length }, () => any),
  );
  const portOf = (mode: Mode): number => appPorts[MODES.indexOf(mode)] ?? 0;
  const directoryEnv = {
    ...externalEnv({ url: directory.ldapsUrl, caFile: directory.caFile }),
    LDAP_ROOT: directory.base,
    LDAP_ADMIN_USERNAME: directory.adminDn,
    LDAP_ADMIN_PASSWORD: directory.adminPassword,
  };
  const apps = new Map<Mode, AppProcess>();
  const token = randomBytes(21).toString('hex');
  let org: LocalOrg | undefined;
  let agent: Agent | undefined;
  let api: OrgApi | undefined;

  function started<Part>(part: Part | undefined, name: string): Part {
    if (part === undefined) throw new StackError('step-failed', `${name} has not been started.`);
    return part;
  }

  return {
    directory,
    directoryEnv,
    folder,
    urlOf: (mode) => started(apps.get(mode), `The ${mode} app`).url,
    async startApp(mode) {
      const services = { directory: { env: directoryEnv }, org: { env: org?.env ?? {} } };
      const app = await startApp({
        name: mode,
        main: appMain(mode),
        port: portOf(mode),
        env: { ...env, ...modePlans[mode].appEnv(services), AUTH_MODE: mode },
        logFile: join(folder, `${mode}.log`),
      });
      apps.set(mode, app);
      closers.push(() => app.stop());
    },
    stopApp: async (mode) => apps.get(mode)?.stop(),
    async startOrg() {
      org = await startLocalOrg({
        ports: { http, ldaps, ldap },
        appUrls: MODES.map((mode) => `http://localhost:${portOf(mode)}`),
        // everybody signs in at once here, which Okta's limits are there to slow down
        env: { ...env, OKTA_URL: 'http://localhost', LOCAL_OKTA_API_TOKEN: token, LOCAL_OKTA_RATE_LIMITS: 'off' },
        folder,
        announce: () => undefined,
      });
      closers.push(() => org?.close());
      api = createOrgApi(org.url, token, signal);
      return api;
    },
    orgEnv: () => ({ OKTA_URL: started(org, 'Local Okta').url, OKTA_API_TOKEN: token }),
    async connectAgent() {
      agent = startAgent({
        env: { ...env, ...directoryEnv },
        oktaUrl: started(org, 'Local Okta').url,
        stateDir: join(folder, 'agent'),
        logFile: join(folder, 'agent.log'),
        announce: () => undefined,
      });
      closers.push(() => agent?.stop());
      const isReady = ({ state }: { state: string }): boolean => state === 'ready';
      await started(api, 'Local Okta').until('/local/setup', isReady, 'The people of the directory are not imported');
    },
    stopAgent: async () => agent?.stop(),
    async startHook() {
      const hook = await startPasswordHook({ env: { ...env, ...directoryEnv }, folder });
      closers.push(() => hook.stop());
      return hook;
    },
    async close() {
      // in the order opposite to that of their start; whatever one says, the others are ended too
      for (const end of closers.splice(0).reverse()) await Promise.resolve(end()).catch(() => undefined);
    },
  };
}
