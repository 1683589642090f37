import { type Logger, pino } from 'pino';
import { createAdministrators } from './administrators/administrators.ts';
import { type Clock, systemClock } from './clock.ts';
import { type LocalOktaConfig, type LocalOktaSettings, parseSettings } from './config.ts';
import type { Context } from './context.ts';
import { createDirectory } from './directory/directory.ts';
import { directorySchema } from './directory/schema.ts';
import { type SeededSecrets, seedDirectory } from './directory/seed.ts';
import { openHttpServer } from './http/http-server.ts';
import { reachesBeyondThisComputer } from './http/reach.ts';
import { createWebApp } from './http/web-app.ts';
import { parts as definitions } from './parts.ts';
import { openStore, type Store } from './store/store.ts';
import { createSystemLog, systemLogSchema } from './system-log/system-log.ts';

/**
 * - `dataDir` or `memory: true`: where the state lives. Survives a kill at any moment.
 * - `host` (127.0.0.1), `port` (8090; 0 picks one), `ldapsPort` (8636), `ldapPort` (8389, StartTLS).
 * - `publicUrl` (`http://localhost:<port>`): the one name for issuer and links.
 * - `org` (`local`): gives the LDAP base `dc=local,dc=okta,dc=com`.
 * - `setup` (`auto`): agent approved, integration configured, import confirmed, service user and app made; `manual`: by
 *   hand; `step-3`, `step-4`, `step-5`: what comes before that step of the tutorial is done, the rest is by hand.
 * - `admin.login` (`admin@example.com`), `admin.password`, `admin.apiToken`: made up at the first start when not given.
 * - `allowedHosts`: further host names under which it answers.
 * - `ldapIntegrationId`: id of the LDAP integration (`OKTA_LDAP_ID`), where a client's environment is fixed beforehand.
 * - `ldapServicePassword`: with `auto` and from `step-4` on, makes `ldap-user@example.com`, who may read users and groups.
 * - `oidcApp`: `clientId`, `clientSecret` and `appUrls` (`http://localhost:8080`) of the app that the automatic set-up makes.
 * - `caFile` (`<dataDir>/ldap-interface-ca.pem`): where the LDAP Interface's certificate authority is written for clients.
 * - `ldapBindLimit` (true): four binds a second for one user, as Okta has it.
 * - `rateLimits` (true), `logEventsKept` (100,000).
 * - `clock`, `log`: for tests and embedding; the default log is silent.
 */
export interface LocalOktaOptions extends LocalOktaSettings {
  readonly clock?: Clock;
  readonly log?: Logger;
}

export interface LocalOkta {
  /** `okta` is the public URL; parts add theirs, such as `ldaps`. */
  readonly urls: Readonly<Record<string, string>>;
  readonly ldapBase: string;
  readonly admin: {
    readonly login: string;
    /** Only where it is known: given as an option, or made up at this very start. */
    readonly password: string | undefined;
    readonly apiToken: string | undefined;
  };
  /** Everything as after the first start; given or made-up administrator's secrets stay valid. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts Local Okta, a stand-in for the parts of an Okta org that a migration touches. No identity provider for
 * production: see SUPPORTED.md.
 * @throws SettingsError, ListenError, StoreError
 * @example const okta = await createLocalOkta({ memory: true, port: 0 }); … await okta.close();
 */
export async function createLocalOkta(options: LocalOktaOptions): Promise<LocalOkta> {
  const { clock = systemClock, log = pino({ level: 'silent' }), ...settings } = options;
  const parsed = parseSettings(settings);
  if (reachesBeyondThisComputer(parsed.host)) {
    log.warn(
      { host: parsed.host },
      'Local Okta listens beyond this computer. It is a stand-in, not an identity provider for production.',
    );
  }
  const server = await openHttpServer(parsed.host, parsed.port);
  const closers: (() => Promise<void> | void)[] = [() => server.close()];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const config: LocalOktaConfig =
      settings.publicUrl === undefined ? { ...parsed, publicUrl: `http://localhost:${server.port}` } : parsed;
    const store = openStore({
      dataDir: config.dataDir,
      schemas: [directorySchema, systemLogSchema, ...definitions.flatMap(({ schema }) => schema ?? [])],
    });
    closers.push(() => store.close());
    const context = createContext(config, store, clock, log);
    closers.push(() => context.systemLog.flush());
    const parts = definitions.map((definition) => definition.create(context));
    let secrets: SeededSecrets = {};

    const seed = async (): Promise<void> => {
      secrets = { ...secrets, ...(await seedDirectory(context, secrets)) };
      for (const part of parts) await part.seed?.();
    };
    const reset = async (): Promise<void> => {
      for (const part of parts) await part.reset?.();
      context.administrators.reset();
      context.systemLog.flush();
      store.clear();
      context.directory.noteChange({ kind: 'reset' });
      await seed();
    };
    context.services.reset = reset;

    await seed();
    const urls: Record<string, string> = { okta: config.publicUrl };
    for (const part of parts) {
      if (part.close !== undefined) closers.push(() => part.close?.());
      Object.assign(urls, await part.start?.());
    }
    server.serve(
      createWebApp({
        log,
        publicUrl: config.publicUrl,
        hosts: knownHosts(config),
        routers: parts.flatMap(({ router }) => router ?? []),
        programs: parts.flatMap(({ programs }) => programs ?? []),
      }),
      (...connection) => parts.some(({ upgrade }) => upgrade?.(...connection) === true),
    );
    return {
      urls,
      ldapBase: config.ldapBase,
      admin: { login: config.admin.login, password: secrets.adminPassword, apiToken: secrets.apiToken },
      reset,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function createContext(config: LocalOktaConfig, store: Store, clock: Clock, log: Logger): Context {
  const directory = createDirectory({
    store,
    clock,
    onListenerError: (error) => log.error({ err: error }, 'a listener of the directory failed'),
  });
  const systemLog = createSystemLog({ store, clock, keep: config.logEventsKept });
  const context = { config, store, directory, systemLog, log, clock, services: {} };
  return { ...context, administrators: createAdministrators(context) };
}

function knownHosts(config: LocalOktaConfig): ReadonlySet<string> {
  const hosts = ['localhost', '127.0.0.1', '[::1]', 'okta.localhost', new URL(config.publicUrl).hostname];
  if (!['0.0.0.0', '::'].includes(config.host)) hosts.push(config.host);
  return new Set([...hosts, ...config.allowedHosts].map((host) => host.toLowerCase()));
}
