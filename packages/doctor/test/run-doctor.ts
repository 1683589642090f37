import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../src/index.ts';

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

/** What no test may depend on: nothing of the machine's environment but the PATH, and time limits that a slow one keeps. */
const bare = (env: Env): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, ...env });

/** Runs the built program with a `.env` of its own and reads its JSON. */
export async function examine({ file = '', env = {}, args = [] }: ExamineOptions): Promise<Examined> {
  const { code, stdout, stderr } = await runDoctor({ file, env, args: ['--json', ...args] });
  const { findings } = (stdout === '' ? { findings: [] } : JSON.parse(stdout)) as { findings: readonly Finding[] }; // its own form
  return { code, findings, stdout, stderr, of: (id) => findings.filter((finding) => finding.id === id) };
}

export function runDoctor({ file = '', env = {}, args = [] }: ExamineOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-test-'));
  const envFile = join(folder, '.env');
  writeFileSync(envFile, file);
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      ['--', main, '--env-file', envFile, ...args],
      { env: bare({ LOCAL_STATE_DIR: folder, ...env }), maxBuffer: 10_000_000 },
      (error, stdout, stderr) => {
        rmSync(folder, { recursive: true });
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : null, stdout, stderr });
      },
    );
  });
}

/** For a test that ends it. */
export const spawnDoctor = (env: Env, args: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['--', main, ...args], { env: bare(env), stdio: ['ignore', 'pipe', 'pipe'] });

/** Ports that nothing listens on. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port); // a TCP server's is never a path
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
