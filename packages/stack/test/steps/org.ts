import { join } from 'node:path';
import type { TestDirectory } from '@ldap-to-okta/test-directory';
import { claimPorts } from '../../src/ports.ts';
import { formIn, LoginPage } from '../sign-in/pages.ts';
import { type Page, Visitor } from '../sign-in/visitor.ts';
import { type Program, run, until } from './program.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, judged by assertions
  readonly body: any;
}

/** An org of one's own: Local Okta in a terminal, set up by hand, and the person who may administer it. */
export interface Org {
  readonly url: string;
  readonly ldapsPort: number;
  readonly caFile: string;
  readonly admin: { readonly login: string; readonly password: string };
  program(): Program;
  /** The Admin API and the local controls, as the administrator or with a token of one's own. */
  call(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  /** Stopped, or killed, and started again with the same command in the same folder. */
  restart(signal?: NodeJS.Signals): Promise<void>;
  /** Sends a signal that does not end it. */
  tell(signal: NodeJS.Signals): void;
  end(): Promise<unknown>;
}

const settled = /"msg":"Local Okta is ready/;

/**
 * Starts Local Okta in an empty folder. Its administrator's password and token are those that it prints. `change`: more
 * variables of it.
 */
export async function startOrg(
  folder: string,
  nodeOptions: readonly string[] = [],
  change: NodeJS.ProcessEnv = {},
): Promise<Org> {
  const any = { port: 0, user: 'a test', variable: '' };
  const [port = 0, ldapsPort = 0, ldapPort = 0] = await claimPorts([any, any, any]);
  const env = {
    LOCAL_OKTA_SETUP: 'manual',
    PORT: String(port),
    LOCAL_OKTA_LDAPS_PORT: String(ldapsPort),
    LOCAL_OKTA_LDAP_PORT: String(ldapPort),
    ...change,
  };
  const start = async (): Promise<Program> => {
    const program = run('packages/local-okta', { folder, env, nodeOptions });
    await program.prints(settled);
    return program;
  };
  let program = await start();
  const [, login = '', password = ''] = await program.prints(/administrator {2}(\S+) {2}(\S+)\n/);
  const adminToken = change.LOCAL_OKTA_API_TOKEN ?? (await program.prints(/API token +(\S+)\n/))[1];
  const url = `http://localhost:${port}`;
  return {
    url,
    ldapsPort,
    caFile: join(folder, '.local-okta', 'ldap-interface-ca.pem'),
    admin: { login, password },
    program: () => program,
    async call(method, path, body, token = adminToken) {
      const response = await fetch(new URL(path, url), {
        method,
        headers: {
          authorization: `SSWS ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
    },
    async restart(signal) {
      await program.end(signal);
      program = await start();
    },
    tell: (signal) => program.tell(signal),
    end: () => program.end(),
  };
}

/** The tutorial's environment of the agent, and nothing else. */
export const agentEnv = (org: Pick<Org, 'url'>, directory: TestDirectory): NodeJS.ProcessEnv => ({
  OKTA_URL: org.url,
  LDAP_HOST: new URL(directory.url).hostname,
  LDAP_PORT: new URL(directory.url).port,
  LDAP_ROOT: directory.base,
  LDAP_ADMIN_USERNAME: 'admin',
  LDAP_ADMIN_PASSWORD: directory.adminPassword,
});

export const LINK = /Please visit the URL: (\S+) before (.+? GMT)/;

/** The person who opens an agent's link: signs in where that is asked, and decides. */
export function approver(org: Org, link: string) {
  const visitor = new Visitor(org.url);
  const open = (): Promise<Page> => visitor.visit(link);
  return {
    open,
    signIn: async (password = org.admin.password) =>
      new LoginPage(visitor, await open()).signIn(org.admin.login, password),
    async press(button: 'allow' | 'deny'): Promise<Page> {
      const form = formIn(await open(), /value="allow"/);
      if (form === undefined) throw new Error('nobody is asked to allow anything');
      const body = new URLSearchParams({ ...form.hidden, action: button });
      return visitor.visit(form.action, { method: 'POST', body });
    },
  };
}

/** Starts the agent, lets it in as the administrator, and waits until Okta calls it operational. */
export async function connectAgent(org: Org, directory: TestDirectory, folder: string): Promise<Program> {
  const agent = run('packages/ldap-agent', { folder, env: agentEnv(org, directory) });
  const [, link = ''] = await agent.prints(LINK);
  const person = approver(org, link);
  await person.signIn();
  await person.press('allow');
  await untilOperational(org);
  return agent;
}

export const untilOperational = (org: Org) =>
  until(async () => {
    const { body } = await org.call('GET', '/api/v1/agentPools');
    return body[0]?.operationalStatus === 'OPERATIONAL' ? body[0] : undefined;
  });

/** Runs an import and waits for its result. */
export async function importNow(org: Org, kind: 'full' | 'incremental'): Promise<Answer['body']> {
  const started = await org.call('POST', '/local/integration/imports', { kind });
  return until(async () => {
    const { body } = await org.call('GET', `/local/integration/imports/${started.body.id}`);
    return body.state === 'running' ? undefined : body;
  });
}
