import { fileURLToPath } from 'node:url';
import { readStackOptions } from './env.ts';
import { StackError } from './stack-error.ts';
import { startStack } from './start-stack.ts';
import { describeStack } from './table.ts';

async function main(): Promise<void> {
  // until the stack stands, to leave is enough: an app ends with its parent
  let onSignal = (): void => process.exit(130);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => onSignal());
  const options = readStackOptions(fileURLToPath(new URL('../../../', import.meta.url)));
  const stack = await startStack({ ...options, announce: (line) => console.log(line) });
  const stop = new Promise<'stop'>((resolve) => {
    onSignal = () => resolve('stop');
  });
  console.log(describeStack(stack, options.modes, options));
  const outcome = await Promise.race([stop, stack.failed]);
  if (outcome === 'stop') console.log('Stopping …');
  else console.error(outcome.message);
  await stack.close();
  if (outcome !== 'stop') process.exitCode = 1;
}

main().catch((error: unknown) => {
  // what is known is one line; what is not must show where it comes from
  console.error(error instanceof StackError ? error.message : error);
  process.exitCode = 1;
});
