import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Agent, startAgent } from './agent.ts';
import type { Directory } from './directory.ts';
import { type NodeProcess, startNode } from './node-process.ts';
import { ask, waitUntil } from './readiness.ts';
import { StackError } from './stack-error.ts';

/** What an app has to be told of the org, and how the org ends. */
export interface OktaOrg {
  readonly env: Readonly<Record<string, string>>;
}

export interface LocalOrg extends OktaOrg {
  readonly url: string;
  readonly setup: SetUp;
  readonly admin: { readonly login: string; readonly password: string };
  readonly ended: Promise<StackError>;
  /** Connects the directory. With the automatic set-up it resolves when people have been imported. */
  connect(directory: Directory): Promise<void>;
  close(): Promise<void>;
}

export interface LocalOrgOptions {
  readonly ports: { readonly http: number; readonly ldaps: number; readonly ldap: number };
  readonly appUrls: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly announce: (line: string) => void;
}

/** What `.env.example` and Compose say too: known to everybody, which is why all of it listens on loopback alone. */
const KNOWN = {
  LOCAL_OKTA_ORG: 'local',
  LOCAL_OKTA_SETUP: 'auto',
  LOCAL_OKTA_ADMIN_LOGIN: 'admin@example.com',
  LOCAL_OKTA_ADMIN_PASSWORD: 'Local-Okta-1',
  LOCAL_OKTA_API_TOKEN: 'local-okta-api-token-for-this-computer',
  OKTA_LDAP_ID: '0oa6qvmxznVl4KFXe5d7',
  OKTA_LDAP_USERNAME: 'ldap-user',
  OKTA_LDAP_PASSWORD: 'local-ldap-user-password',
  CLIENT_ID: '0oalocaloidcapp00001',
  CLIENT_SECRET: 'local-client-secret-for-this-computer-only',
};

/** `step-4`: what comes before step 4 of the tutorial is done by itself. */
export const setUps = ['auto', 'manual', 'step-3', 'step-4', 'step-5'] as const;

export type SetUp = (typeof setUps)[number];

export const localOktaMain = fileURLToPath(new URL('../../local-okta/dist/main.js', import.meta.url));

/** 16 MB for young objects from the start, not only later: an import takes a tenth less. As in compose/org-local.yml. */
export const localOktaNodeOptions = ['--min-semi-space-size=16'];

/** Starts Local Okta in a process of its own. @throws {StackError} `did-not-start` */
export async function startLocalOrg(options: LocalOrgOptions): Promise<LocalOrg> {
  const { ports, folder, announce } = options;
  const env = withKnown(options.env);
  const dataDir = join(folder, 'local-okta');
  // `*.localhost` is this computer to every browser (RFC 6761), and cookies of the org are then none of an app's
  const url = `http://${loopbackNameIn(env.OKTA_URL) ?? 'okta.localhost'}:${ports.http}`;
  const okta = await startNode({
    title: 'Local Okta',
    main: localOktaMain,
    nodeOptions: localOktaNodeOptions,
    port: ports.http,
    readyPath: '/healthz',
    logFile: join(folder, 'local-okta.log'),
    env: {
      ...env,
      LOCAL_OKTA_DATA_DIR: dataDir,
      LOCAL_OKTA_PUBLIC_URL: url,
      LOCAL_OKTA_LDAPS_PORT: String(ports.ldaps),
      LOCAL_OKTA_LDAP_PORT: String(ports.ldap),
      LOCAL_OKTA_LDAP_CA_FILE: '',
      LOCAL_OKTA_APP_URLS: env.LOCAL_OKTA_APP_URLS || options.appUrls.join(','),
    },
  });
  let agent: Agent | undefined;
  let agentEnded: (error: StackError) => void = () => undefined;
  const agentFailure = new Promise<StackError>((resolve) => {
    agentEnded = resolve;
  });
  const setup = setUps.find((name) => name === env.LOCAL_OKTA_SETUP) ?? 'auto';
  return {
    url,
    setup,
    admin: { login: env.LOCAL_OKTA_ADMIN_LOGIN, password: env.LOCAL_OKTA_ADMIN_PASSWORD },
    env: {
      OKTA_URL: url,
      OKTA_LDAP_HOST: 'localhost',
      OKTA_LDAP_PORT: String(ports.ldaps),
      OKTA_LDAP_BASE: `dc=${env.LOCAL_OKTA_ORG},dc=okta,dc=com`,
      OKTA_LDAP_CA_FILE: join(dataDir, 'ldap-interface-ca.pem'),
      OKTA_LDAP_ID: env.OKTA_LDAP_ID,
      OKTA_LDAP_USERNAME: env.OKTA_LDAP_USERNAME,
      OKTA_LDAP_PASSWORD: env.OKTA_LDAP_PASSWORD,
      // one that .env names keeps its path: it chooses the authorization server
      ISSUER: env.ISSUER ? `${url}${new URL(env.ISSUER).pathname.replace(/\/$/, '')}` : `${url}/oauth2/default`,
      CLIENT_ID: env.CLIENT_ID,
      CLIENT_SECRET: env.CLIENT_SECRET,
      // for the page that explains a sign-in
      SIGN_IN_TRACE_OKTA_TOKEN: env.LOCAL_OKTA_API_TOKEN,
    },
    ended: Promise.race([okta.ended, agentFailure]),
    async connect(directory) {
      agent = startAgent({
        env: { ...env, ...directory.env },
        // the agent asks the system's resolver, which may not know `*.localhost`
        oktaUrl: `http://localhost:${ports.http}`,
        stateDir: join(folder, 'ldap-agent'),
        logFile: join(folder, 'ldap-agent.log'),
        announce: setup === 'manual' ? announce : () => undefined,
      });
      void agent.ended.then(agentEnded);
      if (setup !== 'manual') await untilImported(ports.http, agent);
    },
    close: () => closeBoth(agent, okta),
  };
}

async function untilImported(port: number, agent: Agent): Promise<void> {
  const over = new AbortController();
  const outcome = await Promise.race([
    waitUntil(async () => {
      if (agent.state() !== 'connected') return `the LDAP agent is ${agent.state()}`;
      const { text } = await ask(`http://127.0.0.1:${port}/local/setup`);
      return /"state":"ready"/.test(text) ? undefined : `the import of people is not done: ${text}`;
    }, over.signal),
    agent.ended,
  ]);
  over.abort();
  if (outcome === 'ready') return;
  if (outcome instanceof StackError) throw new StackError('did-not-start', outcome.message, { cause: outcome });
  throw new StackError('did-not-start', `Local Okta does not get ready: ${outcome.reason}`);
}

/** The agent first: it finishes what Local Okta has asked. */
async function closeBoth(agent: Agent | undefined, okta: NodeProcess): Promise<void> {
  await agent?.stop();
  await okta.stop();
}

function withKnown(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv & Record<keyof typeof KNOWN, string> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  return { ...KNOWN, ...given };
}

const loopbackName = /^(localhost|[a-z0-9-]+\.localhost|127(\.\d+){3})$/i;

/** The host of an address that is this computer's, or undefined. */
export function loopbackNameIn(address: string | undefined): string | undefined {
  const host = address !== undefined && URL.canParse(address) ? new URL(address).hostname : '';
  return loopbackName.test(host) ? host : undefined;
}
