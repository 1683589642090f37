import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { claimPorts } from '../src/ports.ts';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('npm start', () => {
  let child: ChildProcess | undefined;
  afterEach(() => {
    child?.kill('SIGKILL');
  });

  const freePorts = async (): Promise<Record<'PORT' | 'OPENLDAP_PORT' | 'OPENLDAPS_PORT', string>> => {
    const any = { port: 0, user: 'a test', variable: '' };
    const [app, ldap, ldaps] = await claimPorts([any, any, any]);
    return { PORT: `${app}`, OPENLDAP_PORT: `${ldap}`, OPENLDAPS_PORT: `${ldaps}` };
  };

  /** Runs it until it has printed something that matches, or has ended. */
  const run = async (env: NodeJS.ProcessEnv, until: RegExp) => {
    const started = spawn(process.execPath, [main], { env: { PATH: process.env.PATH, ...env } });
    child = started;
    let output = '';
    const exit = once(started, 'exit');
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
    const { started, exit } = await run(ports, /Ctrl-C/);
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
