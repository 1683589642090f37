import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { claimPorts } from '../src/ports.ts';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('npm start', () => {
  let child: ChildProcess | undefined;
  let ended: Promise<unknown> | undefined;
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'stack-test-'));
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await ended;
  });
  // what was started by a parent that has been killed may still be writing
  afterAll(() => rmSync(folder, { recursive: true, maxRetries: 10 }));

  const VARIABLES = [
    'PORT',
    'OPENLDAP_PORT',
    'OPENLDAPS_PORT',
    'LOCAL_OKTA_PORT',
    'LOCAL_OKTA_LDAPS_PORT',
    'LOCAL_OKTA_LDAP_PORT',
  ] as const;
  const freePorts = async (): Promise<Record<(typeof VARIABLES)[number], string>> => {
    const ports = await claimPorts(VARIABLES.map((variable) => ({ port: 0, user: 'a test', variable })));
    // of this shape: one port for each variable
    return Object.fromEntries(VARIABLES.map((variable, index) => [variable, `${ports[index]}`])) as Record<
      (typeof VARIABLES)[number],
      string
    >;
  };

  /** Runs it until it has printed something that matches, or has ended. */
  const run = async (env: NodeJS.ProcessEnv, until: RegExp) => {
    const started = spawn(process.execPath, [main], {
      env: { PATH: process.env.PATH, LOCAL_STATE_DIR: folder, ...env },
    });
    child = started;
    let output = '';
    const exit = once(started, 'exit');
    ended = exit;
    await new Promise<void>((resolve) => {
      for (const stream of [started.stdout, started.stderr]) {
        stream.on('data', (text: Buffer) => {
          output += text;
          if (until.test(output)) resolve();
        });
      }
      void exit.then(() => resolve());
    });
    return { started, exit, output: () => output };
  };

  it('prints where the app is and who can sign in, and a Ctrl-C ends everything with exit code 0', async () => {
    const ports = await freePorts();
    const { started, exit, output } = await run({ AUTH_MODE: 'ldap', ...ports }, /Ctrl-C/);
    expect(output()).toContain(`http://localhost:${ports.PORT}`);
    expect(output()).toContain('user01 / password1');
    started.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
    await expect(fetch(`http://127.0.0.1:${ports.PORT}/healthz`)).rejects.toThrow();
  });

  it('leaves no app behind even when it is killed', async () => {
    const ports = await freePorts();
    const { started, exit } = await run({ AUTH_MODE: 'ldap', ...ports }, /Ctrl-C/);
    started.kill('SIGKILL');
    await exit;
    const url = `http://127.0.0.1:${ports.PORT}/healthz`;
    // ends with the test's own time limit if the app goes on
    while (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      await delay(20);
  });

  it('runs what the app of one mode needs, shows Local Okta and its administrator, and keeps its state', async () => {
    const ports = await freePorts();
    const ready = async (): Promise<unknown> =>
      (await fetch(`http://127.0.0.1:${ports.LOCAL_OKTA_PORT}/local/setup`)).json();
    const users = async (): Promise<{ id: string }[]> => {
      const response = await fetch(`http://127.0.0.1:${ports.LOCAL_OKTA_PORT}/api/v1/groups`, {
        headers: { authorization: 'SSWS local-okta-api-token-for-this-computer' },
      });
      return (await response.json()) as { id: string }[]; // Okta's list of groups
    };
    const first = await run({ AUTH_MODE: 'okta-ldap', ...ports }, /Ctrl-C/);
    expect(first.output()).toContain(`http://localhost:${ports.PORT} `);
    expect(first.output()).toContain(`http://okta.localhost:${ports.LOCAL_OKTA_PORT} `);
    expect(first.output()).toContain('admin@example.com / Local-Okta-1');
    expect(first.output()).not.toMatch(/warning|Step 1|Step 4/i);
    expect(await ready()).toMatchObject({ setup: 'auto', state: 'ready' });
    const before = await users();
    first.started.kill('SIGINT');
    expect(await first.exit).toEqual([0, null]);
    const second = await run({ AUTH_MODE: 'okta-ldap', ...ports }, /Ctrl-C/);
    expect((await users()).map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort());
    second.started.kill('SIGINT');
    expect(await second.exit).toEqual([0, null]);
  });

  it('with a set-up by hand prints the link by which the agent is let in, and says that nobody can sign in yet', async () => {
    const ports = await freePorts();
    const env = { AUTH_MODE: 'okta-ldap', LOCAL_OKTA_SETUP: 'manual', LOCAL_STATE_DIR: join(folder, 'by-hand') };
    // the link and the table, in any order
    const { started, exit, output } = await run({ ...env, ...ports }, /(?=.*Ctrl-C)(?=.*code=\w+ )/s);
    const [, path = ''] = /http:\/\/okta\.localhost:\d+(\/oauth2\/auth\?code=\w+) /.exec(output()) ?? [];
    const page = await fetch(`http://localhost:${ports.LOCAL_OKTA_PORT}${path}`);
    expect(await page.text()).toContain('type="password"');
    expect((await fetch(`http://127.0.0.1:${ports.PORT}/healthz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${ports.PORT}/readyz`)).status).toBe(503);
    started.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
  });

  it('with AUTH_MODE=agent runs the app of the directory, and Local Okta beside it as far as a step of the tutorial', async () => {
    const ports = await freePorts();
    const env = { AUTH_MODE: 'agent', LOCAL_OKTA_SETUP: 'step-3', LOCAL_STATE_DIR: join(folder, 'agent') };
    const { started, exit, output } = await run({ ...env, ...ports }, /Ctrl-C/);
    expect(output()).toMatch(/Step 1: [^\n]*\n[^\n]*Local Okta/);
    expect(output()).not.toMatch(/Step [34]:/);
    expect(output()).toContain('Local Okta is as at the start of step 3');
    expect((await fetch(`http://127.0.0.1:${ports.PORT}/readyz`)).status).toBe(200);
    const setup = await fetch(`http://127.0.0.1:${ports.LOCAL_OKTA_PORT}/local/setup`);
    expect(await setup.json()).toMatchObject({ setup: 'step-3', state: 'ready' });
    started.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
  });

  it('starts neither Local Okta nor the agent for a real org, whose variables it leaves to the app', async () => {
    const ports = await freePorts();
    const { exit, output } = await run({ AUTH_MODE: 'oidc', OKTA_ORG: 'real', ...ports }, /Ctrl-C/);
    expect(await exit).toEqual([1, null]);
    expect(output()).toMatch(/^The oidc app ended with code 1: [^\n]*OKTA_URL[^\n]*\n$/);
  });

  it('takes the address of a real org for a mistake while Local Okta plays the org', async () => {
    const { exit, output } = await run({ OKTA_URL: 'https://integrator-1234567.okta.com' }, /Ctrl-C/);
    expect(await exit).toEqual([1, null]);
    expect(output()).toMatch(
      /^OKTA_URL is '[^']+', which is not on this computer; for a real org, set OKTA_ORG=real\.\n$/,
    );
  });

  it('says in one line that a port is in use', async () => {
    const ports = await freePorts();
    const server = createServer().listen(Number(ports.PORT), '127.0.0.1');
    await once(server, 'listening');
    const { exit, output } = await run({ AUTH_MODE: 'ldap', ...ports }, /Ctrl-C/);
    server.close();
    expect(await exit).toEqual([1, null]);
    expect(output()).toBe(`This port is in use: ${ports.PORT} (the ldap app; PORT chooses another).\n`);
  });

  it('says everything that is wrong with its settings in one line', async () => {
    const { exit, output } = await run({ AUTH_MODE: 'ldpa', PORT: '80800', DIRECTORY: 'mine' }, /Ctrl-C/);
    expect(await exit).toEqual([1, null]);
    expect(output().trimEnd().split('\n')).toHaveLength(1);
    for (const problem of ["AUTH_MODE is 'ldpa'", "PORT is '80800'", "DIRECTORY is 'mine'"]) {
      expect(output()).toContain(problem);
    }
  });
});
