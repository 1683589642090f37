import type { OktaApi } from '@ldap-to-okta/okta-tools';
import { z } from 'zod';

const userSchema = z.object({
  status: z.string(),
  credentials: z.object({ provider: z.object({ type: z.string() }).prefault({ type: 'OKTA' }) }).prefault({}),
});

export type OrgUser = z.output<typeof userSchema>;

/** A user by login, or by its part before the @; undefined when there is none. */
export async function userOf(api: OktaApi, login: string): Promise<OrgUser | undefined> {
  const answer = await api.call('GET', `/api/v1/users/${encodeURIComponent(login)}`);
  return answer.ok ? userSchema.parse(answer.body) : undefined;
}

export async function statusOf(api: OktaApi, login: string): Promise<string | undefined> {
  return (await userOf(api, login))?.status;
}

/** How many of the first 200 users have their password in a directory. */
export async function countLdapUsers(api: OktaApi): Promise<{ readonly seen: number; readonly ldap: number }> {
  const users = z.array(userSchema).parse(await api.must('GET', '/api/v1/users?limit=200'));
  return { seen: users.length, ldap: users.filter(({ credentials }) => credentials.provider.type === 'LDAP').length };
}
