import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What npm calls it when a registry cannot be reached, as opposed to a registry that says no. */
const unreachable =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/** npm's own pauses add up to over a minute before it says that there is no registry. */
const patience = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];

/**
 * Whether `node_modules` holds what `package-lock.json` asks for. npm writes `node_modules/.package-lock.json` as the
 * last act of an installation, so that one which was interrupted has none.
 */
export function isInstalled(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const found = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || found === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    // what is optional is often for another system
    const missing = found[path] === undefined || !existsSync(join(root, path));
    if (missing) return entry.optional === true || entry.devOptional === true;
    return found[path].version === entry.version && found[path].integrity === entry.integrity;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Runs `npm ci` when it is needed. Throws an Error whose message is all that a person has to read. */
export async function install(root) {
  if (isInstalled(root)) return;
  console.error('Installing packages (npm ci) …');
  // `--include=dev`: with NODE_ENV=production npm would leave out the compiler
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', ...patience];
  const { code, output } = await run(args, root);
  if (code === 0) return;
  const reason = unreachable.exec(output)?.[1];
  if (reason !== undefined) {
    throw new Error(
      `npm could not reach its package registry (${reason}). Check the network, the proxy and \`npm config get registry\`, then run the same command again.`,
    );
  }
  process.stderr.write(output);
  throw new Error(`npm ci failed with code ${code}; its own words are above.`);
}

function run(args, cwd) {
  // npm tells its scripts where it is; started without npm, it is found on the PATH
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args], {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      // npm is a .cmd file on Windows, which only a shell can start
      shell: command === 'npm' && process.platform === 'win32',
    });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', (error) =>
      reject(
        error.code === 'ENOENT'
          ? new Error('npm is not on the PATH. Install Node.js with npm from nodejs.org.')
          : error,
      ),
    );
    child.on('close', (code) => resolve({ code, output }));
  });
}
