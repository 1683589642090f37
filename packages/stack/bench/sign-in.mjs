import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startDirectory } from '@ldap-to-okta/test-directory';
import { startContestant } from './contestant-process.mjs';
import { measure, median } from './measure.mjs';
import { judge, report, targets } from './report.mjs';

const usage = `Usage: npm run bench -- [--quick] [--rounds 5] [--seconds 3]
       npm run bench -- local-okta [--help]
       npm run bench -- oidc [--help]
       npm run bench -- start-up [--help]

Sign-ins per second over LDAP and LDAPS, at 1, 16 and 64 clients, for three servers of the same Express app:
ours, stock passport-ldapauth, and no directory at all. Needs slapd. Writes docs/benchmarks.md and fails when a
target is missed. --quick measures at ${targets.clients} clients for a second, writes nothing and judges nothing.`;

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
const clientCounts = quick ? [targets.clients] : [1, 16, 64];

const directory = await startDirectory({ kind: 'slapd' }).catch((error) => {
  console.error(`The benchmark needs a real slapd: ${error.message}`);
  process.exit(1);
});
const { caFile, base, adminDn, adminPassword } = directory;
const at = (url) => ({ url, caFile, base, adminDn, adminPassword });
const running = [];
const start = async (name, url) => {
  const contestant = await startContestant(name, at(url));
  running.push(contestant);
  return contestant;
};

try {
  const ceiling = await start('ceiling', directory.url);
  const servers = {
    ldap: [await start('ours', directory.url), await start('stock', directory.url), ceiling],
    ldaps: [await start('ours', directory.ldapsUrl), await start('stock', directory.ldapsUrl), ceiling],
  };
  const failures = { ours: 0, stock: 0, ceiling: 0 };
  const figures = {};
  for (const { url } of running) await measure(url, targets.clients, 1);
  for (const [protocol, contestants] of Object.entries(servers)) {
    figures[protocol] = {};
    for (const clients of clientCounts) {
      const rates = { ours: [], stock: [], ceiling: [] };
      // interleaved, so that a slow minute of the machine is everybody's
      for (let round = 0; round < rounds; round += 1) {
        for (const { name, url } of contestants) {
          const { rate, failures: failed } = await measure(url, clients, seconds);
          rates[name].push(rate);
          failures[name] += failed;
        }
      }
      const medians = Object.fromEntries(Object.entries(rates).map(([name, found]) => [name, median(found)]));
      figures[protocol][clients] = medians;
      const shown = Object.entries(medians).map(([name, rate]) => `${name} ${Math.round(rate)}/s`);
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
  for (const contestant of running) await contestant.stop();
  await directory.remove();
}
