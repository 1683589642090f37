import type { Mode } from '../modes.ts';
import type { OrgApi } from './org-api.ts';
import type { Person } from './people.ts';
import type { Attempt, Checker, Row } from './report.ts';
import { type Outcome, signIn } from './visitor.ts';

export interface RoundOptions {
  readonly people: readonly Person[];
  readonly apps: Readonly<Partial<Record<Mode, string>>>;
  /** Undefined before there is an org. */
  readonly api: OrgApi | undefined;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

const AT_ONCE = 4;

/** Everybody tries to sign in at every app, one app after the other. */
export async function tryEverybody({ people, apps, api, signal, progress }: RoundOptions): Promise<readonly Row[]> {
  const tried = new Map<Person, Partial<Record<Mode, Attempt>>>(people.map((person) => [person, {}]));
  const entries = Object.entries(apps) as [Mode, string][]; // keys of the type
  for (const [mode, url] of entries) {
    progress(`${people.length} people try to sign in at the ${mode} app`);
    const since = new Date().toISOString();
    const outcomes = await tryAll(people, url, signal);
    const checkers = mode === 'ldap' || api === undefined ? undefined : await checkersSince(since, api);
    for (const [person, outcome] of outcomes) {
      const checkedBy = checkers === undefined ? 'directory' : (checkers.get(person.login.toLowerCase()) ?? 'okta');
      tried.set(person, { ...tried.get(person), [mode]: outcome === 'in' ? { outcome, checkedBy } : { outcome } });
    }
  }
  return people.map((person) => ({ name: person.name, login: person.login, attempts: tried.get(person) ?? {} }));
}

async function tryAll(
  people: readonly Person[],
  url: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<Person, Outcome>> {
  const outcomes = new Map<Person, Outcome>();
  const queue = [...people];
  const work = async (): Promise<void> => {
    for (let person = queue.shift(); person !== undefined; person = queue.shift()) {
      signal.throwIfAborted();
      outcomes.set(person, await signIn(url, person.login, person.password));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
}

interface LogEvent {
  readonly eventType: string;
  readonly actor: { readonly alternateId: string };
  readonly outcome: { readonly result: string };
}

const CHECKERS: Readonly<Record<string, Checker>> = {
  'user.authentication.auth_via_LDAP_agent': 'agent',
  'user.import.password': 'hook',
};

/** Whom Okta asked for whose password, by its System Log. Whoever is not in it was judged by Okta itself. */
async function checkersSince(since: string, api: OrgApi): Promise<ReadonlyMap<string, Checker>> {
  const filter = Object.keys(CHECKERS)
    .map((type) => `eventType eq "${type}"`)
    .join(' or ');
  const query = new URLSearchParams({ since, filter, limit: '1000' });
  const events = await api.call<readonly LogEvent[]>('GET', `/api/v1/logs?${query}`);
  const found = new Map<string, Checker>();
  for (const { eventType, actor, outcome } of events) {
    const checker = CHECKERS[eventType];
    if (checker !== undefined && outcome.result === 'SUCCESS') found.set(actor.alternateId.toLowerCase(), checker);
  }
  return found;
}
