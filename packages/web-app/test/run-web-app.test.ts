import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type AppProcess, startProcess } from './app-process.ts';
import { freePort } from './redis-server.ts';
import { Visitor } from './visitor.ts';

const closers: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) {
    await close();
  }
});

function run(env: Record<string, string>): AppProcess {
  const app = startProcess(env);
  closers.push(async () => {
    app.child.kill('SIGKILL');
    await app.exit;
  });
  return app;
}

/** A request whose head has arrived for certain, and whose body is still to come. */
async function beginSignIn(port: number): Promise<{ finish(): Promise<number> }> {
  const visitor = new Visitor(`http://127.0.0.1:${port}`);
  const body = new URLSearchParams({ username: 'user01', password: 'password1', _csrf: await visitor.token() });
  const open = request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/login',
    headers: {
      cookie: [...visitor.cookies].map((pair) => pair.join('=')).join('; '),
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': body.toString().length,
      expect: '100-continue',
    },
  });
  const answered = once(open, 'response');
  answered.catch(() => undefined); // where the test ends the process under it
  open.flushHeaders();
  await once(open, 'continue');
  return {
    async finish() {
      open.end(body.toString());
      const [response] = await answered;
      await once(response.resume(), 'end');
      return response.statusCode;
    },
  };
}

describe('an app as a process', () => {
  it('starts without its directory, says why it is not ready, and answers 503', async () => {
    const port = await freePort();
    const app = run({ PORT: String(port), LDAP_HOST: '127.0.0.1', LDAP_PORT: String(await freePort()) });
    await app.saw('not ready to sign people in');
    const visitor = new Visitor(`http://127.0.0.1:${port}`);
    expect((await visitor.get('/healthz')).status).toBe(200);
    expect(JSON.parse((await visitor.get('/readyz')).text)).toEqual({ status: 'not-ready', reason: 'unavailable' });
    expect((await visitor.signIn('user01', 'password1')).status).toBe(503);
    expect((await visitor.get('/metrics')).text).toContain('process_cpu_seconds_total');
    expect(app.stdout()).toContain('"code":"unavailable"');
    expect(app.stdout()).not.toContain('password1');
  });

  it('tells everything wrong in its environment at once, and exits with 1', async () => {
    const app = run({
      PORT: '0',
      LDAP_PORT: 'many',
      SESSION_SECRET: 'short',
      NODE_ENV: 'production',
      HOST: 'http://x',
    });
    expect(await app.exit).toBe(1);
    for (const name of ['PORT', 'LDAP_PORT', 'SESSION_SECRET', 'HOST']) {
      expect(app.stderr()).toMatch(new RegExp(`^  ${name}: `, 'm'));
    }
    expect(app.stderr()).not.toContain('    at ');
  });

  it('needs a SESSION_SECRET of its own in production', async () => {
    const app = run({ NODE_ENV: 'production' });
    expect(await app.exit).toBe(1);
    expect(app.stderr()).toMatch(/SESSION_SECRET: is not set, and production/);
  });

  it('says in one line that its port is in use, and exits with 1', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    closers.push(() => other.close());
    const app = run({ PORT: String(port) });
    expect(await app.exit).toBe(1);
    expect(app.stderr()).toBe(
      `shell: port ${port} on 127.0.0.1 is in use by another program. Stop that one, or set PORT to another number.\n`,
    );
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s finishes the request under way, takes no other, and exits with 0',
    async (signal) => {
      const port = await freePort();
      const app = run({ PORT: String(port), LDAP_HOST: '127.0.0.1', LDAP_PORT: String(await freePort()) });
      await app.saw('"listening"');
      const underWay = await beginSignIn(port);
      app.child.kill(signal);
      await app.saw('"stopping"');
      await expect(new Visitor(`http://127.0.0.1:${port}`).get('/')).rejects.toThrow('fetch failed');
      expect(await underWay.finish()).toBe(503); // there is no directory
      expect(await app.exit).toBe(0);
    },
  );

  it('ends at once on a second signal', async () => {
    const port = await freePort();
    const app = run({ PORT: String(port), LDAP_HOST: '127.0.0.1', LDAP_PORT: String(await freePort()) });
    await app.saw('"listening"');
    await beginSignIn(port);
    app.child.kill('SIGTERM');
    await app.saw('"stopping"');
    app.child.kill('SIGTERM');
    expect(await app.exit).toBe(1);
  });
});
