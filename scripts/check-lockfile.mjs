import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The lockfile works behind any registry, installs no scripts, and gives passport-ldapauth our engine. */
export function checkLockfile(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const problems = Object.entries(packages).flatMap(([path, entry]) => {
    const registry = path.includes('node_modules/') && !entry.link;
    if (registry && /^https?:/.test(entry.resolved ?? '')) return [`${path} names a registry: ${entry.resolved}`];
    if (registry && entry.integrity === undefined) return [`${path} has no integrity hash.`];
    return [];
  });
  problems.push(...missingForOtherSystems(packages));
  const engine = createRequire(
    createRequire(join(root, 'packages/auth-adapter/package.json')).resolve('passport-ldapauth'),
  );
  const found = engine.resolve('ldapauth-fork/package.json');
  if (found !== realpathSync(join(root, 'packages', 'ldapauth-fork', 'package.json'))) {
    problems.push(
      `passport-ldapauth would load ${found} instead of packages/ldapauth-fork: see "overrides" in package.json.`,
    );
  }
  return problems;
}

/** npm writes a lockfile without an optional package that it could not find, and then `npm ci` refuses that lockfile. */
function missingForOtherSystems(packages) {
  const listed = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !listed.has(name))
      .map(
        (name) =>
          `${path} wants ${name}, which the lockfile leaves out: pin a version that is published for all systems.`,
      ),
  );
}
