import type { Entry } from '../agents/protocol.ts';
import type { ImportedUser } from '../directory/import-users.ts';
import { keyOf } from '../directory/user.ts';
import type { UserRecord } from './directory-records.ts';
import type { ImportWork } from './import-work.ts';
import { type MappedUser, uidKey } from './mapping.ts';

/** Takes one page of people: new ones are staged, changed ones updated, in one transaction. */
export function importUsersPage(work: ImportWork, entries: readonly Entry[]): void {
  const { records, counts, run } = work;
  const mapped = entries.map((entry) => ({ entry, result: work.mapUser(entry) }));
  const ids = mapped.map(({ result }) => ('user' in result ? result.user.externalId : result.externalId));
  const digests = records.digests(ids);
  const different = mapped.flatMap(({ result }) => {
    if (!('user' in result)) return [];
    const digest = digests.get(result.user.externalId);
    const same = digest === undefined || (digest.hash === result.user.hash && !digest.removed);
    return same ? [] : result.user.externalId;
  });
  const known = records.find(different);
  const logins = mapped.flatMap(({ result }) => {
    if (!('user' in result)) return [];
    const { externalId, profile } = result.user;
    return digests.has(externalId) && !known.has(externalId) ? [] : (profile.login ?? '');
  });
  const usernames = new Usernames(work, logins);
  const still: string[] = [];
  const arrived: MappedUser[] = [];
  const changed: ImportedUser[] = [];
  const changedRecords: UserRecord[] = [];
  for (const { entry, result } of mapped) {
    const externalId = 'user' in result ? result.user.externalId : result.externalId;
    const digest = digests.get(externalId);
    const record = known.get(externalId);
    // An agent died and another one started the search again: this one has been counted.
    if (digest?.seenRun === run) continue;
    counts.users.scanned += 1;
    if ('problems' in result) {
      for (const problem of result.problems) work.report(entry.dn, problem.code, problem.message);
      // Something is wrong with the entry, but it is there: nobody is removed for that.
      if (digest !== undefined) still.push(externalId);
      continue;
    }
    const { user } = result;
    work.sawModified('users', user.modified);
    if (digest === undefined) {
      if (mayArrive(work, usernames, user)) arrived.push(user);
    } else if (record === undefined) {
      counts.users.unchanged += 1;
      still.push(externalId);
    } else if (update(work, usernames, user, record)) {
      counts.users.updated += 1;
      if (record.userId === null) continue;
      changed.push(work.imported(user, record.userId));
      changedRecords.push(record);
    } else still.push(externalId);
  }
  const matches = work.match(arrived.map(({ profile }) => profile));
  const staged = arrived.map((user, index) => {
    const { kind, userId } = matches[index] ?? { kind: 'none' as const, userId: null };
    return { user, match: kind, matchUserId: userId };
  });
  records.insert(staged, run);
  counts.users.new += staged.length;
  records.touch(still, run);
  for (const [index, result] of work.importUsers(changed).entries()) {
    const record = changedRecords[index];
    if (record === undefined || result.outcome !== 'refused') continue;
    const message = result.problems.map(({ field, problem }) => `${field}: ${problem}`).join('; ');
    records.setProblem(record.externalId, message);
    work.report(record.dn, 'profile-refused', message);
  }
}

/** Who has which username, among the directory's own people: one username is one person. */
class Usernames {
  readonly #work: ImportWork;
  readonly #holders: Map<string, { readonly externalId: string; readonly dn: string }>;

  constructor(work: ImportWork, logins: readonly string[]) {
    this.#work = work;
    this.#holders = new Map(work.records.holdersOfLogins(logins));
  }

  /** Gives the username to this person, or reports who has it. */
  take({ externalId, dn, profile: { login = '' } }: MappedUser): boolean {
    const holder = this.#holders.get(keyOf(login));
    if (holder !== undefined && holder.externalId !== externalId) {
      this.#work.report(dn, 'username-taken', `has the username ${login}, which ${holder.dn} has already`);
      return false;
    }
    this.#holders.set(keyOf(login), { externalId, dn });
    return true;
  }
}

function mayArrive(work: ImportWork, usernames: Usernames, user: MappedUser): boolean {
  if (!user.disabled) return usernames.take(user);
  work.report(user.dn, 'disabled', 'is switched off in the directory and was not imported');
  return false;
}

function update(work: ImportWork, usernames: Usernames, user: MappedUser, record: UserRecord): boolean {
  if (!usernames.take(user)) return false;
  work.records.update(user, work.run);
  // Groups name people by DN: after a move they must be looked at again.
  work.groupRecords.markDirtyByMembers([record.dnKey, user.dnKey, uidKey(user.uid)]);
  if (record.userId !== null) {
    if (user.disabled && !record.disabled) work.takeAway(record.userId, `${user.dn} was switched off in the directory`);
    else if (!user.disabled && (record.disabled || record.removed)) work.giveBack(record.userId);
  }
  return true;
}
