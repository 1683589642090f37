import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Stack } from '../src/start-stack.ts';
import { startStack } from '../src/start-stack.ts';

const listenSomewhere = (): Promise<{ server: Server; port: number }> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ server, port: typeof address === 'object' && address !== null ? address.port : 0 });
    });
  });

describe('a stack', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  const start = async (...options: Parameters<typeof startStack>): Promise<Stack> => {
    const stack = await startStack(...options);
    closers.push(stack.close);
    return stack;
  };

  it('is ready to sign people in when it has started, and gone when it is closed', async () => {
    const stack = await start({ modes: ['ldap'] });
    const ready = await fetch(`${stack.urls.ldap}/readyz`);
    expect(ready.status).toBe(200);
    await stack.close();
    await expect(fetch(`${stack.urls.ldap}/readyz`)).rejects.toThrow();
    expect(existsSync(stack.folder)).toBe(false);
  });

  it('names each port that is in use, who needs it and what moves it, before anything starts', async () => {
    const [app, ldap] = [await listenSomewhere(), await listenSomewhere()];
    closers.push(
      () => app.server.close(),
      () => ldap.server.close(),
    );
    await expect(start({ modes: ['ldap'], ports: { app: app.port, ldap: ldap.port } })).rejects.toMatchObject({
      code: 'port-in-use',
      message: `These ports are in use: ${app.port} (the ldap app; PORT chooses another), ${ldap.port} (the directory; OPENLDAP_PORT chooses another).`,
    });
  });

  it('says in one line where an LDIF cannot be read', async () => {
    const ldifFolder = mkdtempSync(join(tmpdir(), 'stack-test-'));
    closers.push(() => rmSync(ldifFolder, { recursive: true }));
    writeFileSync(join(ldifFolder, 'people.ldif'), 'version: 1\n\ndn: dc=example,dc=org\nobjectClass domain\n');
    await expect(start({ ldifFolder })).rejects.toMatchObject({
      code: 'bad-ldif',
      message: expect.stringMatching(/^[^\n]*people\.ldif:4: [^\n]+$/),
    });
  });

  it('does not start with an app that refuses its configuration, and says what the app said', async () => {
    const starting = start({ modes: ['ldap'], env: { LDAP_USER_BASE: 'ou=users,dc=elsewhere' } });
    await expect(starting).rejects.toMatchObject({
      code: 'did-not-start',
      message: expect.stringMatching(/^The ldap app ended with code 1: [^\n]*LDAP_USER_BASE/),
    });
  });
});
