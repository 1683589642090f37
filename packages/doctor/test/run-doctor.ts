import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runDoctor } from '../src/doctor.ts';
import type { Finding } from '../src/exam.ts';

export { freePorts } from '@ldap-to-okta/test-directory';

export type Env = Readonly<Record<string, string>>;

export interface Examined {
  readonly code: number | null;
  readonly findings: readonly Finding[];
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of one check. */
  of(id: string): readonly Finding[];
}

export interface ExamineOptions {
  /** The text of `.env`; bytes where they matter. */
  readonly file?: string | Uint8Array;
  readonly env?: Env;
  readonly args?: readonly string[];
}

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Nothing of the machine's environment; without a PATH there is no docker, which is asked for in its own test alone. */
const bare = (env: Env): NodeJS.ProcessEnv => ({ PATH: '/nowhere', ...env });

/** Runs the program with a `.env` of its own and reads its JSON. */
export async function examine({ args = [], ...options }: ExamineOptions): Promise<Examined> {
  const { code, stdout, stderr } = await runHere({ ...options, args: ['--json', ...args] });
  const { findings } = (stdout === '' ? { findings: [] } : JSON.parse(stdout)) as { findings: readonly Finding[] }; // its own form
  return { code, findings, stdout, stderr, of: (id) => findings.filter((finding) => finding.id === id) };
}

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The whole program, within this process: starting Node for every fault would take most of the time. */
export async function runHere({
  isTerminal = false,
  ...options
}: ExamineOptions & { isTerminal?: boolean }): Promise<Run> {
  return inFolder(options, async (args, environment) => {
    const written = { stdout: '', stderr: '' };
    const code = await runDoctor(args, {
      root,
      environment,
      stdout: (text) => {
        written.stdout += text;
      },
      stderr: (text) => {
        written.stderr += text;
      },
      isTerminal,
      askPassword: undefined,
    });
    return { code, ...written };
  });
}

/** As `npm run doctor` does, in a process of its own: for what Node reads at its start, and for exit codes. */
export function runProcess(options: ExamineOptions): Promise<Run> {
  return inFolder(
    options,
    (args, env) =>
      new Promise((resolve) => {
        execFile(process.execPath, ['--', main, ...args], { env }, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : null, stdout, stderr });
        });
      }),
  );
}

async function inFolder(
  { file = '', env = {}, args = [] }: ExamineOptions,
  run: (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<Run>,
): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-test-'));
  const envFile = join(folder, '.env');
  writeFileSync(envFile, file);
  try {
    return await run(
      args.includes('--env-file') ? args : ['--env-file', envFile, ...args],
      bare({ LOCAL_STATE_DIR: folder, ...env }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** For a test that ends it. */
export const spawnDoctor = (env: Env, args: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['--', main, ...args], { env: bare(env), stdio: ['ignore', 'pipe', 'pipe'] });
