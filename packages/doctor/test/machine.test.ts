import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { checkNode } from '../src/machine/node-version.ts';
import { createCleanUp } from './clean-up.ts';
import { startFront } from './fronts.ts';
import { envText } from './org.ts';
import { type Env, examine, freePorts } from './run-doctor.ts';

const cleanUp = createCleanUp();
afterAll(() => cleanUp.run());
const root = fileURLToPath(new URL('../../../', import.meta.url));
const nobody: Env = { AUTH_MODE: 'ldap', LDAP_HOST: '127.0.0.1', LDAP_PORT: '1' };

describe('Of this computer, doctor recognises', () => {
  it('a Node.js that is too old', () => {
    expect(checkNode(root, '18.20.4')).toMatchObject({
      outcome: 'failed',
      says: expect.stringMatching(/is 18\.20\.4, and 20\.19/),
    });
    expect(checkNode(root, '20.18.9')).toMatchObject({ outcome: 'failed' });
    expect(checkNode(root, '24.0.0')).toMatchObject({ outcome: 'ok' });
  });

  it('a port that something else has, and says which variable moves it', async () => {
    const stranger = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    cleanUp.add(() => new Promise((resolve) => stranger.close(resolve)));
    const silent = await startFront(cleanUp, {});
    const { port } = stranger.address() as { port: number }; // a TCP server's is never a path
    const examined = await examine({
      file: envText({ ...nobody, PORT: String(port), OPENLDAP_PORT: String(silent.port) }),
      args: ['--timeout', '1'],
    });
    for (const [taken, variable] of [
      [port, 'PORT'],
      [silent.port, 'OPENLDAP_PORT'],
    ] as const) {
      expect(examined.of(`port.${taken}`)).toMatchObject([
        {
          outcome: 'failed',
          says: expect.stringMatching(/something else listens there/),
          todo: expect.stringContaining(variable),
        },
      ]);
    }
    expect(examined.code).toBe(1);
  });

  it('its own apps on their ports, and one that is not ready', async () => {
    const reason = { status: 'not-ready', reason: 'unavailable' };
    const app = createServer((request, response) => {
      response.statusCode = request.url === '/readyz' ? 503 : 200;
      response.end(JSON.stringify(request.url === '/readyz' ? reason : { status: 'alive' }));
    });
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    cleanUp.add(() => new Promise((resolve) => app.close(resolve)));
    const { port } = app.address() as { port: number }; // as above
    const examined = await examine({ file: envText({ ...nobody, PORT: String(port), DIRECTORY: 'as-configured' }) });
    expect(examined.of(`port.${port}`)).toMatchObject([
      { outcome: 'warning', says: 'the ldap app runs there and is not ready (unavailable)' },
    ]);
  });

  it('that there is no docker, that no engine answers, and a compose that is too old', async () => {
    const [free = 0] = await freePorts(1);
    const file = envText({ ...nobody, PORT: String(free), DIRECTORY: 'as-configured' });
    expect((await examine({ file })).of('docker')).toMatchObject([
      { outcome: 'not checked', says: expect.stringMatching(/no docker command here; npm start needs none/) },
    ]);
    const folder = mkdtempSync(join(tmpdir(), 'doctor-docker-'));
    cleanUp.add(() => rmSync(folder, { recursive: true }));
    const install = (answers: string): Env => {
      writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${answers}`);
      chmodSync(join(folder, 'docker'), 0o755);
      return { PATH: `${folder}:/usr/bin:/bin` };
    };
    const stopped = install('echo "Cannot connect to the Docker daemon" >&2; exit 1\n');
    expect((await examine({ file, env: stopped })).of('docker')).toMatchObject([
      { outcome: 'warning', says: expect.stringMatching(/no Docker engine answers/) },
    ]);
    const old = install('case "$1" in version) echo 20.10.5;; compose) echo v2.17.3;; esac\n');
    const examined = await examine({ file, env: old });
    expect(examined.of('docker')).toMatchObject([
      { outcome: 'warning', says: expect.stringMatching(/docker compose is v2\.17\.3, and 2\.20 or later/) },
    ]);
    const bare = install('case "$1" in version) echo 27.1;; compose) echo 2.26.1;; esac\n');
    expect((await examine({ file, env: bare })).of('docker')).toMatchObject([
      {
        outcome: 'ok',
        says: expect.stringMatching(/builds 2 images first, and fetches debian:trixie-slim and node:24-trixie-slim/),
      },
    ]);
  });
});
