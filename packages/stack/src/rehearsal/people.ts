import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type LdifRecord, parseLdif } from '@ldap-to-okta/ldap-server';

/** Somebody who tries to sign in, with what they type. */
export interface Person {
  /** How the report names them. */
  readonly name: string;
  readonly login: string;
  readonly password: string;
}

export const rehearsalLdifs: readonly string[] = ['../../../../ldifs/users.ldif', '../../rehearsal/people.ldif'].map(
  (path) => fileURLToPath(new URL(path, import.meta.url)),
);

/** LDIFs hold hashes; what the tutorial's people type is known, and everybody else's is the first of these. */
const PASSWORDS: Readonly<Record<string, string>> = { user02: 'password2', user03: 'password3' };
const USUAL = 'password1';

/** Who must be kept out at every step, whatever is broken: a rehearsal that lets anybody in proves nothing. */
const STRANGERS: readonly Person[] = [
  { name: 'somebody unknown', login: 'nobody@example.com', password: USUAL },
  { name: 'a guesser of user01', login: 'user01@example.com', password: 'not-the-password' },
];

/** Every person of the LDIFs, by the e-mail address that works at each step, and two strangers. */
export function readPeople(files: readonly string[]): readonly Person[] {
  const people = files.flatMap((file) => parseLdif(readFileSync(file, 'utf8'), { file }).flatMap(personOf));
  return [...people, ...STRANGERS];
}

function personOf(record: LdifRecord): readonly Person[] {
  const login = firstOf(record, 'mail');
  if (login === undefined) return [];
  const name = firstOf(record, 'uid') ?? login;
  return [{ name, login, password: PASSWORDS[name] ?? USUAL }];
}

function firstOf({ attributes }: LdifRecord, wanted: string): string | undefined {
  const found = attributes.find(({ name }) => name.toLowerCase() === wanted)?.values[0];
  return found === undefined ? undefined : String(found);
}
