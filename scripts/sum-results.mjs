// node scripts/sum-results.mjs <folder> <failed steps>: the last line of a CI run, over every jest result in a folder.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { counts, readCounts } from './jest-result.mjs';

const [folder, failedSteps] = process.argv.slice(2);
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
const all = files.map((name) => readCounts(join(folder, name))).filter((result) => result !== undefined);
const sum = (key) => all.reduce((total, result) => total + result[key], 0);
// a step can fail without a test that did: each such run still has a failure to show
const failed = Math.max(sum('failed'), Number(failedSteps));
console.log(counts({ passed: sum('passed'), failed, skipped: sum('skipped') }));
process.exitCode = failed > 0 || sum('passed') === 0 ? 1 : 0;
