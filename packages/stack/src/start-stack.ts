import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AppProcess, appMain, startApp } from './app-process.ts';
import {
  type Directory,
  type EmbeddedDirectoryOptions,
  type ExternalDirectory,
  externalEnv,
  startEmbedded,
} from './directory.ts';
import { type Mode, modePlans, type StartableMode, startableModes } from './modes.ts';
import { claimPorts, type WantedPort } from './ports.ts';
import { StackError } from './stack-error.ts';

export interface StackOptions {
  /** Default: every mode that can be started. */
  readonly modes?: readonly StartableMode[];
  /** Default `embedded`. `as-configured`: the LDAP_* variables of `env` say where it is. */
  readonly directory?: 'embedded' | 'as-configured' | ExternalDirectory;
  /** What the embedded directory is filled from. Default: `ldifs/` of this repository. */
  readonly ldifFolder?: string;
  /** 0 is any free port, and the default. With several apps they count up from `app`. */
  readonly ports?: { readonly app?: number; readonly ldap?: number; readonly ldaps?: number };
  /** What the apps find in their environment, beside what the stack sets. Default: nothing. */
  readonly env?: NodeJS.ProcessEnv;
  /** For `<mode>.log`, each app's output, and the directory's `ca.pem`. Default: one that is gone after `close()`. */
  readonly folder?: string;
}

export interface Stack {
  /** Where each app is: `{ ldap: 'http://localhost:8080' }`. */
  readonly urls: Readonly<Partial<Record<Mode, string>>>;
  readonly folder: string;
  /** Settles when an app has ended by itself; the others still run until `close()`. */
  readonly failed: Promise<StackError>;
  close(): Promise<void>;
}

const tutorialLdifs = fileURLToPath(new URL('../../../ldifs', import.meta.url));

/**
 * Starts a directory and the apps of some modes, each in a process of its own, and waits until all are ready.
 * Whatever goes wrong, nothing stays behind.
 * @throws {StackError} with one line for a person
 * @example const { urls, close } = await startStack({ modes: ['ldap'] });
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { modes = startableModes, directory = 'embedded', ports = {}, env = {} } = options;
  const unbuilt = modes.map(appMain).find((main) => !existsSync(main));
  if (unbuilt !== undefined) throw new StackError('not-built', `${unbuilt} is missing: npm run build`);

  const wanted: WantedPort[] = modes.map((mode, index) => ({
    port: ports.app ? ports.app + index : 0,
    user: `the ${mode} app`,
    variable: 'PORT',
  }));
  if (directory === 'embedded') {
    wanted.push({ port: ports.ldap ?? 0, user: 'the directory', variable: 'OPENLDAP_PORT' });
    wanted.push({ port: ports.ldaps ?? 0, user: 'the directory over TLS', variable: 'OPENLDAPS_PORT' });
  }
  const claimed = await claimPorts(wanted);

  const work = openFolder(options.folder);
  const closers: (() => Promise<void> | void)[] = [work.close];
  const close = async (): Promise<void> => {
    for (const step of closers.splice(0).reverse()) await step();
  };
  try {
    const [port = 0, ldapsPort = 0] = claimed.slice(modes.length);
    const running = await startDirectory(
      directory,
      { port, ldapsPort, ldifFolder: options.ldifFolder ?? tutorialLdifs, folder: work.folder },
      env,
    );
    closers.push(running.close);
    const starting = modes.map((mode, index) =>
      startApp({
        name: mode,
        main: appMain(mode),
        port: claimed[index] ?? 0,
        env: { ...env, ...modePlans[mode].appEnv({ directory: running }), AUTH_MODE: mode },
        logFile: join(work.folder, `${mode}.log`),
      }),
    );
    const apps = await allOrNone(starting);
    closers.push(async () => void (await Promise.all(apps.map((app) => app.stop()))));
    return {
      urls: Object.fromEntries(modes.map((mode, index) => [mode, apps[index]?.url ?? ''])),
      folder: work.folder,
      failed: Promise.race(apps.map((app) => app.ended)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startDirectory(
  wanted: NonNullable<StackOptions['directory']>,
  place: Pick<EmbeddedDirectoryOptions, 'port' | 'ldapsPort' | 'ldifFolder' | 'folder'>,
  env: NodeJS.ProcessEnv,
): Promise<Directory> {
  if (wanted === 'embedded') {
    return startEmbedded({
      ...place,
      baseDn: env.LDAP_ROOT || 'dc=example,dc=org',
      adminUsername: env.LDAP_ADMIN_USERNAME || 'admin',
      adminPassword: env.LDAP_ADMIN_PASSWORD || 'adminpassword',
    });
  }
  return { env: wanted === 'as-configured' ? {} : externalEnv(wanted), close: async () => undefined };
}

/** One app that does not start takes the others down with it, those that are still starting included. */
async function allOrNone(starting: readonly Promise<AppProcess>[]): Promise<readonly AppProcess[]> {
  const results = await Promise.allSettled(starting);
  const failure = results.find((result) => result.status === 'rejected');
  const apps = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (failure === undefined) return apps;
  await Promise.all(apps.map((app) => app.stop()));
  throw failure.reason;
}

function openFolder(wanted: string | undefined): { folder: string; close(): void } {
  if (wanted !== undefined) {
    mkdirSync(wanted, { recursive: true });
    return { folder: wanted, close: () => undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), 'ldap-to-okta-'));
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) };
}
