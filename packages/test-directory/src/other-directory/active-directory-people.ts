import { createHash } from 'node:crypto';
import { normalDn, type OtherEntry } from './entry.ts';

export const base = 'DC=corp,DC=example';
export const userBase = `OU=Staff,${base}`;
export const groupBase = `OU=Groups,${base}`;
const crowdBase = `OU=Crowd,${base}`;

/** The sub-code (a Windows error in hexadecimal) with which somebody with the right password is refused, by login. */
export const refusals: Readonly<Record<string, string>> = {
  nightshift: '530', // not at this hour
  elsewhere: '531', // not from this workstation
  expired: '532', // password expired
  disabled: '533',
  leaver: '701', // account expired
  newcomer: '773', // must change the password first
  locked: '775',
};

const people: readonly (readonly [login: string, name: string])[] = [
  ['svc-reader', 'Directory Reader'],
  ['anna', 'Anna Jensen'],
  // A comma that the DN escapes, brackets that a filter escapes, letters beyond ASCII.
  ['emre', 'Öztürk\\, Emre (Sales)'],
  ['twin.a', 'Twin A'],
  ['twin.b', 'Twin B'],
  ['collector', 'In Every List'],
  ...Object.keys(refusals).map((login) => [login, `The ${login}`] as const),
];

const dnByLogin = new Map(people.map(([login, name]) => [login, `CN=${name},${userBase}`]));
const dnFor = (login: string): string => dnByLogin.get(login) ?? '';

/** Groups by name; `Everyone` contains `Staff`, which contains `Office` and, by mistake, is contained in it. */
const groups: readonly (readonly [name: string, members: readonly string[]])[] = [
  ['Office', [dnFor('anna'), dnFor('emre'), `CN=Staff,${groupBase}`]],
  ['Staff', [`CN=Office,${groupBase}`]],
  ['Everyone', [`CN=Staff,${groupBase}`]],
  ['Sales (EU)', [dnFor('emre')]],
  // More than the directory gives at once.
  ...Array.from({ length: 1_001 }, (_, list) => [`List ${list}`, [dnFor('collector')]] as const),
];

const memberOf = new Map<string, string[]>();
for (const [name, members] of groups) {
  for (const member of members) {
    const key = normalDn(member) ?? '';
    memberOf.set(key, [...(memberOf.get(key) ?? []), `CN=${name},${groupBase}`]);
  }
}

/** Everything in the directory: a domain, people, groups, and 1,200 people more in `OU=Crowd`. */
export const entries: readonly OtherEntry[] = [
  entry(base, { objectClass: ['top', 'domain', 'domainDNS'], dc: ['corp'] }),
  ...[userBase, groupBase, crowdBase].map((dn) =>
    entry(dn, { objectClass: ['top', 'organizationalUnit'], ou: [dn.slice(3, dn.indexOf(','))] }),
  ),
  ...people.map(([login]) => person(dnFor(login), login)),
  ...groups.map(([name, member]) =>
    entry(`CN=${name},${groupBase}`, { objectClass: ['top', 'group'], cn: [name], sAMAccountName: [name], member }),
  ),
  ...Array.from({ length: 1_200 }, (_, number) => person(`CN=Crowd ${number},${crowdBase}`, `crowd${number}`)),
];

function person(dn: string, login: string): OtherEntry {
  const name = dn.slice(3, dn.search(/(?<!\\),/)).replaceAll('\\', '');
  const control = login === 'disabled' ? 0x202 : 0x200;
  return entry(dn, {
    objectClass: ['top', 'person', 'organizationalPerson', 'user'],
    cn: [name],
    displayName: [name],
    sAMAccountName: [login],
    userPrincipalName: [`${login}@corp.example`],
    mail: [login.startsWith('twin.') ? 'twins@corp.example' : `${login}@corp.example`],
    userAccountControl: [String(control)],
  });
}

function entry(dn: string, attributes: Readonly<Record<string, readonly (string | Buffer)[]>>): OtherEntry {
  const groupsOfIt = memberOf.get(normalDn(dn) ?? '');
  return {
    dn,
    attributes: {
      ...attributes,
      ...(groupsOfIt === undefined ? {} : { memberOf: groupsOfIt }),
      // 16 bytes that are no text in any encoding.
      objectGUID: [createHash('md5').update(dn).digest()],
    },
  };
}
