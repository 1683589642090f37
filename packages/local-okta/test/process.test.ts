import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { call } from './local-okta-fixture.ts';
import { type RunningProcess, run } from './process-fixture.ts';

let dataDir: string;
const processes: RunningProcess[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'local-okta-'));
});
afterEach(async () => {
  for (const { child, ended } of processes.splice(0)) {
    child.kill('SIGKILL');
    await ended();
  }
  rmSync(dataDir, { recursive: true });
});

function start(env: Readonly<Record<string, string>> = {}): RunningProcess {
  const process = run('dist/main.js', [], {
    LOCAL_OKTA_DATA_DIR: dataDir,
    PORT: '0',
    LOCAL_OKTA_LDAPS_PORT: '0',
    LOCAL_OKTA_LDAP_PORT: '0',
    LOCAL_OKTA_SETUP: 'manual',
    ...env,
  });
  processes.push(process);
  return process;
}

describe('Local Okta as a process', () => {
  it('tells what it made up once, keeps it over a restart, and stops on SIGTERM with exit code 0', async () => {
    const first = start();
    await first.waitFor(/"okta":"/);
    const [, token = ''] = await first.waitFor(/API token {6}(\S+)\n/, 'stderr');
    const [, password = ''] = /administrator {2}admin@example.com {2}(\S+)/.exec(first.stderr()) ?? [];
    expect(password.length).toBeGreaterThan(19);
    first.child.kill('SIGTERM');
    expect(await first.ended()).toBe(0);
    expect(first.stdout()).not.toContain(password);
    expect(first.stdout()).not.toContain(token);
    for (const file of readdirSync(dataDir)) {
      const content = readFileSync(join(dataDir, file)).toString('latin1');
      expect(content.includes(password) || content.includes(token)).toBe(false);
      // Certificates are for everybody; databases and keys are not.
      const readable = /^[^.]+\.pem$/.test(file) && !content.includes('PRIVATE KEY');
      if (!readable) expect([file, statSync(join(dataDir, file)).mode & 0o077]).toEqual([file, 0]);
    }

    const second = start();
    const [, okta = ''] = await second.waitFor(/"okta":"([^"]+)"/);
    expect(second.stderr()).toBe('');
    const answer = await call({ urls: { okta } }, 'GET', '/api/v1/users/me', undefined, {
      authorization: `SSWS ${token}`,
    });
    expect(answer.body.profile.login).toBe('admin@example.com');
  });

  it('reports every wrong variable at once, with a value that works, and exit code 2', async () => {
    const process = start({
      PORT: '80a',
      LOCAL_OKTA_ORG: 'My Org',
      LOCAL_OKTA_SETUP: 'maybe',
      LOCAL_OKTA_PUBLIC_URL: 'okta.localhost:8090',
      LOCAL_OKTA_ADMIN_PASSWORD: 'pass',
      LOG_LEVEL: 'loud',
    });
    expect(await process.ended()).toBe(2);
    const text = process.stderr();
    expect(text).toMatch(/^6 problems in the environment:/);
    for (const variable of ['PORT', 'LOCAL_OKTA_ORG', 'LOCAL_OKTA_SETUP', 'LOCAL_OKTA_PUBLIC_URL', 'LOG_LEVEL']) {
      expect(text).toContain(`example: ${variable}=`);
    }
    expect(text).not.toContain('pass\n');
    expect(text).not.toContain(' at ');
  });

  it('says in one line that its port is in use', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as AddressInfo;
    try {
      const process = start({ PORT: String(port) });
      expect(await process.ended()).toBe(1);
      expect(process.stderr()).toBe(`Port ${port} on 127.0.0.1 is in use: stop what uses it or set another port.\n`);
    } finally {
      blocker.close();
    }
  });

  it('says in one line that another process has its data', async () => {
    await start().waitFor(/"okta":"/);
    const second = start();
    expect(await second.ended()).toBe(1);
    expect(second.stderr()).toBe(`Another process is using ${dataDir}: stop it first.\n`);
  });
});
