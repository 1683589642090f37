import { resolve } from 'node:path';
import { parseCommandLine, USAGE, UsageError } from './command-line.ts';
import { diagnose } from './diagnose.ts';
import { countOutcomes, createReport, summaryOf } from './report.ts';

/** What the program is given by the process that it runs in. */
export interface Surroundings {
  /** The folder of package.json. */
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Asks a person and shows nothing of what is typed; undefined where there is no person. */
  readonly askPassword: ((question: string) => Promise<string | undefined>) | undefined;
}

/** The whole program; the value is its exit code. */
export async function runDoctor(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    return await examine(args, surroundings);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    surroundings.stderr(`doctor: ${error.message}\n`);
    return 2;
  }
}

async function examine(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { root, environment, stdout, isTerminal } = surroundings;
  const options = parseCommandLine(args);
  if (options === 'help') {
    stdout(`${USAGE}\n`);
    return 0;
  }
  const password = options.signIn ? await passwordOf(surroundings) : undefined;
  // https://no-color.org: set and not empty
  const colour = isTerminal && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const findings = await diagnose({
    ...options,
    root,
    envFile: resolve(options.envFile ?? resolve(root, '.env')),
    envFileIsChosen: options.envFile !== undefined,
    environment,
    password,
    onFinding: options.json ? () => undefined : createReport({ colour }, stdout),
  });
  const counts = countOutcomes(findings);
  stdout(
    options.json ? `${JSON.stringify({ ok: counts.failed === 0, counts, findings }, null, 2)}\n` : summaryOf(counts),
  );
  return counts.failed === 0 ? 0 : 1;
}

/** Never from the command line, where everybody on this computer could read it. @throws UsageError */
async function passwordOf({ environment, askPassword }: Surroundings): Promise<string | undefined> {
  if (environment.DOCTOR_PASSWORD) return environment.DOCTOR_PASSWORD;
  if (askPassword === undefined) {
    throw new UsageError('--sign-in wants a password: set DOCTOR_PASSWORD, or run this on a terminal.');
  }
  return askPassword('Password of the sample user (not shown): ');
}
