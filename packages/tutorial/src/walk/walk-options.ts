import { parseArgs } from 'node:util';
import { type Way, ways } from '../page/action.ts';
import { forms } from '../page/sentence.ts';
import { isStep, type Step } from '../step/steps.ts';

export interface TutorialOptions {
  readonly way: Way;
  /** One page alone, from the state that `npm run step` brings. */
  readonly step?: Step;
  /** Every page so, one after the other. */
  readonly each: boolean;
  readonly screenshots: boolean;
  readonly diffs: boolean;
  /** Ports from here on, in place of those that the pages name. */
  readonly ports?: number;
  /** Where the counts go, in the form of jest's. */
  readonly json?: string;
}

export const TUTORIAL_USAGE = `Usage: npm run tutorial -- [docker] [options]

Walks docs/tutorial as it is written, in a copy of this repository: types its commands and compares what they print, does
its numbered steps in Chromium, and compares its pictures. Exit code 1 at the first step that does not go as written.

  docker           with docker compose, and without comparing pictures; without it, with Node alone
  --step <number>  one page alone, from where \`npm run step <number>\` leads
  --each           every page so, in place of carrying the state from page to page
  --screenshots    takes the pictures anew instead of comparing them
  --diffs          writes the diffs between sources that the pages show, and walks nothing
  --ports <first>  at ports from this one on, so that it can run beside another \`npm start\`
  --json <file>    writes how many steps passed, in the form of jest's results
  --help           this text

On a page, what follows "$ " in a console fence is typed, and the lines below it are what has to be printed: … stands for
any text, and on a line of its own for any lines. \`console node\` and \`console docker\` are for one way alone;
\`console fails\` is for a command that has to end with an error. A numbered step consists of these sentences; "With Node: "
and "With Docker: " may stand before one. Other sentences are remarks, and have no bold words. Quotes are not walked.

${forms.map(({ example }) => `  ${example}`).join('\n')}`;

/** Its message is all that a person has to read. */
export class UsageError extends Error {}

/** @throws UsageError */
export function parseTutorialOptions(args: readonly string[]): TutorialOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [name = 'node', ...more] = positionals;
  const way = ways.find((known) => known === name);
  if (way === undefined || more.length > 0) throw usage(`'${positionals.join(' ')}' is not known`);
  const { step, each = false, screenshots = false, diffs = false, json } = values;
  if (step !== undefined && !isStep(step)) throw usage(`There is no step '${step}'`);
  if (step !== undefined && each) throw usage('--each is about all pages, and --step about one');
  const ports = values.ports === undefined ? undefined : Number(values.ports);
  if (ports !== undefined && !(Number.isInteger(ports) && ports >= 1024 && ports <= 65_000)) {
    throw usage(`--ports is '${values.ports}' and must be a number from 1024 to 65000`);
  }
  if (screenshots && (ports !== undefined || way !== 'node')) {
    throw usage('Pictures are taken with Node, at the ports that the pages name');
  }
  return {
    way,
    each,
    screenshots,
    diffs,
    ...(step !== undefined && { step }),
    ...(ports !== undefined && { ports }),
    ...(json !== undefined && { json }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        step: { type: 'string' },
        each: { type: 'boolean' },
        screenshots: { type: 'boolean' },
        diffs: { type: 'boolean' },
        ports: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split(/\. |\n/); // parseArgs throws TypeErrors made for people
    throw usage(sentence);
  }
}

const usage = (sentence: string): UsageError => new UsageError(`${sentence}. --help tells more.`);
