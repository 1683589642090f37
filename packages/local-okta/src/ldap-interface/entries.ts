import { createHash } from 'node:crypto';
import type { SearchEntry } from '@ldap-to-okta/ldap-server';
import type { Directory } from '../directory/directory.ts';
import type { Group } from '../directory/groups.ts';
import type { User } from '../directory/user.ts';
import { type AttributeName, attributeTypes, isOperational, OBJECT_CLASSES } from './attributes.ts';
import type { FilterSubject } from './filter-match.ts';
import { type Names, SCHEMA_DN } from './names.ts';

type Values = readonly string[];

/** An entry whose costly attributes are made only when somebody looks at them. */
export interface LazyEntry extends FilterSubject {
  readonly dn: string;
  /** Makes what takes long, step by step; without it, looking makes it at once. */
  prepare?(wanted: readonly AttributeName[]): Iterable<void>;
}

const USER_CLASSES = ['top', 'person', 'organizationalPerson', 'inetOrgPerson'];
const GROUP_CLASSES = ['top', 'groupOfUniqueNames'];

/** Profile attributes of Okta under the names of inetOrgPerson. */
const FROM_PROFILE: readonly (readonly [AttributeName, string])[] = [
  ['uid', 'login'],
  ['mail', 'email'],
  ['givenName', 'firstName'],
  ['sn', 'lastName'],
  ['displayName', 'displayName'],
  ['mobile', 'mobilePhone'],
  ['telephoneNumber', 'primaryPhone'],
  ['title', 'title'],
  ['employeeNumber', 'employeeNumber'],
  ['departmentNumber', 'department'],
  ['preferredLanguage', 'preferredLanguage'],
  ['o', 'organization'],
];

/** The same id always gives the same UUID (RFC 9562, version 8: free form). */
function uuidOf(id: string): string {
  const hex = createHash('sha256').update(id).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export interface EntriesOptions {
  readonly directory: Directory;
  readonly names: Names;
  /** Which groups the org shows, and this client may read. */
  readonly isVisible: (group: Group) => boolean;
  /** How many users this client may read. */
  readonly countUsers: () => number;
}

export function createEntries({ directory, names, isVisible, countUsers }: EntriesOptions) {
  /** Some at each step, for who wants to serve others between two. */
  function* memberDns(group: Group): Generator<void, readonly string[]> {
    const members: { readonly seq: number; readonly dn: string }[] = [];
    for (const page of directory.groups.memberLogins(group.id)) {
      for (const { seq, login } of page) members.push({ seq, dn: names.user(login) });
      yield;
    }
    return members.sort((one, other) => one.seq - other.seq).map(({ dn }) => dn);
  }

  /** One search asks many groups for the same member, and where it looks for theirs, it has them already. */
  let asked: { readonly dn: string; readonly userId: string | undefined; groups?: readonly Group[] } | undefined;
  function memberNamed(dn: string): NonNullable<typeof asked> {
    if (asked?.dn !== dn) {
      const place = names.placeOf(dn);
      asked = { dn, userId: place?.kind === 'user' ? directory.users.findByLogin(place.login)?.id : undefined };
    }
    return asked;
  }

  function groupsOf(dn: string): readonly Group[] {
    const member = memberNamed(dn);
    member.groups ??= member.userId === undefined ? [] : directory.groups.ofUser(member.userId);
    return member.groups;
  }

  function container(
    dn: string,
    structural: string,
    own: Partial<Record<AttributeName, Values>>,
    children?: () => number,
  ): LazyEntry {
    return {
      dn,
      values(name) {
        switch (name) {
          case 'objectClass':
            return ['top', structural];
          case 'structuralObjectClass':
            return [structural];
          case 'hasSubordinates':
            return ['TRUE'];
          case 'numSubordinates':
            return children === undefined ? undefined : [String(children())];
          default:
            return own[name] ?? commonValues(dn, name);
        }
      },
    };
  }

  return {
    groupsOf,
    base: () => container(names.base, 'domain', { dc: [/^dc=([^,]+)/.exec(names.base)?.[1] ?? ''] }, () => 2),
    users: () => container(names.users, 'organizationalUnit', { ou: ['users'] }, countUsers),
    groups: () => container(names.groups, 'organizationalUnit', { ou: ['groups'] }),
    apps: () => container(names.apps, 'organizationalUnit', { ou: ['apps'] }),
    app: (appId: string, label: string) =>
      container(names.app(appId), 'organizationalUnit', { cn: [appId], ou: [appId], description: [label] }),

    user(user: User): LazyEntry {
      const dn = names.user(user.profile.login);
      const profile = new Map(FROM_PROFILE);
      return {
        dn,
        values(name) {
          switch (name) {
            case 'objectClass':
              return USER_CLASSES;
            case 'structuralObjectClass':
              return ['inetOrgPerson'];
            case 'cn':
              return [[user.profile.firstName, user.profile.lastName].filter(Boolean).join(' ') || user.profile.login];
            case 'uniqueIdentifier':
              return [user.id];
            case 'entryUUID':
              return [uuidOf(user.id)];
            case 'organizationalStatus':
              return [user.status];
            case 'memberOf':
              return directory.groups
                .ofUser(user.id)
                .filter(isVisible)
                .map((group) => names.group(group.name, group.appId));
            case 'hasSubordinates':
              return ['FALSE'];
            default: {
              const value = user.profile[profile.get(name) ?? ''];
              return typeof value === 'string' && value !== '' ? [value] : commonValues(dn, name);
            }
          }
        },
      };
    },

    group(group: Group): LazyEntry {
      const dn = names.group(group.name, group.appId);
      let members: readonly string[] | undefined;
      return {
        dn,
        *prepare(wanted) {
          if (members === undefined && wanted.includes('uniqueMember')) members = yield* memberDns(group);
        },
        values(name) {
          switch (name) {
            case 'objectClass':
              return GROUP_CLASSES;
            case 'structuralObjectClass':
              return ['groupOfUniqueNames'];
            case 'cn':
              return [group.name];
            case 'description':
              return group.description === null || group.description === '' ? undefined : [group.description];
            case 'uniqueMember':
              if (members === undefined) for (const _ of this.prepare?.(['uniqueMember']) ?? []);
              return members;
            case 'uniqueIdentifier':
              return [group.id];
            case 'entryUUID':
              return [uuidOf(group.id)];
            case 'hasSubordinates':
              return ['FALSE'];
            default:
              return commonValues(dn, name);
          }
        },
        has(name, value) {
          if (name !== 'uniqueMember') return undefined;
          // Who is in a group of a hundred thousand is one look-up, and not as many names.
          const { userId, groups } = memberNamed(value);
          if (groups !== undefined) return groups.some(({ id }) => id === group.id);
          return userId !== undefined && directory.groups.hasMember(group.id, userId);
        },
        hasAny: (name) =>
          name === 'uniqueMember' ? directory.groups.members(group.id, { limit: 1 }).items.length > 0 : undefined,
      };
    },
  };
}

function commonValues(dn: string, name: AttributeName): Values | undefined {
  if (name === 'entryDN') return [dn];
  return name === 'subschemaSubentry' ? [SCHEMA_DN] : undefined;
}

/** The whole entry as the server wants it; `wanted` keeps what costs something from being made for nothing. */
export function toSearchEntry(entry: LazyEntry, wanted: readonly AttributeName[]): SearchEntry {
  return {
    dn: entry.dn,
    attributes: wanted.flatMap((name) => {
      const values = entry.values(name);
      return values === undefined || values.length === 0 ? [] : [{ name, values, operational: isOperational(name) }];
    }),
  };
}

/** RFC 4512 section 4.2. */
export function schemaEntry(): SearchEntry {
  return {
    dn: SCHEMA_DN,
    attributes: [
      { name: 'objectClass', values: ['top', 'ldapSubentry', 'subschema'] },
      { name: 'cn', values: ['schema'] },
      { name: 'objectClasses', values: OBJECT_CLASSES },
      { name: 'attributeTypes', values: attributeTypes() },
    ],
  };
}
