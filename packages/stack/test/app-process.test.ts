import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AppProcess, startApp } from '../src/app-process.ts';
import { claimPorts } from '../src/ports.ts';

const main = fileURLToPath(new URL('./fixtures/app.mjs', import.meta.url));

describe('an app in a process of its own', () => {
  let folder: string;
  let app: AppProcess | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stack-test-'));
  });
  afterEach(async () => {
    await app?.stop();
    app = undefined;
    rmSync(folder, { recursive: true });
  });

  const start = async (env: NodeJS.ProcessEnv = {}): Promise<AppProcess> => {
    const [port = 0] = await claimPorts([{ port: 0, user: 'a test', variable: 'PORT' }]);
    app = await startApp({ name: 'ldap', main, port, env, logFile: join(folder, 'ldap.log') });
    return app;
  };

  it('is there to be asked as soon as the start is over', async () => {
    const { url } = await start({ AUTH_MODE: 'ldap' });
    expect(await (await fetch(url)).json()).toEqual({ mode: 'ldap' });
  });

  it('answers no more once it is stopped, and a stop is no failure', async () => {
    const { url, ended, stop } = await start();
    await stop();
    await expect(fetch(url)).rejects.toThrow();
    expect(await Promise.race([ended, Promise.resolve('no failure')])).toBe('no failure');
  });

  it('is reported with its exit code and its last words when it ends by itself', async () => {
    const { url, ended } = await start();
    await fetch(`${url}/end`).catch(() => undefined);
    expect(await ended).toMatchObject({ code: 'ended', message: 'The ldap app ended with code 3: asked to end' });
  });

  it('does not start when it ends before it is ready, and says why', async () => {
    await expect(start({ FAIL_WITH: 'LDAP_ROOT is not a DN' })).rejects.toMatchObject({
      code: 'did-not-start',
      message: 'The ldap app ended with code 1: LDAP_ROOT is not a DN',
    });
  });
});
