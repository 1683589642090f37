import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDiffs } from '../page/diffs.ts';
import { launchChromium } from './chromium.ts';
import { TUTORIAL, tutorialPages } from './pages.ts';
import { portsFrom, taken } from './ports.ts';
import { type WalkOptions, type WalkResult, walk } from './walk.ts';
import { parseTutorialOptions, TUTORIAL_USAGE, type TutorialOptions, UsageError } from './walk-options.ts';
import { openWorkshop } from './workshop.ts';

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
  const { passed, left, failure } = await walkTutorial(options, stop.signal);
  const seconds = Math.round((performance.now() - begin) / 1000);
  if (failure !== undefined) console.error(`\nFAILED  ${failure}`);
  const failed = failure === undefined ? 0 : 1;
  console.log(
    `\nTutorial with ${options.way}: ${passed} steps passed, ${failed} failed, ${left} not reached (${seconds} s)`,
  );
  if (options.json !== undefined) writeCounts(options.json, { passed, failed, left });
  process.exitCode = failed;
}

async function walkTutorial(options: TutorialOptions, signal: AbortSignal): Promise<WalkResult> {
  const { way, step, screenshots } = options;
  const ports = portsFrom(options.ports);
  const busy = await taken(ports);
  if (busy.length > 0) throw new UsageError(`In use: port ${busy.join(', ')}. --ports chooses others.`);
  const workshop = openWorkshop(root);
  const env = { ...personsEnv(), ...ports.env, ...workshop.env };
  const emptied = (): void => {
    if (way === 'docker') removeContainers(workshop.folder, env);
  };
  const browser = await launchChromium(process.env.PATH);
  try {
    emptied();
    const result = await walk({
      pages: tutorialPages(workshop.folder)
        .filter((page) => step === undefined || page.startsWith(join(TUTORIAL, `${step}-`)))
        .map((page) => join(workshop.folder, page)),
      first: waysTo(step, way),
      way,
      folder: workshop.folder,
      env,
      ports,
      // with OpenLDAP ids, and with them the order of people, are others at each walk
      pictures: way === 'docker' ? 'pass' : screenshots ? 'take' : 'compare',
      browser,
      signal,
      say: (line) => console.log(line),
    });
    const images = join(TUTORIAL, 'images');
    if (screenshots && existsSync(join(workshop.folder, images))) {
      cpSync(join(workshop.folder, images), join(root, images), { recursive: true });
    }
    return result;
  } finally {
    await browser.close();
    emptied();
    workshop.remove();
  }
}

/** What brings somebody to the start of a step who has not walked those before; the first page does so itself. */
function waysTo(step: TutorialOptions['step'], way: TutorialOptions['way']): WalkOptions['first'] {
  if (step === undefined || step === '1') return [];
  const toStep = { output: [`This is the start of step ${step}: …`] };
  return way === 'docker'
    ? [
        { command: `npm run step ${step} docker -- --yes`, ...toStep },
        { command: 'docker compose up', output: ['app-1 | …"msg":"ready to sign people in"…'] },
      ]
    : [
        { command: `npm run step ${step} -- --yes`, ...toStep },
        { command: 'npm start', output: ['Logs are in … Ctrl-C stops everything.'] },
      ];
}

/** Nothing that a person who has just opened a terminal would not have; of the tools' own, where they find things. */
function personsEnv(): NodeJS.ProcessEnv {
  const kept =
    /^(PATH|HOME|USER|LANG|TMPDIR|DOCKER_.*|BUILDKIT_.*|https?_proxy|no_proxy|npm_config_.*|NODE_EXTRA_CA_CERTS)$/i;
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)));
  return { ...own, COMPOSE_PROJECT_NAME: 'ldap-to-okta-tutorial' };
}

function removeContainers(folder: string, env: NodeJS.ProcessEnv): void {
  const args = ['compose', 'down', '--volumes', '--remove-orphans'];
  const { status, stderr } = spawnSync('docker', args, {
    cwd: folder,
    env: { ...env, AUTH_MODE: 'all' },
    encoding: 'utf8',
  });
  if (status !== 0) throw new UsageError(`docker ${args.join(' ')} does not work: ${stderr}`);
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
