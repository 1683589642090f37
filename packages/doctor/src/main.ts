import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCommandLine, USAGE, UsageError } from './command-line.ts';
import { diagnose } from './diagnose.ts';
import { askPassword } from './password-prompt.ts';
import { countOutcomes, createReport, summaryOf } from './report.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

async function main(): Promise<number> {
  const options = parseCommandLine(process.argv.slice(2));
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  const { env, stdout, stdin, stderr } = process;
  const password = await passwordFor(options.signIn);
  const colour = stdout.isTTY && !env.NO_COLOR && env.TERM !== 'dumb';
  const report = createReport({ colour }, (text) => stdout.write(text));
  const findings = await diagnose({
    ...options,
    root,
    envFile: resolve(options.envFile ?? resolve(root, '.env')),
    envFileIsChosen: options.envFile !== undefined,
    environment: env,
    password,
    onFinding: options.json ? () => undefined : report,
  });
  const counts = countOutcomes(findings);
  stdout.write(
    options.json ? `${JSON.stringify({ ok: counts.failed === 0, counts, findings }, null, 2)}\n` : summaryOf(counts),
  );
  return counts.failed === 0 ? 0 : 1;

  /** Never from the command line, where everybody on this computer could read it. */
  async function passwordFor(wanted: boolean): Promise<string | undefined> {
    if (!wanted) return undefined;
    if (env.DOCTOR_PASSWORD) return env.DOCTOR_PASSWORD;
    if (!stdin.isTTY)
      throw new UsageError('--sign-in wants a password: set DOCTOR_PASSWORD, or run this on a terminal.');
    return askPassword('Password of the sample user (not shown): ', stdin, stderr);
  }
}

main()
  .catch((error: unknown) => {
    // what is known is one line; what is not must show where it comes from
    console.error(error instanceof UsageError ? `doctor: ${error.message}` : error);
    return error instanceof UsageError ? 2 : 1;
  })
  // a name that is still being looked up would keep the process; the report is out
  .then((code) => process.stdout.write('', () => process.exit(code)));
