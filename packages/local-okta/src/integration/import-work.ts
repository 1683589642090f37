import type { Row } from '../agents/protocol.ts';
import type { Directory } from '../directory/directory.ts';
import type { ImportedUser, ImportUsers } from '../directory/import-users.ts';
import type { DirectoryRecords } from './directory-records.ts';
import type { GroupRecords } from './group-records.ts';
import type { ImportCounts } from './import-counts.ts';
import type { MappedUser, UserMapper } from './mapping.ts';
import type { Matcher } from './matching.ts';
import type { IntegrationSettings } from './settings.ts';

/** What the phases of one import share. */
export interface ImportWork {
  readonly run: number;
  readonly appId: string;
  readonly settings: IntegrationSettings;
  readonly directory: Directory;
  readonly records: DirectoryRecords;
  readonly groupRecords: GroupRecords;
  readonly counts: ImportCounts;
  readonly match: Matcher;
  readonly importUsers: ImportUsers;
  readonly mapUser: UserMapper;
  /** Groups that are new or different, by external id, with their DN. */
  readonly changedGroups: Map<string, string>;
  /** Entries that were counted and have no record, by id or DN: a search that is begun again brings them again. */
  readonly leftOut: Set<string>;
  /** Entries with a username that another one has, who may give it up further on: they are looked at again at the end. */
  readonly contested: Map<string, Row>;
  imported(user: Pick<MappedUser, 'externalId' | 'dn' | 'profile'>, userId: string | undefined): ImportedUser;
  /** One entry has something wrong with it; the rest goes on. */
  report(dn: string, code: string, message: string): void;
  sawModified(what: 'users' | 'groups', modified: string | undefined): void;
  /** The entry is gone or switched off: the Okta user is treated as the settings say. */
  takeAway(userId: string, why: string): void;
  /** The entry is back. */
  giveBack(userId: string): void;
}
