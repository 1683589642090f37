import type { Environment } from '@ldap-to-okta/auth-adapter';
import { readAgentConfig } from '@ldap-to-okta/ldap-agent';
import { createOktaApi, type OktaApi, readOktaOrg, ToolError } from '@ldap-to-okta/okta-tools';
import { type Exam, failed, type Need, notChecked, ok, type Verdict } from '../exam.ts';
import { reachWeb } from '../network/reach-web.ts';
import type { Setting } from '../setting/setting.ts';
import { agentsOf, checkAgentState, checkAgents, checkImport } from './agents.ts';
import { checkApprovalLink, linkInLog } from './approval-link.ts';
import { checkClock } from './clock.ts';

export interface OrgOptions {
  readonly exam: Exam;
  readonly setting: Setting;
  /** Of the sample user, at Okta. */
  readonly login: string;
  readonly approvalLink: string | undefined;
  readonly environment: Environment;
  readonly timeoutMs: number;
}

/** The org itself, its clock, its API, its LDAP agents and what they brought. The value is the API. */
export function examineOrg({ exam, setting, login, approvalLink, environment, timeoutMs }: OrgOptions): Need<OktaApi> {
  const { env, org } = setting;
  const isLocal = org === 'local';
  const section = exam.section(isLocal ? 'The org: Local Okta, a stand-in' : 'The org');
  const restart = isLocal ? 'npm start, or docker compose up' : 'docker compose restart ldap-agent';
  const url = section.check('org.url', 'OKTA_URL', async () => orgUrl(env));
  const web = reachWeb({
    exam,
    section,
    id: 'org',
    url: env.OKTA_URL,
    fit: url,
    variable: 'OKTA_URL',
    start: 'npm start or docker compose up',
    timeoutMs,
  });
  section.check('org.clock', 'clock', async (use) => checkClock(await use(web), timeoutMs));
  const api = section.check('org.token', 'API token', async (use) => openApi(env, await use(web), timeoutMs));
  section.check('agent.status', 'LDAP agents', async (use) => {
    const opened = await use(api);
    return known(() => checkAgents(opened, login, restart));
  });
  section.check('agent.import', 'imported people', async (use) => {
    const opened = await use(api);
    return known(() => checkImport(opened, login));
  });
  section.check('agent.state', "agent's state", async () => {
    const opened = await api.passed;
    return known(() => checkAgentState(setting, 'value' in opened ? opened.value : undefined, environment, timeoutMs));
  });
  section.check('agent.values', "agent's values", async () =>
    isLocal ? agentValues(env) : notChecked("Okta's own agent keeps its values itself"),
  );
  section.check('agent.link', 'approval link', async (use) => {
    if (approvalLink !== undefined) return checkApprovalLink(approvalLink, restart, timeoutMs);
    const opened = await use(api);
    return known<void>(async () => {
      if ((await agentsOf(opened)).length > 0) return ok(undefined, 'none is waited for: an agent has been let in');
      const found = await linkInLog(environment, timeoutMs);
      return found === undefined
        ? notChecked('none is known; --approval-link takes the one that an agent printed')
        : checkApprovalLink(found, restart, timeoutMs);
    });
  });
  return api;
}

function orgUrl(env: Environment): Verdict<string> {
  try {
    return ok(readOktaOrg({ OKTA_URL: env.OKTA_URL, OKTA_API_TOKEN: 'not-looked-at-here' }).url, `${env.OKTA_URL}`);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const [problem = '', example = ''] = error.message.replace(/^OKTA_URL /, '').split(' For example: ');
    return failed(problem.replace(/\.$/, ''), `For example: ${example}`);
  }
}

/** Asks with the token once, so that a wrong one is one line. */
async function openApi(env: Environment, _reached: string, timeoutMs: number): Promise<Verdict<OktaApi>> {
  const isLocal = /^http:/.test(env.OKTA_URL ?? '');
  if (!isLocal && !env.OKTA_API_TOKEN) {
    return notChecked('OKTA_API_TOKEN is not set; with one, agents, imported people and the app are looked at too');
  }
  return known(async () => {
    const api = createOktaApi({ ...readOktaOrg(env), timeoutMs, sleep: async () => undefined });
    await api.must('GET', '/api/v1/users/me');
    return ok(api, 'is accepted');
  });
}

/** What the API says no to is a line of the report. */
async function known<T>(ask: () => Promise<Verdict<T>>): Promise<Verdict<T>> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.code === 'forbidden') return notChecked(`the token has too few rights: ${error.message}`);
    return failed(error.message, 'A token has the rights of the administrator who made it: Security > API > Tokens.');
  }
}

/** The tutorial's where nothing is said, as npm start and docker compose have it. */
function agentValues(env: Environment): Verdict<undefined> | readonly Verdict<undefined>[] {
  const read = readAgentConfig({
    LDAP_HOST: 'localhost',
    LDAP_ROOT: 'dc=example,dc=org',
    LDAP_ADMIN_USERNAME: 'admin',
    LDAP_ADMIN_PASSWORD: 'adminpassword',
    ...env,
    DANGEROUSLY_ALLOW_PLAINTEXT_OKTA: 'true',
  });
  if (read.ok) return ok(undefined, `binds to ${read.config.directory.host} as ${read.config.directory.bindDn}`);
  return read.problems.map(({ name, problem, example }) => ({
    ...failed(problem, `For example: ${name}=${example}`),
    subject: name,
  }));
}
