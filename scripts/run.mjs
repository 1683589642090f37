import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { install } from './install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const usage = `Usage: npm start | npm test | npm run check | npm run bench | npm run rehearse
       npm run step <number> | npm run tutorial | npm run doctor | npm run okta:app | npm run okta:hashes
       (arguments for them follow after --)

  start   an embedded LDAP directory and the apps, until Ctrl-C; AUTH_MODE=ldap starts one app only
  test    every test suite; further arguments go to jest: npm test -- -t "signs in"
  check   format, lint, types, dependency rules, and that the three apps are parallel
  bench   sign-ins per second, as ratios against baselines of the same run; --help for more
  rehearse  walks the whole migration and shows that nobody is locked out; --help for more
  step      goes to the start of a step of the tutorial; --help for more
  doctor    checks what .env names, end to end, and says what to do about each fault; --help for more
  tutorial  walks docs/tutorial as it is written, and compares what it says and shows; --help for more
  okta:app     registers the OIDC app at an Okta org and writes its variables to .env; --help for more
  okta:hashes  takes people and password hashes from OpenLDAP to Okta; --help for more

Each installs and builds first what is missing.`;

const commands = {
  start: (args) => runWorkspace('packages/stack/dist/main.js', args),
  test: async (args) => (await import('./test.mjs')).test(root, args),
  check: async () => (await import('./check.mjs')).check(root),
  bench: (args) => runWorkspace('packages/stack/bench/main.mjs', args),
  rehearse: (args) => runWorkspace('packages/stack/dist/rehearsal/main.js', args),
  step: (args) => runWorkspace('packages/tutorial/dist/step/main.js', args),
  doctor: (args) => runWorkspace('packages/doctor/dist/main.js', args),
  tutorial: (args) => runWorkspace('packages/tutorial/dist/walk/main.js', args),
  'okta:app': (args) => runWorkspace('packages/okta-tools/dist/app/main.js', args),
  'okta:hashes': (args) => runWorkspace('packages/okta-tools/dist/hashes/main.js', args),
};

/** Commands with a --help of their own. */
const explainThemselves = ['bench', 'rehearse', 'step', 'tutorial', 'doctor', 'okta:app', 'okta:hashes'];

/** Loads a program into this process: one process less between a terminal's Ctrl-C and the servers. */
async function runWorkspace(file, args) {
  process.argv.splice(1, process.argv.length, join(root, file), ...args);
  await import(pathToFileURL(join(root, file)).href);
}

function requireNode() {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace(/^>=/, '');
  const [major, minor] = wanted.split('.').map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  throw new Error(`This needs Node.js ${wanted} or later, and this is ${process.versions.node}.`);
}

async function main() {
  const [name, ...args] = process.argv.slice(2);
  if (name === '--help' || name === '-h' || (args.includes('--help') && !explainThemselves.includes(name)))
    return console.log(usage);
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
  if (command === undefined) throw new Error(`There is no command ${name}.\n\n${usage}`);
  requireNode();
  await install(root);
  const { turbo } = await import('./turbo.mjs');
  await turbo(root, ['build', '--output-logs=errors-only'], { quiet: true });
  await command(args);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
