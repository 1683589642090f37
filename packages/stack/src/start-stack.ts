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
import { type LocalOrg, localOktaMain, startLocalOrg } from './local-org.ts';
import { type Mode, modePlans, type StartableMode, startableModes } from './modes.ts';
import { claimPorts, type WantedPort } from './ports.ts';
import { StackError } from './stack-error.ts';

export interface StackOptions {
  /** Default: every mode that can be started. */
  readonly modes?: readonly StartableMode[];
  /** Default `embedded`. `as-configured`: the LDAP_* variables of `env` say where it is. */
  readonly directory?: 'embedded' | 'as-configured' | ExternalDirectory;
  /** Default `local`: Local Okta and the local LDAP agent. `real`: the OKTA_* variables of `env` say which org. */
  readonly org?: 'local' | 'real';
  /** Default: where a mode asks the org. true: in any case. */
  readonly withOrg?: boolean;
  /** What the embedded directory is filled from. Default: `ldifs/` of this repository. */
  readonly ldifFolder?: string;
  /** 0 is any free port, and the default. With several apps they count up from `app`. */
  readonly ports?: StackPorts;
  /** What the apps find in their environment, beside what the stack sets. Default: nothing. */
  readonly env?: NodeJS.ProcessEnv;
  /**
   * For `<mode>.log`, each app's output, the directory's `ca.pem`, and what Local Okta and the agent keep.
   * Default: one that is gone after `close()`.
   */
  readonly folder?: string;
  /** Gets the link of an agent that waits to be let in by hand. Default: nobody does. */
  readonly announce?: (line: string) => void;
}

export interface StackPorts {
  readonly app?: number;
  readonly ldap?: number;
  readonly ldaps?: number;
  /** Local Okta: its web server, and its LDAP Interface by LDAPS and by StartTLS. */
  readonly okta?: number;
  readonly oktaLdaps?: number;
  readonly oktaLdap?: number;
}

export interface Stack {
  /** Where each app is: `{ ldap: 'http://localhost:8080' }`. */
  readonly urls: Readonly<Partial<Record<Mode, string>>>;
  /** Local Okta, where it runs. */
  readonly okta?: Pick<LocalOrg, 'url' | 'admin' | 'setup'>;
  readonly folder: string;
  /** Settles when a part has ended by itself; the others still run until `close()`. */
  readonly failed: Promise<StackError>;
  close(): Promise<void>;
}

const tutorialLdifs = fileURLToPath(new URL('../../../ldifs', import.meta.url));

/**
 * Starts what the apps of some modes need, and the apps, each in a process of its own, and waits until all are ready.
 * Whatever goes wrong, nothing stays behind.
 * @throws {StackError} with one line for a person
 * @example const { urls, close } = await startStack({ modes: ['ldap'] });
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { modes = startableModes, directory = 'embedded', ports = {}, env = {} } = options;
  const withOkta = options.withOrg === true || modes.some((mode) => modePlans[mode].asksOkta);
  const withLocalOkta = withOkta && options.org !== 'real';
  const withEmbedded = directory === 'embedded' && (withLocalOkta || modes.includes('ldap'));
  const mains = [...modes.map(appMain), ...(withLocalOkta ? [localOktaMain] : [])];
  const unbuilt = mains.find((main) => !existsSync(main));
  if (unbuilt !== undefined) throw new StackError('not-built', `${unbuilt} is missing: npm run build`);

  const claimed = await claimPorts([
    ...modes.map((mode, index) => ({
      port: ports.app ? ports.app + index : 0,
      user: `the ${mode} app`,
      variable: 'PORT',
    })),
    ...otherPorts(ports, withEmbedded, withLocalOkta),
  ]);
  const appPorts = claimed.slice(0, modes.length);
  const [ldap = 0, ldaps = 0] = withEmbedded ? claimed.slice(modes.length) : [];
  const [http = 0, oktaLdaps = 0, oktaLdap = 0] = withLocalOkta ? claimed.slice(-3) : [];

  const work = openFolder(options.folder);
  const closers: (() => unknown)[] = [work.close];
  const close = async (): Promise<void> => {
    for (const step of closers.splice(0).reverse()) await step();
  };
  /** Remembers how to end what is starting, before anybody waits for it. */
  const keep = <T>(starting: Promise<T>, end: (running: T) => Promise<unknown>): Promise<T> => {
    closers.push(() => starting.then(end, () => undefined));
    // awaited below; another failure may come first
    starting.catch(() => undefined);
    return starting;
  };

  try {
    const running = keep(
      withEmbedded
        ? startFilled(
            { port: ldap, ldapsPort: ldaps, ldifFolder: options.ldifFolder ?? tutorialLdifs, folder: work.folder },
            env,
          )
        : elsewhere(directory),
      (found) => found.close(),
    );
    const local = withLocalOkta
      ? keep(
          startLocalOrg({
            ports: { http, ldaps: oktaLdaps, ldap: oktaLdap },
            appUrls: appPorts.map((port) => `http://localhost:${port}`),
            env,
            folder: work.folder,
            announce: options.announce ?? (() => undefined),
          }),
          (org) => org.close(),
        )
      : undefined;
    const connected = local && keep(connect(local, running), async () => undefined);

    const apps = modes.map((mode, index) => {
      const start = async (): Promise<AppProcess> => {
        const { asksOkta, appEnv } = modePlans[mode];
        const org = asksOkta ? await local : undefined;
        return startApp({
          name: mode,
          main: appMain(mode),
          port: appPorts[index] ?? 0,
          // somebody may still have to make what the app will use; until then it says that it is not ready
          until: org === undefined || org.setup === 'auto' ? 'ready' : 'alive',
          env: {
            ...env,
            SIGN_IN_TRACE: env.SIGN_IN_TRACE || (isWorkshop(options) ? 'on' : 'off'),
            ...appEnv({ directory: await running, org: org ?? { env: {} } }),
            AUTH_MODE: mode,
            // one address cannot be that of several apps
            ...(modes.length > 1 ? { APP_BASE_URL: '' } : {}),
          },
          logFile: join(work.folder, `${mode}.log`),
        });
      };
      return start();
    });
    const stopApps = (): Promise<unknown> =>
      Promise.all(
        apps.map((app) =>
          app.then(
            ({ stop }) => stop(),
            () => undefined,
          ),
        ),
      );
    closers.push(stopApps);
    const [org] = await Promise.all([local, running, connected, ...apps]);
    const started = await Promise.all(apps);
    return {
      urls: Object.fromEntries(modes.map((mode, index) => [mode, started[index]?.url ?? ''])),
      ...(org === undefined ? {} : { okta: org }),
      folder: work.folder,
      failed: Promise.race([...started.map((app) => app.ended), ...(org === undefined ? [] : [org.ended])]),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where /trace may tell whether a user exists: people of a real org are no example. */
const isWorkshop = ({ org, env }: StackOptions): boolean => org !== 'real' && env?.NODE_ENV !== 'production';

function otherPorts(ports: StackPorts, embedded: boolean, okta: boolean): readonly WantedPort[] {
  const { ldap = 0, ldaps = 0, okta: http = 0, oktaLdaps = 0, oktaLdap = 0 } = ports;
  return [
    ...(embedded
      ? [
          { port: ldap, user: 'the directory', variable: 'OPENLDAP_PORT' },
          { port: ldaps, user: 'the directory over TLS', variable: 'OPENLDAPS_PORT' },
        ]
      : []),
    ...(okta
      ? [
          { port: http, user: 'Local Okta', variable: 'LOCAL_OKTA_PORT' },
          { port: oktaLdaps, user: 'the LDAP Interface', variable: 'LOCAL_OKTA_LDAPS_PORT' },
          { port: oktaLdap, user: 'the LDAP Interface with StartTLS', variable: 'LOCAL_OKTA_LDAP_PORT' },
        ]
      : []),
  ];
}

async function connect(local: Promise<LocalOrg>, directory: Promise<Directory>): Promise<void> {
  const [org, found] = await Promise.all([local, directory]);
  await org.connect(found);
}

function startFilled(
  place: Pick<EmbeddedDirectoryOptions, 'port' | 'ldapsPort' | 'ldifFolder' | 'folder'>,
  env: NodeJS.ProcessEnv,
): Promise<Directory> {
  return startEmbedded({
    ...place,
    baseDn: env.LDAP_ROOT || 'dc=example,dc=org',
    adminUsername: env.LDAP_ADMIN_USERNAME || 'admin',
    adminPassword: env.LDAP_ADMIN_PASSWORD || 'adminpassword',
  });
}

async function elsewhere(wanted: NonNullable<StackOptions['directory']>): Promise<Directory> {
  return { env: typeof wanted === 'string' ? {} : externalEnv(wanted), close: async () => undefined };
}

function openFolder(wanted: string | undefined): { folder: string; close(): void } {
  if (wanted !== undefined) {
    mkdirSync(wanted, { recursive: true });
    return { folder: wanted, close: () => undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), 'ldap-to-okta-'));
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) };
}
