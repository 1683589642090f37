import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startContestant } from './contestant-process.mjs';
import { slapdAt } from './cpu.mjs';
import { startBigDirectory } from './local-okta/big-directory.mjs';
import { measure, median, PEOPLE } from './measure.mjs';
import { judge, report, targets } from './report.mjs';

const usage = `Usage: npm run bench -- [--quick] [--rounds 5] [--seconds 3]
       npm run bench -- local-okta [--help]
       npm run bench -- oidc [--help]
       npm run bench -- start-up [--help]

Sign-ins per second over LDAP and LDAPS, at 1, 16 and 64 clients, for four servers of the same Express app: ours,
stock passport-ldapauth, the least that a client of the directory can do, and no directory at all. Needs slapd. Writes
docs/benchmarks.md and fails when a target is missed. --quick measures at ${targets.clients} clients for a second, writes
nothing and judges nothing.`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit();
}
const { quick } = values;
const rounds = Number(values.rounds ?? (quick ? 1 : 5));
const seconds = Number(values.seconds ?? (quick ? 1 : 3));
const names = ['ours', 'stock', 'least', 'ceiling'];
const clientCounts = quick ? [targets.clients] : [1, 16, 64];

// The first sign-ins of a process are slow: its code is not compiled yet. A slow contestant gets as many as a fast one.
const warmUp = quick ? 500 : 3_000;

const directory = await startBigDirectory(PEOPLE).catch((error) => {
  console.error(`The benchmark needs a real slapd: ${error.message}`);
  process.exit(1);
});
const { caFile, base, adminDn, adminPassword } = directory;
const slapd = slapdAt(directory.url);
const urls = { ldap: directory.url, ldaps: directory.ldapsUrl };
const failures = Object.fromEntries(names.map((name) => [name, 0]));

/** Medians of the rates and sums of all else, by contestant. Each row starts its processes anew: none has aged more. */
async function measureRow(protocol, clients) {
  const running = [];
  try {
    for (const name of names) {
      const contestant = await startContestant(name, { url: urls[protocol], caFile, base, adminDn, adminPassword });
      running.push({ ...contestant, rounds: [] });
      await measure(contestant, slapd, targets.clients, { amount: warmUp });
    }
    // Interleaved, so that a slow minute of the machine is everybody's.
    for (let round = 0; round < rounds; round += 1) {
      for (const contestant of running) {
        const measured = await measure(contestant, slapd, clients, { duration: seconds });
        contestant.rounds.push(measured);
        failures[contestant.name] += measured.failures;
      }
    }
    return Object.fromEntries(running.map((contestant) => [contestant.name, summary(contestant.rounds)]));
  } finally {
    for (const contestant of running) await contestant.stop();
  }
}

function summary(measured) {
  const rate = median(measured.map(({ signIns, seconds: took }) => signIns / took));
  const perSignIn = (part) => median(measured.map(({ cpu, signIns }) => cpu[part] / signIns));
  const parts = ['main', 'others', 'slapd', 'client'];
  const isKnown = measured.every(({ cpu }) => cpu !== undefined);
  return { rate, cpu: isKnown ? Object.fromEntries(parts.map((part) => [part, perSignIn(part)])) : undefined };
}

try {
  const figures = {};
  for (const protocol of Object.keys(urls)) {
    figures[protocol] = {};
    for (const clients of clientCounts) {
      const row = await measureRow(protocol, clients);
      figures[protocol][clients] = row;
      const shown = Object.entries(row).map(([name, { rate }]) => `${name} ${Math.round(rate)}/s`);
      console.log(`${protocol} at ${clients} clients: ${shown.join(', ')}`);
    }
  }
  const verdicts = judge(figures);
  const when = new Date().toISOString().slice(0, 10);
  const text = report(figures, { rounds, seconds, when, failures, verdicts });
  console.log(`\n${text}`);
  if (!quick) {
    writeFileSync(fileURLToPath(new URL('../../../docs/benchmarks.md', import.meta.url)), text);
    console.log('Written to docs/benchmarks.md.');
    if (verdicts.some(({ met }) => !met)) process.exitCode = 1;
  }
} finally {
  await directory.remove();
}
