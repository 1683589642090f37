import { type FileHandle, open } from 'node:fs/promises';
import { readEnvFile } from '../env-file.ts';
import { createOktaApi, type OktaApiOptions } from '../okta-api.ts';
import { readOktaOrg, type Values } from '../okta-org.ts';
import { ToolError } from '../tool-error.ts';
import { printable } from '../typed-value.ts';
import { readDirectoryConfig } from './directory-config.ts';
import { type Person, readPeople } from './directory-people.ts';
import type { HashOptions } from './hash-options.ts';
import { type ImportSummary, importPeople } from './import-people.ts';
import type { Outcome, PersonResult } from './import-person.ts';

export interface MoveHashesOptions extends HashOptions {
  readonly env: Values;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly api?: Pick<OktaApiOptions, 'timeoutMs' | 'sleep'>;
}

const LINES_SHOWN = 20;
const PROGRESS_EVERY = 100;

const EXPLAINED: Readonly<Record<Outcome, string>> = {
  imported: 'sign in to Okta with the password they have',
  hooked: 'the same, once the hook has judged their first sign-in',
  'done-before': 'imported by an earlier run',
  exists: 'in Okta already; it takes a hash for new and STAGED users only',
  hook: 'hashed as Okta does not know; the password import hook can take them (--with-hook)',
  'no-password': 'no password in the directory that could be used; need a new one',
  locked: 'locked or expired in the directory; left out',
  'must-change': 'must change the password in the directory first; left out',
  incomplete: 'without e-mail address or name; left out',
  duplicate: 'share an e-mail address with another entry; left out',
  refused: 'refused by Okta',
};

/**
 * Reads people from the directory and takes them to Okta with their password hashes, or says what it would do.
 * @throws ToolError
 */
export async function moveHashes(options: MoveHashesOptions): Promise<ImportSummary> {
  const { env, say, apply } = options;
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value));
  const values = { ...(await readEnvFile(options.envFile)), ...set };
  const config = readDirectoryConfig(values);
  const api = makeApi(values, options);
  // before the long way through the directory, so that a wrong token is told at once
  if (api !== undefined) await api.must('GET', '/api/v1/users?limit=1');

  const people: Person[] = [];
  for await (const person of readPeople(config, options.filter)) people.push(person);
  say(`${config.url}: ${people.length} people below ${config.userBase}`);
  say(
    api === undefined
      ? 'Okta was not asked: OKTA_API_TOKEN is not set.'
      : `${api.url}${apply ? '' : ': nothing is changed'}`,
  );

  const report = options.report === undefined ? undefined : await openReport(options.report);
  const notMoved: PersonResult[] = [];
  const lines: string[] = [];
  const summary = await importPeople(people, {
    api,
    apply,
    withHook: options.withHook,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onResult: (result, done, total) => {
      lines.push(`${JSON.stringify(result)}\n`);
      if (!['imported', 'hooked', 'done-before'].includes(result.outcome)) notMoved.push(result);
      if (done % PROGRESS_EVERY === 0 && done < total) say(`  ${done} of ${total}`);
    },
  }).finally(async () => {
    await report?.writeFile(lines.join(''));
    await report?.close();
  });
  for (const line of describe(summary, notMoved, apply)) say(line);
  return summary;
}

function makeApi(values: Values, options: MoveHashesOptions) {
  const known = values.OKTA_API_TOKEN || values.LOCAL_OKTA_API_TOKEN;
  if (!options.apply && !known) return undefined;
  return createOktaApi({
    ...options.api,
    ...readOktaOrg(values),
    onWait: (seconds) => options.say(`  Okta's rate limit is used up: waiting ${seconds} s`),
  });
}

function describe(summary: ImportSummary, notMoved: readonly PersonResult[], apply: boolean): readonly string[] {
  const lines = notMoved.slice(0, LINES_SHOWN).map(({ dn, outcome, detail }) => {
    return `  ${outcome}: ${printable(dn)}${detail ? ` (${printable(detail)})` : ''}`;
  });
  if (notMoved.length > LINES_SHOWN)
    lines.push(`  … and ${notMoved.length - LINES_SHOWN} more; --report writes all of them`);
  const outcomes = Object.keys(EXPLAINED) as Outcome[]; // keys of a const object
  for (const outcome of outcomes) {
    const count = summary.counts[outcome];
    if (count !== undefined) lines.push(`${String(count).padStart(7)} ${outcome}: ${EXPLAINED[outcome]}`);
  }
  if (summary.left > 0) lines.push(`${String(summary.left).padStart(7)} not reached; run this again`);
  if (!apply) lines.push('Nothing was changed. With --apply it is done.');
  return lines;
}

async function openReport(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // of the file system
    throw new ToolError('usage', `The report ${path} cannot be written (${code}).`, { cause: error });
  }
}
