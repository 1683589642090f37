import type { Row } from '../agents/protocol.ts';
import { DirectoryError } from '../directory/directory-error.ts';
import type { ImportWork } from './import-work.ts';
import { type MappedGroup, mapGroup } from './mapping.ts';

/** Takes one page of groups, with their members as keys. Groups need no confirmation. What was counted is not counted again. */
export function importGroupsPage(work: ImportWork, rows: readonly Row[]): void {
  const { groupRecords, counts, run } = work;
  for (const row of rows) {
    const result = mapGroup(row, work.settings);
    const externalId = 'group' in result ? result.group.externalId : result.externalId;
    const record = groupRecords.find(externalId);
    const key = externalId || row[0];
    const again = record === undefined ? work.leftOut.has(key) : record.seenRun === run;
    if (!again) counts.groups.scanned += 1;
    if ('problems' in result) {
      if (!again) for (const problem of result.problems) work.report(row[0], problem.code, problem.message);
      if (record === undefined) work.leftOut.add(key);
      else groupRecords.touch(externalId, run);
      continue;
    }
    const { group } = result;
    work.sawModified('groups', group.modified);
    if (record?.hash === group.hash) {
      if (again) continue;
      counts.groups.unchanged += 1;
      groupRecords.touch(externalId, run);
      continue;
    }
    const saved = saveGroup(work, group, record?.groupId);
    if ('problem' in saved) {
      if (!again) work.report(group.dn, 'group-refused', saved.problem);
      if (record === undefined) work.leftOut.add(key);
      else groupRecords.touch(externalId, run);
      continue;
    }
    groupRecords.save(group, saved.id, run);
    work.changedGroups.set(externalId, group.dn);
    if (record === undefined) counts.groups.new += 1;
    else if (!again) counts.groups.updated += 1;
  }
}

/** The group of Okta, or why it can be none. */
function saveGroup(work: ImportWork, group: MappedGroup, groupId: string | undefined) {
  try {
    return { id: writeGroup(work, group, groupId) };
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return { problem: error.problems.map(({ field, problem }) => `${field}: ${problem}`).join('; ') || error.message };
  }
}

function writeGroup(work: ImportWork, group: MappedGroup, groupId: string | undefined): string {
  const { groups } = work.directory;
  const source = { appId: work.appId, externalId: group.externalId };
  const attributes = { dn: group.dn };
  const present = groupId ?? groups.findByExternalId(source.appId, source.externalId)?.id;
  if (present === undefined) return groups.create({ ...group, source, attributes }).id;
  groups.update(present, { name: group.name, description: group.description, attributes });
  return present;
}

/** How many members that do not exist are named one by one for each group. */
const STRANGERS_NAMED = 50;

export function reportStrangers(work: ImportWork): void {
  for (const [externalId, dn] of work.changedGroups) {
    const { named, more } = work.groupRecords.strangers(externalId, STRANGERS_NAMED);
    for (const key of named) {
      const member = key.startsWith('uid ') ? key.slice(4) : key;
      work.report(dn, 'member-unknown', `has the member ${member}, who does not exist or was not imported`);
    }
    if (more > 0) work.report(dn, 'member-unknown', `has ${more} members more who do not exist or were not imported`);
  }
}
