import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { counts, readCounts } from './jest-result.mjs';
import { turbo } from './turbo.mjs';

/** Runs every workspace's suites, one workspace after the other, and ends with one sum over all of them. */
export async function test(root, args) {
  const results = join(root, 'test-results');
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results);
  const suites = workspacesWithTests(root);
  for (const { directory } of suites) {
    rmSync(join(directory, 'test-results'), { recursive: true, force: true });
    // jest does not make the folder of its output file
    mkdirSync(join(directory, 'test-results'));
  }

  const directory = chooseDirectory(root);
  process.env.TEST_DIRECTORY = directory.kind;
  // every worker says that VM modules, which jest needs for ES modules, are experimental
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --disable-warning=ExperimentalWarning`.trim();
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
    console.log(`${row.name.padEnd(16)} ${counts(row)}${note}`);
  }
  console.log(`\nDirectory: ${directory.kind}, because ${directory.why}.`);
  console.log(counts({ passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }));
  if (failure !== undefined || sum('failed') > 0) process.exitCode = 1;
}

/**
 * Decided once for the whole run, so that every workspace tests against the same kind and the end can say which.
 * In a process of its own: looking for a container engine leaves connections open.
 */
function chooseDirectory(root) {
  const library = pathToFileURL(join(root, 'packages', 'test-directory', 'dist', 'index.js')).href;
  const program = `
    const { chooseDirectory } = await import(${JSON.stringify(library)});
    await chooseDirectory(process.env).then(
      (choice) => process.stdout.write(JSON.stringify(choice)),
      (error) => { process.stderr.write(error.message + '\\n'); process.exitCode = 1; },
    );
    process.exit();`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr.trim());
  return JSON.parse(stdout);
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
  return readCounts(kept);
}

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
