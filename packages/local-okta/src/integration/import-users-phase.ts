import type { Row } from '../agents/protocol.ts';
import type { ImportedUser } from '../directory/import-users.ts';
import { keyOf } from '../directory/user.ts';
import { dnKey } from '../dn-key.ts';
import type { LastRead, UserRecord } from './directory-records.ts';
import type { ImportWork } from './import-work.ts';
import { type MappedUser, uidKey } from './mapping.ts';

/**
 * Takes one page of people: new ones are staged, changed ones updated, in one transaction. Whoever was counted in this
 * run is not counted again: an agent died and another one began the search again, or the entry moved while it was read.
 */
export function importUsersPage(work: ImportWork, rows: readonly Row[]): void {
  takeUsers(work, rows, MOST_CONTESTED);
}

/** After the last page: whoever gave up a username has done so; what is still contested is reported. */
export function importContestedUsers(work: ImportWork): void {
  const { contested } = work;
  for (let before = Number.POSITIVE_INFINITY; contested.size > 0 && contested.size < before; ) {
    before = contested.size;
    takeUsers(work, [...contested.values()], MOST_CONTESTED);
  }
  takeUsers(work, [...contested.values()], 0);
}

/** @param mostContested how many usernames may stay contested until the end; those beyond are reported at once */
function takeUsers(work: ImportWork, rows: readonly Row[], mostContested: number): void {
  const { counts, run } = work;
  const mapped = latestOfEach(rows.map((row) => ({ row, result: work.mapUser(row) })));
  const { lastRead, known, usernames } = lookUp(work, mapped);
  const still: string[] = [];
  const arrived: MappedUser[] = [];
  const changed: ChangedUser[] = [];
  for (const one of mapped) {
    const { row, result } = one;
    const [dn] = row;
    const externalId = idOf(one);
    const before = lastRead.get(externalId);
    const record = known.get(externalId);
    const key = externalId || dn;
    const again = before === undefined ? work.leftOut.has(key) : before.seenRun === run;
    if (!again) counts.users.scanned += 1;
    if ('problems' in result) {
      if (!again) for (const problem of result.problems) work.report(dn, problem.code, problem.message);
      // Something is wrong with the entry, but it is there: nobody is removed for that.
      if (before === undefined) work.leftOut.add(key);
      else still.push(externalId);
      continue;
    }
    const { user } = result;
    work.sawModified('users', user.modified);
    if (before !== undefined && record === undefined) {
      if (again) continue;
      counts.users.unchanged += 1;
      still.push(externalId);
      continue;
    }
    if (record === undefined && user.disabled) {
      if (!again) work.report(user.dn, 'disabled', 'is switched off in the directory and was not imported');
      work.leftOut.add(key);
      continue;
    }
    const contested = work.contested.delete(key);
    const holder = usernames.take(user);
    if (holder !== undefined) {
      if (work.contested.size < mostContested) work.contested.set(key, row);
      else if (!again || contested) reportTaken(work, user, holder);
      if (record === undefined) work.leftOut.add(key);
      else still.push(externalId);
    } else if (record === undefined) arrived.push(user);
    else {
      update(work, user, record);
      if (!again || contested) counts.users.updated += 1;
      if (record.userId !== null) changed.push({ record, imported: work.imported(user, record.userId) });
    }
  }
  stage(work, arrived);
  work.records.touch(still, run);
  bringUpToDate(work, changed);
}

/** What is known of a page's people: all of it by a few statements. */
function lookUp(work: ImportWork, mapped: readonly MappedRow[]) {
  const { records } = work;
  const lastRead = records.lastRead(mapped.map(idOf));
  const different = mapped.flatMap(({ result }) => {
    if (!('user' in result)) return [];
    const before = lastRead.get(result.user.externalId);
    return before === undefined || isSame(result.user, before) ? [] : result.user.externalId;
  });
  const known = records.find(different);
  const logins = mapped.flatMap(({ result }) => {
    if (!('user' in result)) return [];
    const { externalId, profile } = result.user;
    return lastRead.has(externalId) && !known.has(externalId) ? [] : (profile.login ?? '');
  });
  return { lastRead, known, usernames: new Usernames(work, logins) };
}

/** New people wait to be confirmed, with whom they may be in Okta. */
function stage(work: ImportWork, arrived: readonly MappedUser[]): void {
  const matches = work.match(arrived.map(({ profile }) => profile));
  const staged = arrived.map((user, index) => {
    const { kind, userId } = matches[index] ?? { kind: 'none' as const, userId: null };
    return { user, match: kind, matchUserId: userId };
  });
  work.records.insert(staged, work.run);
  work.counts.users.new += staged.length;
}

interface ChangedUser {
  readonly record: UserRecord;
  readonly imported: ImportedUser;
}

/** The Okta users of entries that have changed. What Okta refuses is reported. */
function bringUpToDate(work: ImportWork, changed: readonly ChangedUser[]): void {
  const results = work.importUsers(changed.map(({ imported }) => imported));
  for (const [index, { record }] of changed.entries()) {
    const result = results[index];
    if (result?.outcome !== 'refused') continue;
    const message = result.problems.map(({ field, problem }) => `${field}: ${problem}`).join('; ');
    work.records.setProblem(record.externalId, message);
    if (record.seenRun !== work.run || record.problem !== message) work.report(record.dn, 'profile-refused', message);
  }
}

/** Beyond these, whoever has a username that another one has is reported without a second look. */
const MOST_CONTESTED = 500;

interface MappedRow {
  readonly row: Row;
  readonly result: ReturnType<ImportWork['mapUser']>;
}

/** One that moved while it was read may be in two pages: the later one is true. */
function latestOfEach(mapped: readonly MappedRow[]): readonly MappedRow[] {
  const byKey = new Map<string, MappedRow>();
  for (const one of mapped) byKey.set(idOf(one) || one.row[0], one);
  return byKey.size === mapped.length ? mapped : [...byKey.values()];
}

function idOf({ result }: MappedRow): string {
  return 'user' in result ? result.user.externalId : result.externalId;
}

function isSame(user: MappedUser, before: LastRead): boolean {
  return (
    user.profileText === before.profileText &&
    user.dn === before.dn &&
    uidKey(user.uid) === before.uidKey &&
    user.disabled === before.disabled &&
    !before.removed &&
    !before.refused
  );
}

interface Holder {
  readonly externalId: string;
  readonly dn: string;
}

function reportTaken(work: ImportWork, { dn, dnKey: key, profile }: MappedUser, holder: Holder): void {
  if (dnKey(holder.dn) === key) {
    const message = `was made again and has another ${work.settings.uniqueIdAttribute}: a full import takes the old entry away, the next one brings this one`;
    work.report(dn, 'made-again', message);
  } else work.report(dn, 'username-taken', `has the username ${profile.login}, which ${holder.dn} has already`);
}

/** Who has which username, among the directory's own people: one username is one person. */
class Usernames {
  readonly #holders: Map<string, Holder>;

  constructor(work: ImportWork, logins: readonly string[]) {
    this.#holders = new Map(work.records.holdersOfLogins(logins));
  }

  /** Gives the username to this person. @returns who has it, where somebody else does */
  take({ externalId, dn, profile: { login = '' } }: MappedUser): Holder | undefined {
    const holder = this.#holders.get(keyOf(login));
    if (holder !== undefined && holder.externalId !== externalId) return holder;
    this.#holders.set(keyOf(login), { externalId, dn });
    return undefined;
  }
}

function update(work: ImportWork, user: MappedUser, record: UserRecord): void {
  work.records.update(user, work.run);
  // Groups name people by DN: after a move they must be looked at again.
  work.groupRecords.markDirtyByMembers([record.dnKey, user.dnKey, uidKey(user.uid)]);
  if (record.userId !== null) {
    if (user.disabled && !record.disabled) work.takeAway(record.userId, `${user.dn} was switched off in the directory`);
    else if (!user.disabled && (record.disabled || record.removed)) work.giveBack(record.userId);
  }
}
