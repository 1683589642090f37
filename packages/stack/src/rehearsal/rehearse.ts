import type { Mode } from '../modes.ts';
import { type Company, openCompany } from './company.ts';
import { type CutOver, followLinks, moveHashes, switchOff, waitingForHook } from './cut-over.ts';
import type { OrgApi } from './org-api.ts';
import { type Person, readPeople, rehearsalLdifs } from './people.ts';
import { judge, keyOf, type RehearsalReport, type StepReport } from './report.ts';
import { tryEverybody } from './round.ts';

export interface RehearsalOptions {
  /** Default `hashes`. */
  readonly cutOver?: CutOver;
  /** Goes wrong on purpose, to see that it is noticed: the hook is stopped before anybody has signed in. Not with `links`. */
  readonly break?: 'hook';
  /** Whose directory it is. Default: the tutorial's people and one for each password scheme. */
  readonly ldifFiles?: readonly string[];
  /** What every process finds in its environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** What is being done, a line at a time. */
  readonly progress?: (line: string) => void;
  readonly onStep?: (step: StepReport) => void;
}

/**
 * Walks the migration from the first step to the last, and everybody tries to sign in at each.
 * @throws StackError where something does not start; that somebody cannot sign in is in the report
 */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalReport> {
  const { signal, progress = () => undefined, ldifFiles = rehearsalLdifs } = options;
  progress('starting a directory');
  const company = await openCompany({ env: options.env, ldifFiles, signal });
  try {
    signal.throwIfAborted();
    const steps = await walk(company, { ...options, progress }, readPeople(ldifFiles));
    const fine = steps.every(({ lockedOut, letIn }) => lockedOut.length === 0 && letIn.length === 0);
    return { directory: company.directory.kind, steps, ok: fine && steps.at(-1)?.waiting.length === 0 };
  } finally {
    progress('stopping everything');
    await company.close();
  }
}

async function walk(
  company: Company,
  options: RehearsalOptions & Required<Pick<RehearsalOptions, 'progress'>>,
  everybody: readonly Person[],
): Promise<readonly StepReport[]> {
  const { cutOver = 'hashes', env, signal, progress, onStep = () => undefined } = options;
  const steps: StepReport[] = [];
  let people = everybody;
  let api: OrgApi | undefined;
  let hashed: ReadonlySet<string> = new Set();
  let before: ReadonlySet<string> | undefined;
  const mayEnter = (person: Person): boolean => before?.has(keyOf(person)) === true;

  /** Logins of people who could sign in at step 1, and whose password the directory alone knows. */
  async function waiting(): Promise<readonly string[]> {
    if (api === undefined) return [];
    const logins = await waitingForHook(api, hashed);
    return people.filter((person) => mayEnter(person) && logins.has(person.login)).map(({ name }) => name);
  }

  async function look(
    step: number,
    title: string,
    apps: readonly Mode[],
    notes: readonly string[],
  ): Promise<StepReport> {
    const urls = Object.fromEntries(apps.map((mode) => [mode, company.urlOf(mode)]));
    const rows = await tryEverybody({ people, apps: urls, api, signal, progress });
    const report = judge({ step, title, rows, notes, waiting: await waiting() }, before);
    steps.push(report);
    onStep(report);
    return report;
  }

  await company.startApp('ldap');
  const first = await look(1, 'the app asks the directory', ['ldap'], []);
  before = new Set(first.rows.filter(({ attempts }) => attempts.ldap?.outcome === 'in').map(keyOf));

  progress('starting Local Okta and the LDAP agent, importing people');
  api = await company.startOrg();
  if (cutOver === 'hashes') hashed = await moveHashes(company, env);
  await company.connectAgent();
  const { pending } = await api.call<{ pending: number }>('GET', '/local/integration');
  await look(
    2,
    'the agent connects the directory to Okta; the app still asks the directory',
    ['ldap'],
    [
      ...(cutOver === 'hashes'
        ? [
            `${hashed.size} people are in Okta with the hash of their password; one that is changed from now on is not taken along.`,
          ]
        : []),
      'People are imported, passwords stay in the directory.',
      ...(pending > 0 ? [`${pending} people wait for a decision of the administrator: a partial match.`] : []),
    ],
  );

  await company.startApp('okta-ldap');
  await look(3, "the app asks Okta's LDAP Interface", ['ldap', 'okta-ldap'], []);
  await company.startApp('oidc');
  await look(4, "the app sends people to Okta's sign-in page", ['ldap', 'okta-ldap', 'oidc'], []);

  const moved: readonly Mode[] = ['okta-ldap', 'oidc'];
  progress('switching delegated authentication off');
  await company.stopApp('ldap');
  const { hook, notes: switched } = await switchOff(cutOver, company, api);
  const notes = [...switched];
  if (cutOver === 'links') {
    people = await followLinks(people, mayEnter, api);
    const set = people.filter((person, index) => person !== everybody[index]).length;
    notes.push(`${set} people have set a password of Okta by the link they were sent.`);
  } else {
    if (options.break === 'hook') await hook?.stop();
    const left = await waiting();
    notes.push(`Before anybody had signed in, ${lost(left)}.`);
    // first some, then the others: what is left goes down with each sign-in
    const half = people.filter((_, index) => index % 2 === 0);
    const url = { oidc: company.urlOf('oidc') };
    await tryEverybody({ people: half, apps: url, api, signal, progress });
    notes.push(`After half of them had, ${lost(await waiting())}.`);
  }
  const after = await look(5, 'Okta alone judges passwords; the directory is asked by the hook at most', moved, notes);
  if (after.waiting.length > 0) return steps;

  progress('stopping the agent, the hook and the directory');
  await hook?.stop();
  await company.stopAgent();
  await company.directory.stop();
  await look(5, 'agent and directory are stopped', moved, [
    ...(hook === undefined
      ? []
      : ['Okta has no password of whoever never gave the right one to the hook: "no answer".']),
  ]);
  return steps;
}

const NAMED = 5;

/** What it would cost to stop the directory now. */
export function lost(waiting: readonly string[]): string {
  if (waiting.length === 0) return 'nobody would be lost if the directory were stopped';
  const more = waiting.length - NAMED;
  const names = [...waiting.slice(0, NAMED), ...(more > 0 ? [`${more} more`] : [])].join(', ');
  return `${waiting.length} would be lost if the directory were stopped: ${names}`;
}
