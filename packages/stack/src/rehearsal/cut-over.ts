import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackError } from '../stack-error.ts';
import type { Company } from './company.ts';
import type { OrgApi } from './org-api.ts';
import type { PasswordHook } from './password-hook.ts';
import type { Person } from './people.ts';
import { setPassword } from './visitor.ts';

/**
 * How passwords come to Okta:
 * - `hashes`: as hashes where Okta knows the scheme, by the hook for everybody else. Okta takes a hash for a new user
 *   only, so it comes before the import; that it outlasts the import is inferred, and a password changed after that is lost
 * - `hook`: at the next sign-in, when the password import inline hook asks the directory
 * - `links`: not at all; everybody sets another one by a link
 */
export const cutOvers = ['hashes', 'hook', 'links'] as const;
export type CutOver = (typeof cutOvers)[number];

const hashesMain = fileURLToPath(new URL('../../../okta-tools/dist/hashes/main.js', import.meta.url));

/** Takes the hashes that Okta knows to Okta. @returns logins of those whose hash arrived */
export async function moveHashes(company: Company, env: NodeJS.ProcessEnv): Promise<ReadonlySet<string>> {
  const report = join(company.folder, 'hashes.jsonl');
  const args = ['--', hashesMain, '--apply', '--report', report, '--env-file', join(company.folder, 'none.env')];
  await new Promise<void>((resolve, reject) => {
    const childEnv = { ...env, ...company.directoryEnv, ...company.orgEnv() };
    execFile(process.execPath, args, { env: childEnv }, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(new StackError('step-failed', stderr.trim() || error.message, { cause: error }));
    });
  });
  const results = readFileSync(report, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { login: string; outcome: string }); // as okta:hashes writes it
  return new Set(results.filter(({ outcome }) => outcome === 'imported').map(({ login }) => login));
}

export interface SwitchedOff {
  /** Asks the directory for Okta; links need none. */
  readonly hook: PasswordHook | undefined;
  readonly notes: readonly string[];
}

/** Switches delegated authentication off, and every password is one of Okta's or on its way. */
export async function switchOff(how: CutOver, company: Company, api: OrgApi): Promise<SwitchedOff> {
  const path = '/local/delegated-authentication';
  switch (how) {
    case 'links':
      await api.call('PUT', path, { enabled: false });
      return { hook: undefined, notes: [] };
    case 'hook': {
      const hook = await company.startHook();
      await hook.register(api);
      await api.call('PUT', path, { enabled: false, resetPasswords: false });
      return { hook, notes: [] };
    }
    case 'hashes': {
      const hook = await company.startHook();
      // with a hook in place Okta asks it for everybody: it has to come after the switch
      await api.call('PUT', path, { enabled: false, resetPasswords: false, resetTheRest: true });
      await hook.register(api);
      const rest = (await usersOf(api)).filter(({ status }) => status === 'RECOVERY');
      for (const { id } of rest) {
        await api.call('POST', `/api/v1/users/${id}`, { credentials: { password: { hook: { type: 'default' } } } });
      }
      return { hook, notes: [`${rest.length} people held a link for the moment until the hook was told of them.`] };
    }
    default:
      return how satisfies never;
  }
}

interface OktaUser {
  readonly id: string;
  readonly status: string;
  readonly profile: { readonly login: string };
  readonly credentials: { readonly provider: { readonly type: string } };
}

const usersOf = (api: OrgApi): Promise<readonly OktaUser[]> => api.call('GET', '/api/v1/users?limit=200');

/** Logins of those whose password Okta does not have yet and would ask the hook for. `hashed`: Okta has a hash of theirs. */
export async function waitingForHook(api: OrgApi, hashed: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const users = await usersOf(api);
  const waiting = users.filter(({ credentials }) => credentials.provider.type === 'IMPORT');
  return new Set(waiting.map(({ profile }) => profile.login).filter((login) => !hashed.has(login)));
}

/** Everybody who may sign in opens their link. @returns the people with their new passwords */
export async function followLinks(
  people: readonly Person[],
  may: (person: Person) => boolean,
  api: OrgApi,
): Promise<readonly Person[]> {
  const letters = await api.call<readonly { to: string; link: string }[]>('GET', '/local/outbox?limit=1000');
  const changed: Person[] = [];
  for (const person of people) {
    const link = letters.find(({ to }) => to === person.login)?.link;
    const password = 'Set-By-A-Link-1';
    const done = link !== undefined && may(person) && (await setPassword(link, password));
    changed.push(done ? { ...person, password } : person);
  }
  return changed;
}
