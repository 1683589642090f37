import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startApp } from '../../dist/app-process.js';
import { median } from '../measure.mjs';
import { measureSignIns, measureStart } from './measure.mjs';
import { oidcReport, startUpReport } from './report.mjs';
import { startServices } from './services.mjs';

const usage = {
  oidc: `Usage: npm run bench -- oidc [--quick] [--rounds 5] [--seconds 5]

Whole sign-ins per second at the OpenID Connect app, from the first page to the welcome, beside those at the ldap app in the
same run. Needs slapd. Writes docs/benchmarks-oidc.md. --quick takes one round of a second and writes nothing.`,
  'start-up': `Usage: npm run bench -- start-up [--quick] [--rounds 15]

How long each app takes from its start until it can sign people in, beside the ldap app. Needs slapd. Writes
docs/benchmarks-start-up.md. --quick takes three rounds and writes nothing.`,
};
const quickly = { oidc: { rounds: 1, seconds: 1 }, 'start-up': { rounds: 3 } };
const thoroughly = { oidc: { rounds: 5, seconds: 5 }, 'start-up': { rounds: 15 } };

/** What is typed for the first person of the tutorial. */
const people = {
  ldap: { username: 'user01', password: 'password1' },
  oidc: { username: 'user01@example.com', password: 'password1' },
};

/** `suite`: `oidc` or `start-up`; `args`: what follows it. */
export async function benchApps(suite, args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      ...(suite === 'oidc' ? { seconds: { type: 'string' } } : {}),
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(usage[suite]);
  const defaults = (values.quick ? quickly : thoroughly)[suite];
  const given = Object.entries(values).filter(([name]) => name in defaults);
  const settings = { ...defaults, ...Object.fromEntries(given.map(([name, text]) => [name, positive(name, text)])) };
  const text = await (suite === 'oidc' ? benchOidc : benchStartUp)({
    ...settings,
    when: new Date().toISOString().slice(0, 10),
  });
  console.log(`\n${text}`);
  if (values.quick) return;
  writeFileSync(fileURLToPath(new URL(`../../../../docs/benchmarks-${suite}.md`, import.meta.url)), text);
  console.log(`Written to docs/benchmarks-${suite}.md.`);
}

async function benchOidc(settings) {
  const { rounds, seconds } = settings;
  const services = await startServices(['ldap', 'oidc']);
  const running = [];
  try {
    for (const app of services.apps) running.push({ mode: app.mode, ...(await startApp(app)) });
    for (const { mode, url } of running) await measureSignIns(url, people[mode], 4, 1);
    const figures = {};
    for (const clients of [1, 8]) {
      const rates = { ldap: [], oidc: [] };
      // interleaved, so that a slow minute of the machine is everybody's
      for (let round = 0; round < rounds; round += 1) {
        for (const { mode, url } of running)
          rates[mode].push(await measureSignIns(url, people[mode], clients, seconds));
      }
      figures[clients] = mediansOf(rates);
      console.log(`${clients} at a time: ${shown(figures[clients], '/s')}`);
    }
    return oidcReport(figures, settings);
  } finally {
    for (const { stop } of running) await stop();
    await services.close();
  }
}

async function benchStartUp(settings) {
  const services = await startServices(['ldap', 'okta-ldap', 'oidc']);
  try {
    const times = Object.fromEntries(services.apps.map(({ mode }) => [mode, []]));
    for (let round = 0; round < settings.rounds; round += 1) {
      for (const app of services.apps) times[app.mode].push(await measureStart(app));
    }
    const figures = mediansOf(times);
    console.log(shown(figures, ' ms'));
    return startUpReport(figures, settings);
  } finally {
    await services.close();
  }
}

const mediansOf = (found) => Object.fromEntries(Object.entries(found).map(([name, values]) => [name, median(values)]));

const shown = (figures, unit) =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${value.toFixed(0)}${unit}`)
    .join(', ');

function positive(name, text) {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} is ${text}; it is a number above 0.`);
}
