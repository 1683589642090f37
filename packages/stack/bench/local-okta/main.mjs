import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from '../measure.mjs';
import { startBigDirectory } from './big-directory.mjs';
import { measureImport } from './measure-import.mjs';
import { measureSearches } from './measure-searches.mjs';
import { measureSignIns } from './measure-sign-ins.mjs';
import { judge, report } from './report.mjs';

const usage = `Usage: npm run bench -- local-okta [--quick] [--rounds 3] [--people 100000]

Import, LDAP Interface searches and delegated sign-in of Local Okta with a real slapd behind the agent, each against a
baseline of the same run. Needs slapd and ldapsearch. Writes docs/benchmarks-local-okta.md and fails when a target is
missed. --quick takes 5000 people and one round, writes nothing and judges nothing.`;

/** `args`: what follows the name of this benchmark. */
export async function benchLocalOkta(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      people: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(usage);
  const { quick } = values;
  const rounds = Number(values.rounds ?? (quick ? 1 : 3));
  const people = Number(values.people ?? (quick ? 5_000 : 100_000));
  const smallPeople = 1_000;
  const turns = quick ? 100 : 1_000;
  const warmUp = quick ? 20 : 2_000;
  const closers = [];
  const keep = (thing, close) => {
    closers.push(close);
    return thing;
  };

  try {
    console.log(`loading ${people} people`);
    const directory = await startBigDirectory(people);
    keep(directory, () => directory.remove());
    const found = [];
    let large;
    for (let round = 1; round <= rounds; round += 1) {
      await large?.stop();
      const { org, figures } = await measureImport(directory, people);
      large = keep(org, () => org.stop());
      found.push(figures);
      console.log(`import ${round}: ${describe(figures)}`);
    }
    const imports = Object.fromEntries(
      Object.keys(found[0]).map((name) => [name, median(found.map((figures) => figures[name]))]),
    );

    const smallDirectory = await startBigDirectory(smallPeople);
    keep(smallDirectory, () => smallDirectory.remove());
    const { org: small } = await measureImport(smallDirectory, smallPeople);
    keep(small, () => small.stop());
    const searches = await measureSearches({ large, small, people, smallPeople, searches: turns });
    console.log(`searches: ${describe(searches)}`);
    const signIns = await measureSignIns({ directory, org: large, people, signIns: turns, warmUp });
    console.log(`sign-ins: ${describe(signIns)}`);

    const figures = { imports, searches, signIns };
    const verdicts = judge(figures);
    const text = report(figures, {
      people,
      smallPeople,
      rounds,
      warmUp,
      verdicts,
      when: new Date().toISOString().slice(0, 10),
    });
    console.log(`\n${text}`);
    if (quick) return;
    writeFileSync(fileURLToPath(new URL('../../../../docs/benchmarks-local-okta.md', import.meta.url)), text);
    console.log('Written to docs/benchmarks-local-okta.md.');
    if (verdicts.some(({ met }) => !met)) process.exitCode = 1;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

const describe = (figures) =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${value.toFixed(2)}`)
    .join(', ');
