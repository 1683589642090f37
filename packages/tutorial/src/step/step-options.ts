import { parseArgs } from 'node:util';
import { StepError } from './step-error.ts';
import { isStep, type Step, steps } from './steps.ts';

export interface StepOptions {
  readonly step: Step;
  /** Whose state is thrown away: that of `npm start`, or that of `docker compose`. */
  readonly way: 'node' | 'docker';
  readonly yes: boolean;
}

export const STEP_USAGE = `Usage: npm run step <number> [docker] [-- --yes]

Goes to the start of a step of the tutorial (docs/tutorial). What Local Okta and the LDAP agent keep is thrown away, and
two lines of .env are set; the next \`npm start\` (or \`docker compose up\`) then does what comes before that step.

${Object.entries(steps)
  .map(([step, { title }]) => `  npm run step ${step}   ${title}`)
  .join('\n')}

  docker   for \`docker compose up\`: removes its containers and volumes. Without it, for \`npm start\`: empties .local
  --yes    does not ask first
  --help   this text

It asks before anything is lost. A real org (OKTA_ORG=real) is left alone.`;

/** @throws StepError `usage` */
export function parseStepOptions(args: readonly string[]): StepOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help || args.length === 0) return 'help';
  const [step = '', way = 'node', ...more] = positionals;
  if (!isStep(step)) throw usage(`There is no step '${step}': it is one of ${Object.keys(steps).join(', ')}`);
  if (way !== 'node' && way !== 'docker') throw usage(`'${way}' is not known: after the number there may be docker`);
  if (more.length > 0) throw usage(`'${more.join(' ')}' is too much`);
  return { step, way: values.docker ? 'docker' : way, yes: values.yes ?? false };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        docker: { type: 'boolean' },
        yes: { type: 'boolean', short: 'y' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split(/\. |\n/); // parseArgs throws TypeErrors made for people
    throw usage(sentence, error);
  }
}

const usage = (sentence: string, cause?: unknown): StepError =>
  new StepError('usage', `${sentence}. For example: npm run step 3. --help tells more.`, { cause });
