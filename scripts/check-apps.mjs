import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A diff between two apps shows the lesson and nothing else: same files, and the same text but for the mode's name. */
export function checkApps(root) {
  const apps = readdirSync(join(root, 'apps'));
  const [first, ...others] = apps.map((name) => ({ name, files: readApp(join(root, 'apps', name)) }));
  return others.flatMap(({ name, files }) => compare(first, { name, files }));
}

function compare(one, other) {
  const names = [...new Set([...one.files.keys(), ...other.files.keys()])];
  return names.flatMap((file) => {
    const [a, b] = [one.files.get(file), other.files.get(file)];
    if (a === undefined) return [`apps/${one.name} has no ${file}, apps/${other.name} has.`];
    if (b === undefined) return [`apps/${other.name} has no ${file}, apps/${one.name} has.`];
    if (isProse(file) || withoutName(file, a, one.name) === withoutName(file, b, other.name)) return [];
    return [`apps/${other.name}/${file} differs from apps/${one.name}/${file} in more than the mode's name.`];
  });
}

const isProse = (file) => file.endsWith('.md');

function withoutName(file, text, name) {
  if (file === 'package.json') return JSON.stringify({ ...JSON.parse(text), name: '', description: '' });
  // comments say what the step is about
  return text.replaceAll(/\/\*\*?[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').replaceAll(`'${name}'`, "'<mode>'");
}

function readApp(directory) {
  const kept = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(
    (entry) =>
      entry.isFile() && !/(^|[\\/])(node_modules|dist|\.turbo|test-results)([\\/]|$)/.test(pathIn(directory, entry)),
  );
  return new Map(
    kept.map((entry) => [pathIn(directory, entry), readFileSync(join(parentOf(entry), entry.name), 'utf8')]),
  );
}

const parentOf = (entry) => entry.parentPath ?? entry.path;

const pathIn = (directory, entry) => join(parentOf(entry), entry.name).slice(directory.length + 1);
