import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDiffs } from '../page/diffs.ts';
import { tutorialPages } from './pages.ts';
import { parseTutorialOptions, TUTORIAL_USAGE, UsageError } from './walk-options.ts';
import { walkTutorial } from './walk-tutorial.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

async function main(): Promise<void> {
  const options = parseTutorialOptions(process.argv.slice(2));
  if (options === 'help') return console.log(TUTORIAL_USAGE);
  if (options.diffs) {
    for (const page of tutorialPages(root)) writeDiffs(root, page);
    return;
  }
  const stop = new AbortController();
  // the first one cleans up, a second one does not wait for that
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
  }
  const begin = performance.now();
  const { passed, left, failure } = await walkTutorial(options, {
    root,
    env: process.env,
    signal: stop.signal,
    say: (line) => console.log(line),
  });
  const seconds = Math.round((performance.now() - begin) / 1000);
  if (failure !== undefined) console.error(`\nFAILED  ${failure}`);
  const failed = failure === undefined ? 0 : 1;
  console.log(
    `\nTutorial with ${options.way}: ${passed} steps passed, ${failed} failed, ${left} not reached (${seconds} s)`,
  );
  if (options.json !== undefined) writeCounts(options.json, { passed, failed, left });
  process.exitCode = failed;
}

/** What scripts/sum-results.mjs reads. */
function writeCounts(file: string, { passed, failed, left }: { passed: number; failed: number; left: number }): void {
  mkdirSync(dirname(file), { recursive: true });
  const counts = {
    numTotalTests: passed + failed + left,
    numPassedTests: passed,
    numFailedTests: failed,
    numRuntimeErrorTestSuites: 0,
    numPendingTests: left,
    numTodoTests: 0,
  };
  writeFileSync(file, JSON.stringify(counts));
}

main().catch((error: unknown) => {
  // what is known is one line; what is not must show where it comes from
  console.error(error instanceof UsageError ? `tutorial: ${error.message}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
