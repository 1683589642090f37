import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Environment } from '@ldap-to-okta/auth-adapter';
import { readEnvFile, ToolError } from '@ldap-to-okta/okta-tools';
import { failed, ok, type Verdict } from '../exam.ts';
import { faultsInEnvText } from '../setting/env-syntax.ts';

export interface EnvFile {
  /** What Node makes of it. */
  readonly values: Environment;
  readonly verdicts: readonly Verdict<undefined>[];
}

/** Reads a `.env` file as the apps do, and says what is wrong with its text. */
export async function examineEnvFile(path: string, isChosen: boolean, environment: Environment): Promise<EnvFile> {
  let values: Environment;
  try {
    values = await readEnvFile(path);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { values: {}, verdicts: [failed(error.message, 'Make it a plain text file that you may read.')] };
  }
  const text = textOf(path);
  const name = relative(process.cwd(), path);
  if (text === undefined) {
    const nothing = isChosen
      ? failed(`there is no file ${name}`, 'Correct --env-file.')
      : ok(undefined, 'there is none: what npm start and docker compose use without one is checked');
    return { values: {}, verdicts: [nothing] };
  }
  const faults = faultsInEnvText(text);
  const names = Object.keys(values);
  const overruled = names.filter((known) => environment[known] && environment[known] !== values[known]);
  const before = overruled.length === 0 ? '' : `; the environment goes before it with ${overruled.join(', ')}`;
  const summary = ok(undefined, `${name}: ${names.length} variables${before}`);
  return { values, verdicts: faults.length === 0 ? [summary] : faults };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
