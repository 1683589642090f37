import { parseArgs } from 'node:util';
import { StackError } from '../stack-error.ts';
import { type CutOver, cutOvers } from './cut-over.ts';
import { rehearse } from './rehearse.ts';
import { renderEnd, renderStep } from './render.ts';

const USAGE = `Usage: npm run rehearse -- [options]

Walks the migration from LDAP to Okta, all five steps, against OpenLDAP and Local Okta, a stand-in, and at each step lets
everybody try to sign in at every app. Exit code 1 if anybody who could at step 1 is locked out at any later one.

  --cut-over <how>   how passwords come to Okta at step 5 (hashes)
                       hashes  as hashes where Okta knows the scheme, by the hook for the others
                       hook    at everybody's next sign-in, by the password import inline hook
                       links   not at all: everybody sets another one by a link
                     (a hash is taken at step 2: a password that is changed later is not taken along; the hook has no such gap)
  --break hook       goes wrong on purpose, to see that it is noticed: the hook is stopped too early
  --json             one JSON document instead of tables; progress still goes to standard error
  --help             this text

TEST_DIRECTORY=testcontainers, slapd or embedded chooses the directory; without it, the first of these that can be had.`;

interface Settings {
  readonly cutOver: CutOver;
  readonly breakHook: boolean;
  readonly json: boolean;
}

/** @throws StackError `bad-setting` */
function readSettings(args: readonly string[]): Settings | 'help' {
  const given = parse(args);
  if (given.help) return 'help';
  const wanted = given['cut-over'] ?? 'hashes';
  const cutOver = cutOvers.find((how) => how === wanted);
  if (cutOver === undefined) {
    throw new StackError('bad-setting', `--cut-over is '${wanted}'; it can be ${cutOvers.join(', ')}.`);
  }
  const broken = given.break;
  if (broken !== undefined && (broken !== 'hook' || cutOver === 'links')) {
    throw new StackError('bad-setting', '--break can be hook, and not with --cut-over links, which has none.');
  }
  return { cutOver, breakHook: broken !== undefined, json: given.json ?? false };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'cut-over': { type: 'string' },
        break: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new StackError('bad-setting', `${error instanceof Error ? error.message : error} See --help.`);
  }
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2));
  if (settings === 'help') return console.log(USAGE);
  const stop = new AbortController();
  // the first one cleans up, a second one does not wait for that
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
  }
  const { cutOver, breakHook, json } = settings;
  try {
    const report = await rehearse({
      cutOver,
      ...(breakHook ? { break: 'hook' as const } : {}),
      env: { PATH: process.env.PATH },
      signal: stop.signal,
      progress: (line) => console.error(`… ${line}`),
      onStep: (step) => {
        if (!json) console.log(`\n${renderStep(step)}`);
      },
    });
    console.log(json ? JSON.stringify(report, null, 2) : renderEnd(report));
    process.exitCode = report.ok ? 0 : 1;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.exitCode = 130;
  }
}

main().catch((error: unknown) => {
  // what is known is one line; what is not must show where it comes from
  const known = error instanceof Error && 'code' in error;
  console.error(known ? `rehearse: ${error.message}` : error);
  process.exitCode = error instanceof StackError && error.code === 'bad-setting' ? 2 : 1;
});
