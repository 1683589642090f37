import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createLdapAgent, type LdapAgent, type LdapAgentOptions } from '@ldap-to-okta/ldap-agent';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import { createLocalOkta, type LocalOkta, type LocalOktaOptions } from '../src/local-okta.ts';

export const ADMIN = {
  login: 'admin@example.com',
  password: 'Test-admin-1',
  apiToken: '00test-token-of-the-administrator',
};

/** Ends, in reverse order, whatever a test began. */
export function createCleanup(): { add(end: () => unknown): void; run(): Promise<void> } {
  const ends: (() => unknown)[] = [];
  return {
    add: (end) => ends.push(end),
    async run() {
      for (const end of ends.splice(0).reverse()) await end();
    },
  };
}

export type Cleanup = ReturnType<typeof createCleanup>;

export function tempDir(cleanup: Cleanup): string {
  const dir = mkdtempSync(join(tmpdir(), 'local-okta-test-'));
  cleanup.add(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export async function startOkta(cleanup: Cleanup, options: Partial<LocalOktaOptions> = {}): Promise<LocalOkta> {
  const okta = await createLocalOkta({
    ...(options.dataDir === undefined ? { memory: true } : {}),
    port: 0,
    ldapPort: 0,
    ldapsPort: 0,
    setup: 'auto',
    admin: ADMIN,
    rateLimits: false,
    ...options,
  });
  cleanup.add(() => okta.close());
  return okta;
}

export async function startOpenLdap(
  cleanup: Cleanup,
  options: Parameters<typeof startDirectory>[0] = {},
): Promise<TestDirectory> {
  const directory = await startDirectory({ kind: 'slapd', ...options });
  cleanup.add(() => directory.remove());
  return directory;
}

export function startAgent(
  cleanup: Cleanup,
  okta: { readonly urls: Readonly<Record<string, string>> },
  directory: Pick<TestDirectory, 'url' | 'base' | 'adminDn' | 'adminPassword'>,
  options: Partial<LdapAgentOptions> = {},
): LdapAgent {
  const url = new URL(directory.url);
  const agent = createLdapAgent({
    oktaUrl: okta.urls.okta ?? '',
    directory: {
      host: url.hostname,
      port: Number(url.port),
      tls: 'off',
      bindDn: directory.adminDn,
      bindPassword: directory.adminPassword,
      root: directory.base,
    },
    stateDir: tempDir(cleanup),
    name: 'agent-1',
    ...options,
  });
  cleanup.add(() => agent.close());
  return agent;
}

const agentMain = join(dirname(createRequire(import.meta.url).resolve('@ldap-to-okta/ldap-agent')), 'main.js');

/** An agent in a process of its own, which can be killed. `link` is what it has printed for a person. */
export function spawnAgent(
  cleanup: Cleanup,
  okta: Pick<LocalOkta, 'urls'>,
  directory: Pick<TestDirectory, 'url' | 'base' | 'adminPassword'>,
  env: Readonly<Record<string, string>> = {},
): ChildProcess & { link(): string | undefined } {
  const url = new URL(directory.url);
  const child = spawn(process.execPath, [agentMain], {
    env: {
      OKTA_URL: okta.urls.okta,
      LDAP_HOST: url.hostname,
      LDAP_PORT: url.port,
      LDAP_ROOT: directory.base,
      LDAP_ADMIN_USERNAME: 'admin',
      LDAP_ADMIN_PASSWORD: directory.adminPassword,
      AGENT_STATE_DIR: env.AGENT_STATE_DIR ?? tempDir(cleanup),
      AGENT_NAME: 'agent',
      LOG_LEVEL: 'silent',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  cleanup.add(() => child.kill('SIGKILL'));
  return Object.assign(child, { link: () => /visit the URL: (\S+)/.exec(printed)?.[1] });
}

/** Each pool's status, and behind it those of its agents. */
export async function statuses(okta: LocalOkta): Promise<string[]> {
  const { body } = await call(okta, 'GET', '/api/v1/agentPools');
  return body.flatMap((pool: { operationalStatus: string; agents: { name: string; operationalStatus: string }[] }) => [
    pool.operationalStatus,
    ...pool.agents.map(({ name, operationalStatus }) => `${name} ${operationalStatus}`).sort(),
  ]);
}

/** Waits, by asking again every few milliseconds, until `probe` returns something. */
export async function until<T>(probe: () => T | Promise<T>, what: string, ms = 15_000): Promise<NonNullable<T>> {
  const endsAt = Date.now() + ms;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > endsAt) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at, not typed, by tests
  readonly body: any;
}

/** Calls a control or the Admin API as the administrator. */
export async function call(
  okta: Pick<LocalOkta, 'urls'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(`${okta.urls.okta}${path}`, {
    method,
    headers: {
      authorization: `SSWS ${ADMIN.apiToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

export async function runImport(okta: LocalOkta, kind: 'full' | 'incremental'): Promise<Answer['body']> {
  const started = await call(okta, 'POST', '/local/integration/imports', { kind });
  if (started.status !== 202) throw new Error(`the import did not start: ${JSON.stringify(started)}`);
  return endOfImport(okta, started.body.id);
}

export async function endOfImport(okta: LocalOkta, id: string): Promise<Answer['body']> {
  return until(
    async () => {
      const { body } = await call(okta, 'GET', `/local/integration/imports/${id}`);
      return body.state === 'running' ? undefined : body;
    },
    'the import ends',
    60_000,
  );
}

/** A browser without scripts at the approval page. */
export function createApprover(okta: LocalOkta, link: string) {
  const code = new URL(link).searchParams.get('code') ?? '';
  let cookie = '';
  let page = '';

  async function read(response: Response): Promise<{ status: number; page: string }> {
    const set = response.headers.get('set-cookie');
    if (set !== null) cookie = set.split(';')[0] ?? '';
    page = await response.text();
    return { status: response.status, page };
  }
  const open = async () => read(await fetch(link, { headers: { cookie } }));
  const post = async (fields: Record<string, string>) =>
    read(
      await fetch(`${okta.urls.okta}/oauth2/auth`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ code, csrf: /name="csrf" value="(\w+)"/.exec(page)?.[1] ?? '', ...fields }),
      }),
    );
  return {
    open,
    post,
    signIn: (username = ADMIN.login, password = ADMIN.password) => post({ action: 'sign-in', username, password }),
    async decide(action: 'allow' | 'deny') {
      await open();
      await this.signIn();
      await open();
      return post({ action });
    },
  };
}

/** An agent that a person has let in, connected. */
export async function connectByHand(
  cleanup: Cleanup,
  okta: LocalOkta,
  directory: TestDirectory,
  options: Partial<LdapAgentOptions> = {},
): Promise<LdapAgent> {
  const agent = startAgent(cleanup, okta, directory, options);
  const link = await until(() => agent.status().approval?.url, 'a link');
  await createApprover(okta, link).decide('allow');
  await until(() => agent.status().state === 'connected', 'connected');
  return agent;
}

export async function outcomeOf(
  okta: LocalOkta,
  username: string,
  password: string,
  deadlineMs?: number,
): Promise<string> {
  const { status, body } = await call(okta, 'POST', '/local/integration/test-sign-in', {
    username,
    password,
    deadlineMs,
  });
  return status === 200 ? body.outcome : `status ${status}`;
}

export async function untilReady(okta: LocalOkta): Promise<void> {
  await until(async () => (await call(okta, 'GET', '/local/setup')).body.state === 'ready', 'the set-up is ready');
}
