import { setImmediate as breathe } from 'node:timers/promises';
import type { Context } from '../context.ts';
import type { ImportedUser } from '../directory/import-users.ts';
import type { DirectoryRecords, MatchKind, UserRecord } from './directory-records.ts';
import type { GroupRecords } from './group-records.ts';
import type { ImportSource } from './import-jobs.ts';
import { createRemoval } from './removal.ts';

/** What a person decided about one import result. */
export interface Assignment {
  readonly externalId: string;
  /** `match`: it is the Okta user that was found (or `userId`). `new`: make one. `ignore`: leave it out. */
  readonly action?: 'match' | 'new' | 'ignore' | undefined;
  readonly userId?: string | undefined;
}

export interface ConfirmRequest {
  /** Every pending result whose match is of one of these kinds, or the named ones. */
  readonly which: readonly MatchKind[] | readonly Assignment[];
  /** Make new users ACTIVE; default what the settings say. */
  readonly activate: boolean;
  /** Whether an entry may take over an Okta user who holds an administrator's role. Only a person may decide that. */
  readonly mayTakeAdmins: boolean;
}

export interface ConfirmResult {
  readonly confirmed: number;
  readonly ignored: number;
  readonly refused: readonly { readonly externalId: string; readonly dn: string; readonly problem: string }[];
}

/** Each is a transaction, and nobody else is served meanwhile. */
const BATCH = 200;

/** Turns import results into Okta users, batch by batch; each batch is one transaction. */
export async function confirmResults(
  context: Context,
  records: DirectoryRecords,
  groupRecords: GroupRecords,
  source: ImportSource,
  request: ConfirmRequest,
): Promise<ConfirmResult> {
  const { store, directory, systemLog } = context;
  let confirmed = 0;
  let ignored = 0;
  const refused: { externalId: string; dn: string; problem: string }[] = [];
  const { delegatedAuthentication, sourcesProfiles } = source.settings;
  const provider = delegatedAuthentication ? ({ type: 'LDAP', name: source.name } as const) : undefined;
  // Nobody keeps a password for them yet.
  const active = delegatedAuthentication ? 'ACTIVE' : 'PROVISIONED';

  const removal = createRemoval(context, source.settings.import.onRemoval);

  /** Somebody new whom no directory signs in: the hook knows their password, or they set one by a link. */
  function welcome(userId: string): void {
    const user = directory.users.get(userId);
    if (user === undefined || delegatedAuthentication || !request.activate) return;
    if (context.services.passwordImport?.active() === true) {
      directory.users.setPasswordToImport(userId, { kind: 'hook' });
    } else context.services.outbox?.issue(user, 'activate');
  }

  function refuse(record: UserRecord, problem: string): void {
    records.setProblem(record.externalId, problem);
    refused.push({ externalId: record.externalId, dn: record.dn, problem });
  }

  /** The Okta user it belongs to (undefined: a new one), or why it cannot be. */
  function target(record: UserRecord, decided: Assignment | undefined): { userId?: string } | { problem: string } {
    const action = decided?.action ?? (record.match === 'exact' || decided?.userId !== undefined ? 'match' : 'new');
    if (action !== 'match') return {};
    const userId = decided?.userId ?? record.matchUserId ?? undefined;
    const user = userId === undefined ? undefined : directory.users.get(userId);
    if (user === undefined) return { problem: 'the Okta user to match does not exist' };
    if (records.ofUser(user.id)?.removed === false)
      return { problem: `${user.profile.login} belongs to another entry already` };
    if (!request.mayTakeAdmins && directory.adminRoles.assignmentsOf(user.id).length > 0) {
      return { problem: `${user.profile.login} is an administrator: a person must confirm it` };
    }
    return { userId: user.id };
  }

  function confirmBatch(batch: readonly { record: UserRecord; decided: Assignment | undefined }[]): void {
    const users: ImportedUser[] = [];
    const taken: UserRecord[] = [];
    for (const { record, decided } of batch) {
      if (decided?.action === 'ignore') {
        records.setState(record.externalId, 'ignored');
        ignored += 1;
        continue;
      }
      const found = target(record, decided);
      if ('problem' in found) {
        refuse(record, found.problem);
        continue;
      }
      users.push({
        userId: found.userId,
        profile: record.profile,
        provider,
        keepProfile: !sourcesProfiles,
        status: request.activate ? active : 'STAGED',
        appUser: { appId: source.appId, externalId: record.externalId, profile: { ...record.profile, dn: record.dn } },
      });
      taken.push(record);
    }
    const keys: string[] = [];
    for (const [index, result] of directory.importUsers(users).entries()) {
      const record = taken[index];
      if (record === undefined) continue;
      if (result.outcome === 'refused') {
        refuse(record, result.problems.map(({ field, problem }) => `${field}: ${problem}`).join('; '));
        continue;
      }
      const gone = records.ofUser(result.userId);
      if (gone !== undefined) records.remove(gone.externalId);
      records.confirm(record.externalId, result.userId);
      if (result.outcome === 'created') welcome(result.userId);
      else if (gone !== undefined && request.activate) removal.giveBack(result.userId);
      keys.push(record.dnKey);
      confirmed += 1;
    }
    groupRecords.markDirtyByMembers(keys);
    // Groups of plain user names cannot be found by DN.
    groupRecords.markDirtyByUids(taken.map(({ externalId }) => externalId));
  }

  for await (const batch of batches(records, request.which)) {
    store.transaction(() => confirmBatch(batch));
    await breathe();
  }
  for (const _ of groupRecords.sync()) await breathe();
  systemLog.append({
    eventType: 'system.import.user_match.confirm',
    displayMessage: `Confirm user matches: ${confirmed} confirmed, ${ignored} ignored, ${refused.length} refused`,
    transactionType: 'JOB',
  });
  return { confirmed, ignored, refused };
}

async function* batches(records: DirectoryRecords, which: ConfirmRequest['which']) {
  const kinds = which.filter((entry) => typeof entry === 'string');
  const named = which.filter((entry) => typeof entry !== 'string');
  for (let at = 0; at < named.length; at += BATCH) {
    const part = named.slice(at, at + BATCH);
    const found = records.find(part.map(({ externalId }) => externalId));
    yield part.flatMap((decided) => {
      const record = found.get(decided.externalId);
      return record === undefined || record.state === 'confirmed' || record.removed ? [] : [{ record, decided }];
    });
  }
  if (kinds.length === 0) return;
  for (let after = ''; ; ) {
    const page = records.pending(after, BATCH);
    if (page.length === 0) return;
    after = page.at(-1)?.externalId ?? '';
    yield page.filter(({ match }) => kinds.includes(match)).map((record) => ({ record, decided: undefined }));
  }
}
