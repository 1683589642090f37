import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { turbo } from './turbo.mjs';

/** Runs every workspace's suites, one workspace after the other, and ends with one sum over all of them. */
export async function test(root, args) {
  const results = join(root, 'test-results');
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results);
  const suites = workspacesWithTests(root);
  for (const { directory } of suites) rmSync(join(directory, 'test-results'), { recursive: true, force: true });

  const directory = await chooseDirectory(root);
  process.env.TEST_DIRECTORY = directory.kind;
  // one workspace at a time with a worker per core: suites start servers and browsers, and two cores are soon full
  const jest = ['--json', '--outputFile=test-results/jest.json', `--maxWorkers=${availableParallelism()}`];
  // a pattern matches in some workspaces only; without one, a workspace whose tests have gone missing fails
  if (args.length > 0) jest.push('--passWithNoTests');
  const flags = ['--only', '--continue', '--concurrency=1', '--env-mode=loose', '--log-prefix=none'];
  const failure = await turbo(root, ['test', ...flags, '--', ...jest, ...args]).catch((error) => error);

  const rows = suites.map(({ name, directory }) => ({ name, ...readResult(directory, join(results, `${name}.json`)) }));
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  console.log('');
  for (const row of rows) {
    const note = row.note === undefined ? '' : `  (${row.note})`;
    console.log(`${row.name.padEnd(16)} ${counts(row.passed, row.failed, row.skipped)}${note}`);
  }
  console.log(`\nDirectory: ${directory.kind}, because ${directory.reason}.`);
  console.log(counts(sum('passed'), sum('failed'), sum('skipped')));
  if (failure !== undefined || sum('failed') > 0) process.exitCode = 1;
}

/** Decided once for the whole run, so that every workspace tests against the same kind and the end can say which. */
async function chooseDirectory(root) {
  const { chooseDirectory: choose } = await import(
    pathToFileURL(join(root, 'packages', 'test-directory', 'dist', 'index.js')).href
  );
  return choose();
}

function workspacesWithTests(root) {
  return ['apps', 'packages'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => ({ name, directory: join(root, folder, name) }))
      .filter(({ directory }) => existsSync(join(directory, 'package.json')))
      .filter(({ directory }) => readJson(join(directory, 'package.json')).scripts?.test !== undefined),
  );
}

function readResult(directory, kept) {
  const file = join(directory, 'test-results', 'jest.json');
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0, note: 'ended without a result' };
  renameSync(file, kept);
  const result = readJson(kept);
  return {
    passed: result.numPassedTests,
    // a file that cannot be loaded has no tests to count, and is a failure all the same
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

const counts = (passed, failed, skipped) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
