import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { launchChromium } from './chromium.ts';
import { TUTORIAL, tutorialPages } from './pages.ts';
import { portsFrom, taken } from './ports.ts';
import { type WalkOptions, type WalkResult, walk } from './walk.ts';
import { type TutorialOptions, UsageError } from './walk-options.ts';
import { openWorkshop } from './workshop.ts';

type Environment = NodeJS.ProcessEnv;

export interface TutorialContext {
  readonly root: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Walks the pages that are asked for in a copy of the repository, and leaves nothing behind. @throws UsageError */
export async function walkTutorial(options: TutorialOptions, context: TutorialContext): Promise<WalkResult> {
  const { way, screenshots } = options;
  const ports = portsFrom(options.ports);
  const busy = await taken(ports);
  if (busy.length > 0) throw new UsageError(`In use: port ${busy.join(', ')}. --ports chooses others.`);
  const workshop = openWorkshop(context.root);
  const env = { ...personsEnv(context.env), ...ports.env, ...workshop.env };
  const remove = (): void => {
    if (way === 'docker') removeContainers(workshop.folder, env);
  };
  try {
    remove();
    const browser = await launchChromium(context.env.PATH);
    try {
      const results: WalkResult[] = [];
      for (const plan of plansOf(options, tutorialPages(workshop.folder))) {
        const result = await walk({
          first: plan.first,
          pages: plan.pages.map((page) => join(workshop.folder, page)),
          way,
          folder: workshop.folder,
          env,
          ports,
          // with OpenLDAP ids, and with them the order of people, are others at each walk
          pictures: way === 'docker' ? 'pass' : screenshots ? 'take' : 'compare',
          browser,
          signal: context.signal,
          say: context.say,
        });
        results.push(result);
        if (result.failure !== undefined) break;
      }
      if (screenshots) bringPictures(workshop.folder, context.root);
      return sumOf(results);
    } finally {
      await browser.close();
    }
  } finally {
    remove();
    workshop.remove();
  }
}

/** One walk through all pages, or one for each page. */
function plansOf(
  { step, each, way }: TutorialOptions,
  pages: readonly string[],
): readonly Pick<WalkOptions, 'pages' | 'first'>[] {
  if (step === undefined && !each) return [{ pages, first: [] }];
  const chosen = pages.filter((page) => step === undefined || stepOf(page) === step);
  return chosen.map((page) => ({ pages: [page], first: waysTo(stepOf(page), way) }));
}

const stepOf = (page: string): string => basename(page).charAt(0);

/** What brings somebody to the start of a step who has not walked those before; the first page does so itself. */
function waysTo(step: string, way: TutorialOptions['way']): WalkOptions['first'] {
  if (step === '1') return [];
  const output = [`This is the start of step ${step}: …`];
  return way === 'docker'
    ? [
        { command: `npm run step ${step} docker -- --yes`, output },
        { command: 'docker compose up', output: ['app-1 | …"msg":"ready to sign people in"…'] },
      ]
    : [
        { command: `npm run step ${step} -- --yes`, output },
        { command: 'npm start', output: ['Logs are in … Ctrl-C stops everything.'] },
      ];
}

function bringPictures(from: string, to: string): void {
  const images = join(TUTORIAL, 'images');
  if (existsSync(join(from, images))) cpSync(join(from, images), join(to, images), { recursive: true });
}

function sumOf(results: readonly WalkResult[]): WalkResult {
  const failure = results.at(-1)?.failure;
  return {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    left: results.reduce((sum, { left }) => sum + left, 0),
    ...(failure !== undefined && { failure }),
  };
}

/** Nothing that a person who has just opened a terminal would not have; of the tools' own, where they find things. */
function personsEnv(env: Environment): Environment {
  const kept =
    /^(PATH|HOME|USER|LANG|TMPDIR|DOCKER_.*|BUILDKIT_.*|https?_proxy|no_proxy|npm_config_.*|NODE_EXTRA_CA_CERTS)$/i;
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => kept.test(name)));
  return { ...own, COMPOSE_PROJECT_NAME: 'ldap-to-okta-tutorial' };
}

function removeContainers(folder: string, env: Environment): void {
  const args = ['compose', 'down', '--volumes', '--remove-orphans'];
  const { status, stderr, error } = spawnSync('docker', args, {
    cwd: folder,
    env: { ...env, AUTH_MODE: 'all' },
    encoding: 'utf8',
  });
  if (status !== 0) throw new UsageError(`docker ${args.join(' ')} does not work: ${error?.message ?? stderr}`);
}
