import { failed, ok, type Verdict } from '../exam.ts';
import { composeProject, run } from '../machine/docker.ts';
import { ask } from '../network/ask.ts';

/** The link that an agent printed. Only its page is looked at; nothing is allowed. */
export async function checkApprovalLink(link: string, restart: string, timeoutMs: number): Promise<Verdict<void>> {
  const asked = await ask({ url: link, timeoutMs });
  if (!asked.ok) return asked.verdict;
  const { status, text } = asked.answer;
  if (status === 410 || /expired/i.test(text)) {
    return failed(
      'the link has expired: it is good for ten minutes',
      `Start the agent again (${restart}) and open the new one.`,
    );
  }
  return status < 400
    ? ok(undefined, 'the link is still good: open it and sign in as an administrator')
    : failed(`the link leads nowhere (HTTP ${status})`, 'Copy the whole link, code included.');
}

/** The last link that the agent of docker compose printed, Okta's own or the local one. */
export async function linkInLog(env: NodeJS.ProcessEnv, timeoutMs: number): Promise<string | undefined> {
  const log = await run('docker', ['logs', `${composeProject(env)}-ldap-agent-1`], env, timeoutMs);
  return [...log.text.matchAll(/https?:\/\/[^\s"']+\/oauth2\/auth\?code=[\w-]+/g)].at(-1)?.[0];
}
