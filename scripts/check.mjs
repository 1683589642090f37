import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkApps } from './check-apps.mjs';
import { checkLinks } from './check-links.mjs';
import { checkLockfile } from './check-lockfile.mjs';
import { checkTutorial } from './check-tutorial.mjs';
import { turbo } from './turbo.mjs';

/** What CI runs before the tests. All of it runs, so that one visit shows everything there is to mend. */
export async function check(root) {
  const steps = {
    'format, lint and dependency rules': () => biome(root),
    types: () => turbo(root, ['typecheck', '--output-logs=errors-only', '--continue'], { quiet: true }).then(() => []),
    'the apps are parallel': () => checkApps(root),
    'the lockfile': () => checkLockfile(root),
    'links in the docs': () => checkLinks(root),
    'the tutorial': () => checkTutorial(root),
  };
  let failed = 0;
  for (const [name, step] of Object.entries(steps)) {
    const problems = await Promise.resolve()
      .then(step)
      .catch((error) => [error.message]);
    console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${name}`);
    for (const problem of problems) console.log(`        ${problem}`);
    if (problems.length > 0) failed += 1;
  }
  if (failed > 0) process.exitCode = 1;
}

function biome(root) {
  const bin = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const { status } = spawnSync(process.execPath, [bin, 'check', '--error-on-warnings', '.'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0 ? [] : ['biome names them above; `npm run format` mends what can be mended.'];
}
