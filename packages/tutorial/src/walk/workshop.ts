import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** A folder in which the tutorial is walked as if from a fresh clone, but installed and built. */
export interface Workshop {
  readonly folder: string;
  /** What its commands need so that nothing is built that has been built. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

/** Copies the repository as it is now, so that nobody's `.env` or `.local` is touched. */
export function openWorkshop(root: string): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'tutorial-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  try {
    const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const files = execFileSync('git', list, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 }).split('\0');
    // a file that was deleted and is not committed is still listed
    for (const file of files.filter((name) => name !== '' && existsSync(join(root, name)))) copy(root, folder, file);
    for (const place of ['', ...workspaces(root)]) link(root, folder, join(place, 'node_modules'));
    // turbo keeps it beside the repository that a worktree belongs to
    const git = resolve(
      root,
      execFileSync('git', ['rev-parse', '--git-common-dir'], { cwd: root, encoding: 'utf8' }).trim(),
    );
    return { folder, env: { TURBO_CACHE_DIR: join(dirname(git), '.turbo', 'cache') }, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function copy(root: string, folder: string, name: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  copyFileSync(join(root, name), join(folder, name));
}

function link(root: string, folder: string, name: string): void {
  if (existsSync(join(root, name))) symlinkSync(join(root, name), join(folder, name), 'dir');
}

const workspaces = (root: string): string[] =>
  ['apps', 'packages'].flatMap((kind) => readdirSync(join(root, kind)).map((name) => join(kind, name)));
