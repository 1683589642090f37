import type { Entry } from '../agents/protocol.ts';
import type { ImportedUser } from '../directory/import-users.ts';
import type { UserRecord } from './directory-records.ts';
import type { ImportWork } from './import-work.ts';
import { type MappedUser, mapUser, uidKey } from './mapping.ts';

/** Takes one page of people: new ones are staged, changed ones updated, in one transaction. */
export function importUsersPage(work: ImportWork, entries: readonly Entry[]): void {
  const { records, counts, run, settings } = work;
  const mapped = entries.map((entry) => ({ entry, result: mapUser(entry, settings, work.today) }));
  const ids = mapped.map(({ result }) => ('user' in result ? result.user.externalId : result.externalId));
  const known = records.find(ids);
  const still: string[] = [];
  const changed: ImportedUser[] = [];
  const changedRecords: UserRecord[] = [];
  for (const { entry, result } of mapped) {
    const externalId = 'user' in result ? result.user.externalId : result.externalId;
    const record = known.get(externalId);
    // An agent died and another one started the search again: this one has been counted.
    if (record?.seenRun === run) continue;
    counts.users.scanned += 1;
    if ('problems' in result) {
      for (const problem of result.problems) work.report(entry.dn, problem.code, problem.message);
      // Something is wrong with the entry, but it is there: nobody is removed for that.
      if (record !== undefined) still.push(externalId);
      continue;
    }
    const { user } = result;
    work.sawModified('users', user.modified);
    if (record === undefined) stage(work, user);
    else if (record.hash === user.hash && !record.removed) {
      counts.users.unchanged += 1;
      still.push(externalId);
    } else if (update(work, user, record)) {
      counts.users.updated += 1;
      if (record.userId === null) continue;
      changed.push(work.imported(user, record.userId));
      changedRecords.push(record);
    } else still.push(externalId);
  }
  records.touch(still, run);
  for (const [index, result] of work.importUsers(changed).entries()) {
    const record = changedRecords[index];
    if (record === undefined || result.outcome !== 'refused') continue;
    const message = result.problems.map(({ field, problem }) => `${field}: ${problem}`).join('; ');
    records.setProblem(record.externalId, message);
    work.report(record.dn, 'profile-refused', message);
  }
}

/** Whether the username is free among the directory's own people: one username is one person. */
function usernameFree(work: ImportWork, user: MappedUser): boolean {
  const holder = work.records.holderOfLogin(user.profile.login ?? '', user.externalId);
  if (holder === undefined) return true;
  work.report(user.dn, 'username-taken', `has the username ${user.profile.login}, which ${holder.dn} has already`);
  return false;
}

function stage(work: ImportWork, user: MappedUser): void {
  if (user.disabled) {
    work.report(user.dn, 'disabled', 'is switched off in the directory and was not imported');
    return;
  }
  if (!usernameFree(work, user)) return;
  const match = work.match(user.profile);
  work.records.insert(user, match.kind, match.userId, work.run);
  work.counts.users.new += 1;
}

function update(work: ImportWork, user: MappedUser, record: UserRecord): boolean {
  if (!usernameFree(work, user)) return false;
  work.records.update(user, work.run);
  // Groups name people by DN: after a move they must be looked at again.
  work.groupRecords.markDirtyByMembers([record.dnKey, user.dnKey, uidKey(user.uid)]);
  if (record.userId !== null) {
    if (user.disabled && !record.disabled) work.takeAway(record.userId, `${user.dn} was switched off in the directory`);
    else if (!user.disabled && (record.disabled || record.removed)) work.giveBack(record.userId);
  }
  return true;
}
