import { spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * Runs turbo tasks. `quiet` keeps what turbo says about itself unless a task fails.
 * Throws an Error with one line when a task failed; its output has been shown by then.
 */
export async function turbo(root, args, { quiet = false } = {}) {
  const child = spawn(process.execPath, [join(root, 'node_modules', 'turbo', 'bin', 'turbo'), 'run', ...args], {
    cwd: root,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  });
  const output = [];
  child.stdout?.on('data', (chunk) => output.push(chunk));
  child.stderr?.on('data', (chunk) => output.push(chunk));
  // a first build takes a while, and a current one 0.2 s: only the former is worth a word
  const notice = quiet && args[0] === 'build' ? setTimeout(() => console.error('Building …'), 700) : undefined;
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve(signal === null ? exitCode : 130));
  });
  clearTimeout(notice);
  if (code === 0) return;
  process.stderr.write(Buffer.concat(output));
  throw new Error(`turbo run ${args[0]} failed.`);
}
