import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { failed, ok, type Verdict } from '../exam.ts';

const manifest = z.object({ engines: z.object({ node: z.string() }) });

/** The version that this runs on, against `engines` of package.json. */
export function checkNode(root: string, version: string): Verdict<void> {
  const wanted = manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).engines.node;
  const [major = 0, minor = 0] = wanted.replace(/^>=/, '').split('.').map(Number);
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor)
    ? ok(undefined, version)
    : failed(`is ${version}, and ${major}.${minor} or later is needed`, 'Install a newer Node.js from nodejs.org.');
}
