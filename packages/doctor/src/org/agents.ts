import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadState } from '@ldap-to-okta/ldap-agent';
import type { OktaApi } from '@ldap-to-okta/okta-tools';
import { z } from 'zod';
import { failed, notChecked, ok, type Verdict, warning } from '../exam.ts';
import { composeProject, run } from '../machine/docker.ts';
import type { Setting } from '../setting/setting.ts';
import { countLdapUsers, userOf } from './people.ts';

const poolsSchema = z.array(
  z.object({
    name: z.string(),
    type: z.string(),
    agents: z
      .array(z.object({ id: z.string(), name: z.string(), operationalStatus: z.string() }))
      .nullish()
      .transform((agents) => agents ?? []),
  }),
);

/** Every LDAP agent that was let in, at work or not. */
export async function agentsOf(api: OktaApi) {
  const pools = poolsSchema.parse(await api.must('GET', '/api/v1/agentPools?poolType=LDAP&limitPerPoolType=5'));
  return pools.flatMap((pool) => pool.agents);
}

/** The LDAP agents of the org, as its dashboard shows them, and whether anybody needs one. */
export async function checkAgents(api: OktaApi, login: string, restart: string): Promise<Verdict<void>> {
  const agents = await agentsOf(api);
  const count = (status: string): number => agents.filter((agent) => agent.operationalStatus === status).length;
  const list = agents.map(({ name, operationalStatus }) => `${name} ${operationalStatus}`).join(', ');
  const working = count('OPERATIONAL');
  if (working === 0) {
    if (await isAfterCutOver(api, login))
      return ok(undefined, 'none at work, and none is needed: Okta keeps all passwords');
    if (agents.length === 0) {
      return failed(
        'no LDAP agent is registered',
        `Start one (${restart}) and open the link that it prints, within ten minutes.`,
      );
    }
    return failed(
      `no LDAP agent is at work: ${list}`,
      count('DEGRADED') > 0
        ? 'It is connected, and its directory does not answer: look at the directory and at LDAP_ADMIN_PASSWORD.'
        : `Start it (${restart}) and look at its log.`,
    );
  }
  const gone = agents.length - working;
  return gone === 0
    ? ok(undefined, `${working} at work: ${list}`)
    : warning(
        undefined,
        `${working} at work, ${gone} gone: ${list}`,
        'An agent that lost its state registers anew and leaves such a trace: keep its state on a volume, and delete the old ones in the Admin Console.',
      );
}

/** Step 5 of the tutorial: people are there, and nobody's password is in a directory any more. */
async function isAfterCutOver(api: OktaApi, login: string): Promise<boolean> {
  return (await userOf(api, login)) !== undefined && (await countLdapUsers(api)).ldap === 0;
}

/** Whether people came from the directory, and the sample user among them. */
export async function checkImport(api: OktaApi, login: string): Promise<Verdict<void>> {
  const [{ seen, ldap }, user] = [await countLdapUsers(api), await userOf(api, login)];
  const all = seen === 200 ? 'of the first 200 people' : `of ${seen} people`;
  if (user !== undefined && user.status !== 'ACTIVE') {
    return failed(`${login} is ${user.status}`, 'Activate or unlock that user: Directory > People.');
  }
  if (user !== undefined) {
    const { type } = user.credentials.provider;
    const whose = type === 'LDAP' ? 'the directory keeps the password' : `Okta keeps the password (${type})`;
    return ok(undefined, `${login} is there, and ${whose}; ${ldap} ${all} are of the directory`);
  }
  if (ldap === 0) {
    return failed(
      `nobody of the directory has been imported (${seen} people seen)`,
      'Run the import and confirm its results: Directory Integrations > LDAP > Import.',
    );
  }
  return warning(
    undefined,
    `${login} is not there; ${ldap} ${all} are of the directory`,
    'Name somebody who is there with --user.',
  );
}

/**
 * What makes a restart the same agent: a file beside npm start, a volume in docker compose. A computer may have both: the
 * right one is of an agent that this org knows.
 * @param api undefined where it cannot be asked
 */
export async function checkAgentState(
  { stateDir, org }: Pick<Setting, 'stateDir' | 'org'>,
  api: OktaApi | undefined,
  env: NodeJS.ProcessEnv,
  timeoutMs: number,
): Promise<Verdict<void>> {
  const dir = join(stateDir, 'ldap-agent');
  const state = org === 'local' ? loadState(dir) : undefined;
  const isKnown = api === undefined || (await agentsOf(api)).some(({ id }) => id === state?.agentId);
  if (state !== undefined && isKnown) return ok(undefined, `kept in ${dir}, since ${state.registeredAt}`);
  const volume = org === 'local' ? 'agent-state' : 'okta-agent-state';
  const project = composeProject(env);
  const found = await run(
    'docker',
    ['volume', 'inspect', '--format', '{{.Name}}', `${project}_${volume}`],
    env,
    timeoutMs,
  );
  if (found.code === 0) return ok(undefined, `kept in the volume ${found.text.trim()}`);
  if (state !== undefined) {
    return warning(
      undefined,
      `${dir} keeps an agent that this org does not know`,
      'It is of another org, or of this one before a reset: the agent registers anew at its next start.',
    );
  }
  if (existsSync(join(dir, 'agent.json'))) {
    return warning(undefined, 'the file that keeps it cannot be read', 'The agent registers anew at its next start.');
  }
  return notChecked(
    'neither npm start nor docker compose keeps one here; an agent elsewhere must keep its own on a volume',
  );
}
