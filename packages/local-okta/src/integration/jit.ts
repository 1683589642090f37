import type { Context } from '../context.ts';
import { keyOf, shortNameOf, type User } from '../directory/user.ts';
import { userActor } from '../system-log/log-event.ts';
import type { DirectoryRecords } from './directory-records.ts';
import { equality } from './filter.ts';
import type { GroupRecords } from './group-records.ts';
import type { ImportSource } from './import-jobs.ts';
import { createUserMapper, type MappedUser, rowOf, userAttributes, usernameFilter } from './mapping.ts';

/** Somebody whom the directory knows and Okta does not. */
export interface JitCandidate {
  readonly dn: string;
  /** Makes the Okta user; call it only when the password was right. Undefined when that is not possible. */
  create(): User | undefined;
}

/** Just-in-time provisioning wants these of an entry. Source: Okta help, "LDAP Just-In-Time provisioning". */
const NEEDED = ['mail', 'givenname', 'sn', 'uid'];

export interface JitOptions {
  readonly context: Context;
  readonly records: DirectoryRecords;
  readonly groupRecords: GroupRecords;
  readonly source: ImportSource;
}

/**
 * Looks for the one entry whose Okta username is `login`, or begins with it before the `@`: as a known user would sign in.
 * @throws AgentError
 */
export async function findForJit(
  { context, records, groupRecords, source }: JitOptions,
  login: string,
  deadlineMs: number,
): Promise<JitCandidate | undefined> {
  const { settings } = source;
  const remote = context.services.remoteDirectory;
  if (remote === undefined) return undefined;
  const entries = await remote.search(
    {
      base: settings.userSearchBase,
      scope: 'sub',
      filter: `(&${settings.userObjectFilter}(|${equality('uid', login)}${usernameFilter(settings, login)}))`,
      attributes: [...new Set([...userAttributes(settings), ...NEEDED])],
      sizeLimit: 3,
    },
    deadlineMs,
  );
  const [entry, another] = entries;
  if (entry === undefined || another !== undefined) return undefined;
  if (NEEDED.some((name) => (entry.attributes[name]?.at(0) ?? '') === '')) return undefined;
  const result = createUserMapper(
    settings,
    Math.floor(context.clock.now() / 86_400_000),
  )(rowOf(entry, userAttributes(settings)));
  if (!('user' in result) || result.user.disabled) return undefined;
  const { user } = result;
  const { login: username = '' } = user.profile;
  if (![keyOf(username), keyOf(shortNameOf(username))].includes(keyOf(login))) return undefined;
  const [holder] = records.holdersOfLogins([username]).values();
  if (holder !== undefined && holder.externalId !== user.externalId) return undefined;
  // Somebody with this username is here already, and is not this entry: nobody slips into their account.
  if (context.directory.users.findByLogin(username) !== undefined) return undefined;
  return { dn: user.dn, create: () => create({ context, records, groupRecords, source }, user) };
}

function create({ context, records, groupRecords, source }: JitOptions, user: MappedUser): User | undefined {
  const { store, directory, systemLog } = context;
  const created = store.transaction(() => {
    const record = records.find([user.externalId]).get(user.externalId);
    if (record !== undefined && (record.userId !== null || record.state === 'ignored')) return undefined;
    if (record === undefined) records.insert([{ user, match: 'none', matchUserId: null }], 0);
    else records.update(user, record.seenRun);
    const [result] = directory.importUsers([
      {
        profile: user.profile,
        provider: { type: 'LDAP', name: source.name },
        status: 'ACTIVE',
        appUser: { appId: source.appId, externalId: user.externalId, profile: { ...user.profile, dn: user.dn } },
      },
    ]);
    if (result === undefined || result.outcome === 'refused') return undefined;
    records.confirm(user.externalId, result.userId);
    groupRecords.markDirtyByMembers([user.dnKey]);
    groupRecords.markDirtyByUids([user.externalId]);
    return directory.users.get(result.userId);
  });
  if (created === undefined) return undefined;
  for (const _ of groupRecords.sync());
  systemLog.append({
    eventType: 'system.agent.ldap.create_user_JIT',
    displayMessage: 'Create user from LDAP just in time',
    target: [userActor(created)],
  });
  return created;
}
