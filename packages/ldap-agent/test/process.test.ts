import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { AgentLog } from '../src/agent-log.ts';
import { createLdapAgent, type LdapAgent } from '../src/create-ldap-agent.ts';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const env = {
  LDAP_HOST: 'localhost',
  LDAP_PORT: '1',
  LDAP_ROOT: 'dc=example,dc=org',
  LDAP_ADMIN_USERNAME: 'admin',
  LDAP_ADMIN_PASSWORD: 'never-in-a-log',
  LOG_LEVEL: 'trace',
};

function run(more: Record<string, string>) {
  return spawnSync(process.execPath, [main], { env: { ...env, ...more }, encoding: 'utf8', timeout: 20_000 });
}

describe('the process', () => {
  it('exits with 3 and a plain reason for a bad OKTA_URL', () => {
    const quotes = run({ OKTA_URL: '\u201chttps://dev-133337.okta.com\u201d' });
    expect([quotes.status, quotes.stderr.includes('curly quotes')]).toEqual([3, true]);
    const unknown = run({ OKTA_URL: 'https://dev-133337.okta.invalid' });
    expect([unknown.status, unknown.stderr.includes('host dev-133337.okta.invalid of OKTA_URL is unknown')]).toEqual([
      3,
      true,
    ]);
    expect(unknown.stdout + unknown.stderr).not.toContain('never-in-a-log');
  });

  it('exits with 2 for anything else in the environment', () => {
    const result = run({ OKTA_URL: 'http://localhost:1', LDAP_PORT: 'x' });
    expect([result.status, result.stderr.includes('LDAP_PORT')]).toEqual([2, true]);
  });
});

it('tells its variables and exit codes with --help', () => {
  const { status, stdout } = spawnSync(process.execPath, [main, '--help'], { encoding: 'utf8', timeout: 20_000 });
  expect([status, stdout.includes('LDAP_ADMIN_PASSWORD'), stdout.includes('6  the registration')]).toEqual([
    0,
    true,
    true,
  ]);
});

describe('an agent', () => {
  let agent: LdapAgent | undefined;
  let server: Server | undefined;
  const dir = mkdtempSync(join(tmpdir(), 'ldap-agent-test-'));
  afterEach(async () => {
    await agent?.close();
    server?.closeAllConnections();
    server?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function serve(answer: (path: string, polls: number) => [number, object]): Promise<string> {
    let polls = 0;
    server = createServer((request, response) => {
      request.resume();
      if (request.url?.endsWith('/token')) polls += 1;
      const [status, body] = answer(request.url ?? '', polls);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    const listening = server;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`; // it listens on a port
  }

  function start(oktaUrl: string, links: string[], log?: AgentLog): LdapAgent {
    agent = createLdapAgent({
      oktaUrl,
      directory: { host: '127.0.0.1', port: 1, tls: 'off', bindDn: 'cn=a', bindPassword: 'b', root: 'dc=x' },
      stateDir: dir,
      name: 'a',
      ...(log === undefined ? {} : { log }),
      announce: ({ url }) => links.push(url),
    });
    return agent;
  }

  const device = (expires_in: number, code: string) => ({
    device_code: code,
    user_code: code,
    verification_uri: 'http://x/oauth2/auth',
    verification_uri_complete: `http://x/oauth2/auth?code=${code}`,
    expires_in,
    interval: 0,
  });

  it('says that an org without an agent gateway is not Local Okta', async () => {
    const url = await serve(() => [404, { errorCode: 'E0000008' }]);
    await expect(start(url, []).ended).rejects.toMatchObject({ code: 'not-local-okta' });
  });

  it('says that what does not speak HTTP is not Local Okta', async () => {
    const other = createTcpServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-OpenSSH\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo; // it listens on a port
    await expect(start(`http://127.0.0.1:${port}`, []).ended).rejects.toMatchObject({ code: 'not-local-okta' });
    other.close();
  });

  it('ends at once while nobody answers its registration', async () => {
    let asked: () => void = () => undefined;
    const question = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const silent = createTcpServer((socket) => socket.on('error', () => undefined).once('data', () => asked()));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo; // it listens on a port
    const waiting = start(`http://127.0.0.1:${port}`, []);
    await question;
    const before = performance.now();
    await waiting.close();
    // Its own patience with an answer is 15 seconds.
    expect(performance.now() - before).toBeLessThan(12_000);
    silent.close();
  });

  it('does not ask for links in a circle where none is ever good', async () => {
    let asked = 0;
    let third: () => void = () => undefined;
    const thirdTime = new Promise<void>((resolve) => {
      third = resolve;
    });
    const url = await serve((path) => {
      if (!path.endsWith('/device/authorize')) return [200, {}];
      asked += 1;
      if (asked === 3) third();
      return [200, device(600, `CODE000${asked}`)];
    });
    const before = performance.now();
    start(url, []);
    await thirdTime;
    // A quarter of a second before the second, half a second before the third, and more on a busy machine.
    expect(performance.now() - before).toBeGreaterThan(700);
  });

  it('registers anew where what was saved cannot be read', async () => {
    const links: string[] = [];
    const url = await serve((path) =>
      path.endsWith('/device/authorize') ? [200, device(600, 'CODE0001')] : [400, { error: 'access_denied' }],
    );
    mkdirSync(dir, { recursive: true });
    const state = { oktaUrl: url, agentId: 'a5', token: 'not\r\na-header', registeredAt: '' };
    for (const text of ['{"oktaUrl', JSON.stringify(state)]) {
      writeFileSync(join(dir, 'agent.json'), text);
      await expect(start(url, links).ended).rejects.toMatchObject({ code: 'denied' });
    }
  });

  it('exits with 6 and the reason, before anybody is asked, where its registration cannot be saved', async () => {
    const url = await serve(() => [200, device(600, 'CODE0001')]);
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'file'), '');
    const stateDir = join(dir, 'file', 'state');
    const child = spawn(process.execPath, [main], { env: { ...env, OKTA_URL: url, AGENT_STATE_DIR: stateDir } });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
    const [code] = await once(child, 'close');
    expect([code, printed]).toEqual([6, expect.stringContaining(`cannot be saved in ${stateDir} (AGENT_STATE_DIR)`)]);
    expect(printed).not.toContain('visit the URL');
  });

  it('says that it cannot connect, and what a proxy has to do', async () => {
    const url = await serve((path) => {
      if (path.endsWith('/device/authorize')) return [200, device(600, 'CODE0001')];
      return path.endsWith('/token') ? [200, { access_token: 'secret', agent_id: 'a' }] : [404, {}];
    });
    const warned = new Promise((resolve) => {
      const warn = (message: string, details?: object) => resolve([message, details]);
      start(url, [], { info: () => undefined, error: () => undefined, warn });
    });
    expect(await warned).toEqual([expect.stringContaining('has to pass WebSockets on'), { why: 'STATUS_404' }]);
  });

  it('asks for a new link when one has expired, and ends when it is denied', async () => {
    const links: string[] = [];
    let codes = 0;
    const url = await serve((path, polls) => {
      if (path.endsWith('/device/authorize')) {
        codes += 1;
        return [200, device(600, `CODE000${codes}`)];
      }
      if (polls < 3) return [400, { error: 'authorization_pending' }];
      if (polls === 3) return [400, { error: 'expired_token' }];
      return polls < 6 ? [400, { error: 'authorization_pending' }] : [400, { error: 'access_denied' }];
    });
    await expect(start(url, links).ended).rejects.toMatchObject({ code: 'denied' });
    expect(links).toEqual(['http://x/oauth2/auth?code=CODE0001', 'http://x/oauth2/auth?code=CODE0002']);
  });
});
