import { hash } from 'node:crypto';
import type { Entry, Row } from '../agents/protocol.ts';
import { dnKey } from '../dn-key.ts';
import { equality } from './filter.ts';
import type { IntegrationSettings } from './settings.ts';

/** A person as the directory shows them, in Okta's terms. */
export interface MappedUser {
  /** The directory's immutable id: `entryUUID`. */
  readonly externalId: string;
  readonly dn: string;
  readonly dnKey: string;
  readonly uid: string;
  readonly profile: Readonly<Record<string, string>>;
  /** The profile as JSON, as it is stored. */
  readonly profileText: string;
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
  /** Of everything that matters: an equal one means that nothing has changed. */
  readonly hash: string;
  readonly modified: string | undefined;
}

export interface EntryProblem {
  readonly code: 'no-unique-id' | 'attribute-missing' | 'username-invalid' | 'not-text';
  readonly message: string;
}

/** Fields of the profile that every Okta user has. */
export const REQUIRED_FIELDS: readonly string[] = ['email', 'firstName', 'lastName'];

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

/** An entry that was found by itself, as a page of an import would have it. */
export function rowOf({ dn, attributes }: Entry, names: readonly string[]): Row {
  return [dn, ...names.map((name) => attributes[name] ?? null)];
}

/** Finds the places of attributes in a row. */
type Place = (attribute: string) => number;
const placesOf = (names: readonly string[]): Place => {
  const places = new Map(names.map((name, index) => [name, index + 1]));
  return (attribute) => places.get(attribute.toLowerCase()) ?? names.length + 1;
};

function first(row: Row, place: number): string {
  const values = row[place];
  return (typeof values === 'string' ? values : values?.[0])?.trim() ?? '';
}

/** A directory may keep such texts; the database does not. */
const NOT_TEXT: EntryProblem = { code: 'not-text', message: 'has a NUL character in its name or in an attribute' };
const hasNul = (texts: readonly string[]): boolean => texts.some((text) => text.includes('\0'));

/** The Okta user that an entry with {@link userAttributes} makes, or every reason why it makes none. */
export type UserMapper = (
  row: Row,
) => { readonly user: MappedUser } | { readonly problems: readonly EntryProblem[]; readonly externalId: string };

/** What the settings say is worked out once: an import asks a hundred thousand times. */
export function createUserMapper(settings: IntegrationSettings, today: number): UserMapper {
  const place = placesOf(userAttributes(settings));
  const uniqueIdPlace = place(settings.uniqueIdAttribute);
  const uidPlace = place('uid');
  const modifiedPlace = place(MODIFIED);
  const fields = Object.entries(settings.mapping).map(([field, attribute]) => ({
    field,
    attribute,
    at: place(attribute),
    needed: REQUIRED_FIELDS.includes(field),
  }));
  const username = createUsername(settings, place);
  const isDisabled = createIsDisabled(today, place);
  return (row) => {
    const problems: EntryProblem[] = [];
    const externalId = first(row, uniqueIdPlace);
    if (externalId === '') {
      problems.push({
        code: 'no-unique-id',
        message: `has no ${settings.uniqueIdAttribute}, or none that is a text: it cannot be told apart`,
      });
    }
    const login = username(row);
    const profile: Record<string, string> = { login: login ?? '' };
    for (const { field, attribute, at, needed } of fields) {
      const value = first(row, at);
      if (value !== '') profile[field] = value;
      else if (needed) {
        problems.push({ code: 'attribute-missing', message: `has no ${attribute}: Okta needs it as ${field}` });
      }
    }
    if (login === undefined) {
      problems.push({ code: 'attribute-missing', message: 'lacks an attribute of the custom username' });
    } else if (login !== '' && !/^[^\s@]+@[^\s@]+$/.test(login)) {
      problems.push({
        code: 'username-invalid',
        message: `has a username that is no e-mail address: ${login.slice(0, 100)}`,
      });
    }
    const [dn] = row;
    const uid = first(row, uidPlace);
    if (hasNul([dn, externalId, uid, ...Object.values(profile)])) problems.push(NOT_TEXT);
    if (problems.length > 0) return { problems, externalId };
    const disabled = isDisabled(row);
    const profileText = JSON.stringify(profile);
    const modified = first(row, modifiedPlace) || undefined;
    return { user: { externalId, dn, dnKey: dnKey(dn), uid, profile, profileText, modified, disabled } };
  };
}

/** What a person types: their e-mail address, or a pattern filled in. Undefined where the pattern lacks a value. */
function createUsername({ usernameFormat, mapping, customUsername }: IntegrationSettings, place: Place) {
  if (usernameFormat === 'email') {
    const email = place(mapping.email ?? 'mail');
    return (row: Row): string | undefined => first(row, email);
  }
  return (row: Row): string | undefined => {
    let complete = true;
    const login = (customUsername ?? '').replace(/\{([\w-]+)\}/g, (_all, name: string) => {
      const value = first(row, place(name));
      if (value === '') complete = false;
      return value;
    });
    return complete ? login : undefined;
  };
}

/** Finds whoever has this username. Of a pattern with several attributes it is not known which part is whose: empty. */
export function usernameFilter({ usernameFormat, mapping, customUsername = '' }: IntegrationSettings, login: string) {
  if (usernameFormat === 'email') return equality(mapping.email ?? 'mail', login);
  const [, before = '', attribute, after = ''] = /^([^{}]*)\{([\w-]+)\}([^{}]*)$/.exec(customUsername) ?? [];
  const value = login.slice(before.length, login.length - after.length);
  const fits = `${before}${value}${after}`.toLowerCase() === login.toLowerCase();
  return attribute === undefined || value === '' || !fits ? '' : equality(attribute, value);
}

/** `shadowExpire` counts days since 1970 (0 and below: never); `nsAccountLock` is TRUE in the 389 family. */
function createIsDisabled(today: number, place: Place) {
  const expiresPlace = place('shadowexpire');
  const lockPlace = place('nsaccountlock');
  return (row: Row): boolean => {
    const expires = Number(first(row, expiresPlace));
    return (expires > 0 && expires <= today) || first(row, lockPlace).toLowerCase() === 'true';
  };
}

/** `row` has {@link groupAttributes}. */
export function mapGroup(
  row: Row,
  settings: IntegrationSettings,
): { readonly group: MappedGroup } | { readonly problems: readonly EntryProblem[]; readonly externalId: string } {
  const place = placesOf(groupAttributes(settings));
  const [dn] = row;
  const externalId = first(row, place(settings.uniqueIdAttribute));
  const name = first(row, place('cn'));
  const problems: EntryProblem[] = [];
  if (externalId === '') {
    problems.push({
      code: 'no-unique-id',
      message: `has no ${settings.uniqueIdAttribute}, or none that is a text: it cannot be told apart`,
    });
  }
  if (name === '') problems.push({ code: 'attribute-missing', message: 'has no cn: Okta needs it as name' });
  const description = first(row, place('description')) || null;
  if (hasNul([dn, externalId, name, description ?? ''])) problems.push(NOT_TEXT);
  if (problems.length > 0) return { problems, externalId };
  const values = row[place(settings.memberAttribute)] ?? [];
  const listed = typeof values === 'string' ? [values] : values;
  const members = new Map(listed.filter((value) => value.trim() !== '').map((value) => [memberKey(value), value]));
  return {
    group: {
      externalId,
      dn,
      dnKey: dnKey(dn),
      name,
      description,
      members,
      hash: sha1(JSON.stringify([dn, name, description, [...members.keys()].sort()])),
      modified: first(row, place(MODIFIED)) || undefined,
    },
  };
}

/** A member is named by DN or, in plain RFC 2307 groups, by `uid`. */
export function memberKey(value: string): string {
  return /^\s*[A-Za-z][\w.-]*\s*=/.test(value) ? dnKey(value) : uidKey(value.trim());
}

export function uidKey(uid: string): string {
  return `uid ${uid.toLowerCase().replaceAll('\0', '\\00')}`;
}

function sha1(text: string): string {
  return hash('sha1', text, 'base64');
}
