import { ToolError } from '../tool-error.ts';
import { HASH_USAGE, parseHashOptions } from './hash-options.ts';
import { moveHashes } from './move-hashes.ts';

async function main(): Promise<void> {
  const options = parseHashOptions(process.argv.slice(2));
  if (options === 'help') return console.log(HASH_USAGE);
  const stop = new AbortController();
  // the person in progress is finished; a second signal ends at once
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const { counts, left } = await moveHashes({
    ...options,
    env: process.env,
    say: (line) => console.log(line),
    signal: stop.signal,
  });
  if (left > 0) process.exitCode = 130;
  else if (options.apply && counts.refused !== undefined) process.exitCode = 1;
}

main().catch((error: unknown) => {
  // what is known is one line; what is not must show where it comes from
  console.error(error instanceof ToolError ? `okta:hashes: ${error.message}` : error);
  process.exitCode = error instanceof ToolError && (error.code === 'usage' || error.code === 'configuration') ? 2 : 1;
});
