import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Relative links and images of every tracked Markdown file lead somewhere. */
export function checkLinks(root) {
  const files = execFileSync('git', ['ls-files', '-z', '*.md'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);
  return files.flatMap((file) =>
    relativeLinks(readFileSync(join(root, file), 'utf8'))
      .filter((target) => !existsSync(resolve(root, dirname(file), target)))
      .map((target) => `${file}: nothing is at ${target}`),
  );
}

function relativeLinks(markdown) {
  const prose = markdown.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g)]
    .map(([, target]) => decodeURI(target.split('#')[0]))
    .filter((target) => target !== '' && !/^[a-z]+:/i.test(target));
}
