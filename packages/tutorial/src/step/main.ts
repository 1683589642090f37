import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { goToStep } from './go-to-step.ts';
import { StepError } from './step-error.ts';
import { parseStepOptions, STEP_USAGE } from './step-options.ts';

async function main(): Promise<void> {
  const options = parseStepOptions(process.argv.slice(2));
  if (options === 'help') return console.log(STEP_USAGE);
  await goToStep({
    ...options,
    root: fileURLToPath(new URL('../../../../', import.meta.url)),
    env: process.env,
    say: (line) => console.log(line),
    ask: process.stdin.isTTY ? ask : undefined,
  });
}

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

main().catch((error: unknown) => {
  // what is known is one line; what is not must show where it comes from
  const known = error instanceof Error && 'code' in error;
  console.error(known ? `step: ${error.message}` : error);
  process.exitCode = error instanceof StepError && error.code === 'usage' ? 2 : 1;
});
