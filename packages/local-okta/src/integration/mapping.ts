import { hash } from 'node:crypto';
import type { Entry } from '../agents/protocol.ts';
import { dnKey } from '../dn-key.ts';
import type { IntegrationSettings } from './settings.ts';

/** A person as the directory shows them, in Okta's terms. */
export interface MappedUser {
  /** The directory's immutable id: `entryUUID`. */
  readonly externalId: string;
  readonly dn: string;
  readonly dnKey: string;
  readonly uid: string;
  readonly profile: Readonly<Record<string, string>>;
  /** Of everything that matters: an equal one means that nothing has changed. */
  readonly hash: string;
  readonly modified: string | undefined;
  readonly disabled: boolean;
}

export interface MappedGroup {
  readonly externalId: string;
  readonly dn: string;
  readonly dnKey: string;
  readonly name: string;
  readonly description: string | null;
  /** Keys by which members are found: see {@link memberKey}. */
  readonly members: ReadonlyMap<string, string>;
  readonly hash: string;
  readonly modified: string | undefined;
}

export interface EntryProblem {
  readonly code: 'no-unique-id' | 'attribute-missing' | 'username-invalid';
  readonly message: string;
}

const MODIFIED = 'modifytimestamp';

/** The attributes that an import asks for, and no others. */
export function userAttributes(settings: IntegrationSettings): string[] {
  const custom = [...(settings.customUsername ?? '').matchAll(/\{([\w-]+)\}/g)].map(([, name]) => name ?? '');
  return unique([
    settings.uniqueIdAttribute,
    MODIFIED,
    'uid',
    ...Object.values(settings.mapping),
    ...(settings.usernameFormat === 'custom' ? custom : []),
    // What directories say about accounts that are switched off.
    'shadowexpire',
    'nsaccountlock',
  ]);
}

export function groupAttributes(settings: IntegrationSettings): string[] {
  return unique([settings.uniqueIdAttribute, MODIFIED, 'cn', 'description', settings.memberAttribute]);
}

const unique = (names: readonly string[]): string[] => [...new Set(names.map((name) => name.toLowerCase()))];

function first(entry: Entry, name: string): string {
  return entry.attributes[name.toLowerCase()]?.[0]?.trim() ?? '';
}

/** The Okta user that an entry makes, or every reason why it makes none. */
export function mapUser(
  entry: Entry,
  settings: IntegrationSettings,
  today: number,
): { readonly user: MappedUser } | { readonly problems: readonly EntryProblem[]; readonly externalId: string } {
  const problems: EntryProblem[] = [];
  const externalId = first(entry, settings.uniqueIdAttribute);
  if (externalId === '') {
    problems.push({ code: 'no-unique-id', message: `has no ${settings.uniqueIdAttribute}: it cannot be told apart` });
  }
  const profile: Record<string, string> = {};
  for (const [field, attribute] of Object.entries(settings.mapping)) {
    const value = first(entry, attribute);
    if (value !== '') profile[field] = value;
    else if (field === 'email' || field === 'firstName' || field === 'lastName') {
      problems.push({ code: 'attribute-missing', message: `has no ${attribute}: Okta needs it as ${field}` });
    }
  }
  const login = username(entry, settings);
  if (login === undefined) {
    problems.push({ code: 'attribute-missing', message: 'lacks an attribute of the custom username' });
  } else if (login !== '' && !/^[^\s@]+@[^\s@]+$/.test(login)) {
    problems.push({
      code: 'username-invalid',
      message: `has a username that is no e-mail address: ${login.slice(0, 100)}`,
    });
  }
  if (problems.length > 0) return { problems, externalId };
  const full = { login: login ?? '', ...profile };
  const disabled = isDisabled(entry, today);
  const key = dnKey(entry.dn);
  const uid = first(entry, 'uid');
  return {
    user: {
      externalId,
      dn: entry.dn,
      dnKey: key,
      uid,
      profile: full,
      hash: digest([entry.dn, uid, disabled, full]),
      modified: first(entry, MODIFIED) || undefined,
      disabled,
    },
  };
}

/** What a person types: their e-mail address, or a pattern filled in. Undefined where the pattern lacks a value. */
function username(entry: Entry, settings: IntegrationSettings): string | undefined {
  if (settings.usernameFormat === 'email') return first(entry, settings.mapping.email ?? 'mail');
  let complete = true;
  const login = (settings.customUsername ?? '').replace(/\{([\w-]+)\}/g, (_all, name: string) => {
    const value = first(entry, name);
    if (value === '') complete = false;
    return value;
  });
  return complete ? login : undefined;
}

/** `shadowExpire` counts days since 1970 (0 and below: never); `nsAccountLock` is TRUE in the 389 family. */
function isDisabled(entry: Entry, today: number): boolean {
  const expires = Number(first(entry, 'shadowexpire'));
  return (expires > 0 && expires <= today) || first(entry, 'nsaccountlock').toLowerCase() === 'true';
}

export function mapGroup(
  entry: Entry,
  settings: IntegrationSettings,
): { readonly group: MappedGroup } | { readonly problems: readonly EntryProblem[]; readonly externalId: string } {
  const externalId = first(entry, settings.uniqueIdAttribute);
  const name = first(entry, 'cn');
  const problems: EntryProblem[] = [];
  if (externalId === '') {
    problems.push({ code: 'no-unique-id', message: `has no ${settings.uniqueIdAttribute}: it cannot be told apart` });
  }
  if (name === '') problems.push({ code: 'attribute-missing', message: 'has no cn: Okta needs it as name' });
  if (problems.length > 0) return { problems, externalId };
  const values = entry.attributes[settings.memberAttribute.toLowerCase()] ?? [];
  const members = new Map(values.filter((value) => value.trim() !== '').map((value) => [memberKey(value), value]));
  const description = first(entry, 'description') || null;
  return {
    group: {
      externalId,
      dn: entry.dn,
      dnKey: dnKey(entry.dn),
      name,
      description,
      members,
      hash: digest([entry.dn, name, description, [...members.keys()].sort()]),
      modified: first(entry, MODIFIED) || undefined,
    },
  };
}

/** A member is named by DN or, in plain RFC 2307 groups, by `uid`. */
export function memberKey(value: string): string {
  return /^\s*[A-Za-z][\w.-]*\s*=/.test(value) ? dnKey(value) : `uid ${value.trim().toLowerCase()}`;
}

export function uidKey(uid: string): string {
  return `uid ${uid.toLowerCase()}`;
}

function digest(value: unknown): string {
  return hash('sha1', JSON.stringify(value), 'base64');
}
