import { z } from 'zod';
import type { OktaApi } from '../okta-api.ts';
import { ToolError } from '../tool-error.ts';
import type { Assignment } from './app-options.ts';

const groupSchema = z.object({ id: z.string(), type: z.string(), profile: z.object({ name: z.string() }) });

export type AppGroup = z.output<typeof groupSchema>;

/** The group that an assignment names; undefined for none. @throws ToolError `not-found`, `ambiguous` */
export async function groupOf(api: OktaApi, assign: Assignment): Promise<AppGroup | undefined> {
  if (assign.kind === 'none') return undefined;
  const name = assign.kind === 'everyone' ? 'Everyone' : assign.name;
  const search = `profile.name eq "${name.replace(/["\\]/g, '\\$&')}"`;
  const listed = await api.list(`/api/v1/groups?search=${encodeURIComponent(search)}`);
  const groups = listed.flatMap((item) => {
    const { data: group } = groupSchema.safeParse(item);
    // Everyone is built in: a group of one's own may have that name too
    const fits = assign.kind === 'everyone' ? group?.type === 'BUILT_IN' : group?.profile.name === name;
    return group !== undefined && fits ? [group] : [];
  });
  const [group, ...others] = groups;
  if (group === undefined) {
    throw new ToolError(
      'not-found',
      `The org has no group '${name}' that the token may see. Group names are compared with their case.`,
    );
  }
  if (others.length > 0) {
    throw new ToolError(
      'ambiguous',
      `${groups.length} groups are called '${name}'; assign the app in the Admin Console and use --assign none.`,
    );
  }
  return group;
}

export async function isAssigned(api: OktaApi, appId: string, group: AppGroup): Promise<boolean> {
  const result = await api.call('GET', `/api/v1/apps/${appId}/groups/${group.id}`);
  return result.ok;
}

export async function assignGroup(api: OktaApi, appId: string, group: AppGroup): Promise<void> {
  await api.must('PUT', `/api/v1/apps/${appId}/groups/${group.id}`, {});
}
