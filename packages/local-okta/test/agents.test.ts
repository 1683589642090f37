import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createCertificateAuthority } from '@ldap-to-okta/ldap-server';
import { startLdapProxy } from '@ldap-to-okta/test-directory';
import { WebSocket } from 'ws';
import type { LocalOkta } from '../src/local-okta.ts';
import {
  call,
  connectByHand,
  createApprover,
  createCleanup,
  outcomeOf,
  spawnAgent,
  startAgent,
  startOkta,
  startOpenLdap,
  statuses,
  tempDir,
  until,
  untilReady,
} from './agents-fixture.ts';

const cleanup = createCleanup();
afterEach(() => cleanup.run());

/** `fetch` sets no such headers. */
async function statusOf(url: string, headers: Record<string, string>, body?: string): Promise<number | undefined> {
  const outgoing = request(url, { method: body === undefined ? 'GET' : 'POST', headers });
  outgoing.end(body);
  const [response] = await once(outgoing, 'response');
  response.resume();
  return response.statusCode;
}

async function eventTypes(okta: LocalOkta): Promise<string[]> {
  const { body } = await call(okta, 'GET', '/api/v1/logs?limit=100');
  return body.map(({ eventType }: { eventType: string }) => eventType);
}

describe('registration by hand', () => {
  it('prints a link that is good for ten minutes, and goes on when an administrator allows it', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, { setup: 'manual' });
    const stateDir = tempDir(cleanup);
    const agent = startAgent(cleanup, okta, directory, { stateDir });
    const approval = await until(() => agent.status().approval, 'a link');
    expect(approval.url).toMatch(new RegExp(`^${okta.urls.okta}/oauth2/auth\\?code=\\w{8}$`));
    expect(approval.expiresAt.getTime() - Date.now()).toBeGreaterThan(590_000);
    expect(approval.expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(600_000);

    const person = createApprover(okta, approval.url);
    expect((await person.open()).page).toContain('Sign in as an administrator');
    expect((await person.signIn('admin@example.com', 'wrong')).status).toBe(401);
    expect((await person.signIn()).status).toBe(303);
    const consent = await person.open();
    expect(consent.page).toContain('Okta LDAP Agent is requesting permission to');
    expect(consent.page).toContain('Allow Access');
    expect(consent.page).toContain("Don't Allow");
    expect((await person.post({ action: 'allow' })).page).toContain('The agent is connected');

    await until(() => agent.status().state === 'connected', 'connected');
    expect(statSync(join(stateDir, 'agent.json')).mode & 0o777).toBe(0o600);
    await until(async () => (await statuses(okta))[0] === 'OPERATIONAL', 'operational');
    expect(await statuses(okta)).toEqual(['OPERATIONAL', 'agent-1 OPERATIONAL']);
    expect(await eventTypes(okta)).toEqual(
      expect.arrayContaining(['system.agent.register', 'system.agent.ldap.reconnect']),
    );

    await agent.close();
    expect(await statuses(okta)).toEqual(['DISRUPTED', 'agent-1 DISRUPTED']);
    const again = startAgent(cleanup, okta, directory, { stateDir });
    await until(() => again.status().state === 'connected', 'connected again');
    expect(again.status().approval).toBeUndefined();
    expect(again.status().agentId).toBe(agent.status().agentId);
  });

  it("ends when an administrator chooses Don't Allow", async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, { setup: 'manual' });
    const agent = startAgent(cleanup, okta, directory);
    const link = await until(() => agent.status().approval?.url, 'a link');
    expect((await createApprover(okta, link).decide('deny')).page).toContain('The agent was refused');
    await expect(agent.ended).rejects.toMatchObject({ code: 'denied' });
    const late = createApprover(okta, link);
    expect((await late.open()).status).toBe(410);
  });

  it('tells a late visitor that the token is expired, and gives the agent a new link', async () => {
    let now = Date.now();
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, { setup: 'manual', clock: { now: () => now } });
    const agent = startAgent(cleanup, okta, directory);
    const link = await until(() => agent.status().approval?.url, 'a link');
    now += 10 * 60_000 + 1;
    const late = await createApprover(okta, link).open();
    expect([late.status, late.page.includes('The token is expired')]).toEqual([410, true]);
    const next = await until(
      () => (agent.status().approval?.url === link ? undefined : agent.status().approval?.url),
      'a new link',
    );
    await createApprover(okta, next).decide('allow');
    await until(() => agent.status().state === 'connected', 'connected');
  });

  it('refuses forged forms, people who are no administrators, and guessing', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, { setup: 'manual' });
    const agent = startAgent(cleanup, okta, directory);
    const link = await until(() => agent.status().approval?.url, 'a link');
    const code = new URL(link).searchParams.get('code') ?? '';
    const forged = await fetch(`${okta.urls.okta}/oauth2/auth`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ code, csrf: 'x'.repeat(32), action: 'allow' }),
    });
    expect(forged.status).toBe(403);
    await call(okta, 'POST', '/api/v1/users?activate=true', {
      profile: { login: 'eve@example.com', email: 'eve@example.com', firstName: 'Eve', lastName: 'E' },
      credentials: { password: { value: 'Not-admin-12' } },
    });
    const person = createApprover(okta, link);
    await person.open();
    expect((await person.signIn('eve@example.com', 'Not-admin-12')).status).toBe(401);
    expect((await person.post({ action: 'allow' })).page).toContain('Sign in as an administrator');
    for (let attempt = 2; attempt <= 5; attempt += 1)
      expect((await person.signIn('eve@example.com', 'x')).status).toBe(401);
    expect((await person.signIn()).status).toBe(429);
    expect(agent.status().state).toBe('waiting-for-approval');
  });
});

describe('an agent that was deleted', () => {
  it('ends and says so, or registers anew where that is wanted', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, { setup: 'manual' });
    const agent = await connectByHand(cleanup, okta, directory);
    expect((await call(okta, 'DELETE', `/local/agents/${agent.status().agentId}`)).status).toBe(204);
    await expect(agent.ended).rejects.toMatchObject({ code: 'revoked' });
    expect((await call(okta, 'DELETE', `/local/agents/${agent.status().agentId}`)).status).toBe(404);
  });

  it('comes back after a reset when it may register again', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup);
    const agent = startAgent(cleanup, okta, directory, { registerAgain: true });
    await untilReady(okta);
    const first = agent.status().agentId;
    await okta.reset();
    await untilReady(okta);
    expect(agent.status().agentId).not.toBe(first);
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('ok');
  });
});

describe('several agents', () => {
  it('share the work, and killing one with requests in flight loses none', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup);
    const doomed = spawnAgent(cleanup, okta, directory, { AGENT_NAME: 'doomed' });
    await untilReady(okta);
    spawnAgent(cleanup, okta, directory, { AGENT_NAME: 'survivor' });
    await until(
      async () => (await statuses(okta)).filter((line) => line.endsWith(' OPERATIONAL')).length === 2,
      'two agents',
    );

    await directory.pause();
    const attempts = Array.from({ length: 20 }, (_, at) =>
      outcomeOf(okta, `user0${(at % 3) + 1}`, `password${(at % 3) + 1}`),
    );
    // Both agents have taken some of them by now, and wait for the directory.
    await new Promise((resolve) => setTimeout(resolve, 300));
    doomed.kill('SIGKILL');
    await until(async () => (await statuses(okta)).includes('doomed DISRUPTED'), 'the loss is seen');
    await directory.resume();
    expect(new Set(await Promise.all(attempts))).toEqual(new Set(['ok']));
    expect((await statuses(okta))[0]).toBe('DEGRADED');
  });

  it('that stops without dying keeps nobody waiting for long, and is seen to be gone', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup);
    const stopped = spawnAgent(cleanup, okta, directory, { AGENT_NAME: 'stopped' });
    await untilReady(okta);
    spawnAgent(cleanup, okta, directory, { AGENT_NAME: 'survivor' });
    await until(async () => (await statuses(okta)).includes('survivor OPERATIONAL'), 'two agents');
    stopped.kill('SIGSTOP');
    const attempts = Array.from({ length: 4 }, () => outcomeOf(okta, 'user01', 'password1'));
    expect(await Promise.all(attempts)).toEqual(['ok', 'ok', 'ok', 'ok']);
    await until(async () => (await statuses(okta)).includes('stopped DISRUPTED'), 'it is missed', 30_000);
    stopped.kill('SIGCONT');
    await until(async () => (await statuses(okta)).includes('stopped OPERATIONAL'), 'it is back');
  }, 60_000);

  it('with none left, sign-ins say that the directory is unavailable, and go on when one comes', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup);
    const agent = startAgent(cleanup, okta, directory);
    await untilReady(okta);
    await agent.close();
    const startedAt = Date.now();
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('agent-unavailable');
    expect(Date.now() - startedAt).toBeLessThan(3_000);
    startAgent(cleanup, okta, directory, { name: 'agent-2' });
    expect(
      await until(async () => {
        const outcome = await outcomeOf(okta, 'user01', 'password1');
        return outcome === 'agent-unavailable' ? undefined : outcome;
      }, 'signed in'),
    ).toBe('ok');
  });
});

describe('an agent of a second directory', () => {
  it('is listed in a pool of its own, and is asked nothing about the first one', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup);
    startAgent(cleanup, okta, directory);
    await untilReady(okta);
    const url = new URL(directory.url);
    const other = startAgent(cleanup, okta, directory, {
      name: 'stranger',
      directory: {
        host: url.hostname,
        port: Number(url.port),
        tls: 'off',
        bindDn: directory.adminDn,
        bindPassword: directory.adminPassword,
        root: 'dc=elsewhere,dc=org',
      },
    });
    await until(() => other.status().state === 'connected', 'connected');
    const { body: pools } = await call(okta, 'GET', '/api/v1/agentPools');
    expect(pools.map(({ name }: { name: string }) => name).sort()).toEqual([
      'dc=elsewhere,dc=org',
      'dc=example,dc=org',
    ]);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => outcomeOf(okta, 'user01', 'password1')));
    expect(new Set(outcomes)).toEqual(new Set(['ok']));
  });
});

describe('an agent that came with a wrong LDAP_ROOT', () => {
  it.each(['auto', 'manual'] as const)(
    'and comes with the right one is the first of its directory (%s)',
    async (setup) => {
      const directory = await startOpenLdap(cleanup);
      const okta = await startOkta(cleanup, { setup, ldapIntegrationId: '0oa6qvmxznVl4KFXe5d7' });
      const url = new URL(directory.url);
      const stateDir = tempDir(cleanup);
      const wrong = {
        host: url.hostname,
        port: Number(url.port),
        tls: 'off',
        bindDn: directory.adminDn,
        bindPassword: directory.adminPassword,
        root: 'dc=exmaple,dc=org',
      } as const;
      const first = setup === 'auto' ? startAgent : connectByHand;
      const agent = await first(cleanup, okta, directory, { stateDir, directory: wrong });
      await until(async () => (await call(okta, 'GET', '/local/integration')).body.root === wrong.root, 'integrated');
      await until(async () => (await call(okta, 'GET', '/local/integration')).body.running === null, 'import failed');
      await agent.close();
      startAgent(cleanup, okta, directory, { stateDir });
      await until(async () => (await call(okta, 'GET', '/local/integration')).body.root === directory.base, 'moved');
      const { body } = await call(okta, 'GET', '/local/integration/settings');
      expect(body.userSearchBase).toBe('ou=users,dc=example,dc=org');
      expect((await call(okta, 'GET', '/api/v1/apps/0oa6qvmxznVl4KFXe5d7')).body.label).toBe(directory.base);
      if (setup === 'auto') await untilReady(okta);
      else expect((await call(okta, 'POST', '/local/integration/test')).body.message).toBe('Validation successful');
    },
  );
});

describe('a directory in trouble', () => {
  it('that is slow ends a sign-in at its deadline, and works again afterwards', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup);
    startAgent(cleanup, okta, directory);
    await untilReady(okta);
    await directory.pause();
    const startedAt = Date.now();
    expect(await outcomeOf(okta, 'user01', 'password1', 800)).toBe('timeout');
    expect(Date.now() - startedAt).toBeLessThan(2_500);
    await directory.resume();
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('ok');
  });

  it('that is down is told apart from a missing agent and from a wrong password', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup);
    startAgent(cleanup, okta, directory);
    await untilReady(okta);
    await directory.stop();
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('directory-error');
    await directory.start();
    expect(await until(async () => (await outcomeOf(okta, 'user01', 'password1')) === 'ok', 'back')).toBe(true);
    expect(await outcomeOf(okta, 'user01', 'wrong')).toBe('invalid');
  });
});

describe('the gateway', () => {
  it('answers strangers and malformed requests, and nothing else', async () => {
    const okta = await startOkta(cleanup, { setup: 'manual' });
    const post = (path: string, body: string, token?: string) =>
      fetch(`${okta.urls.okta}/local/agent/v1${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body,
      }).then(({ status }) => status);
    const link = (token?: string) =>
      statusOf(`${okta.urls.okta}/local/agent/v1/link`, {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'bm90IHZlcnkgc2VjcmV0IQ==',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      });
    expect(await link()).toBe(401);
    expect(await link('guessed')).toBe(401);
    expect(await post('/link', '{}')).toBe(404);
    expect(await post('/requests/1/result', '{}', 'guessed')).toBe(401);
    expect(await post('/device/authorize', '{"name":1}')).toBe(400);
    expect(await post('/device/authorize', '{')).toBe(400);
    expect(await post('/token', '{"grant_type":"password","device_code":"x"}')).toBe(400);
    expect(
      await post('/token', '{"grant_type":"urn:ietf:params:oauth:grant-type:device_code","device_code":"x"}'),
    ).toBe(400);
    const java = {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAEAAEAAAAIAAAABAAMAAABk',
    };
    expect(await statusOf(`${okta.urls.okta}/healthz`, java)).toBe(200);
    const registration = JSON.stringify({ name: 'n', version: '1', root: 'dc=x' });
    const json = { 'content-type': 'application/json', 'content-length': String(registration.length) };
    const authorize = `${okta.urls.okta}/local/agent/v1/device/authorize`;
    expect(await statusOf(authorize, { ...java, ...json }, registration)).toBe(200);
    expect((await fetch(`${okta.urls.okta}/local/integration`)).status).toBe(401);
    expect((await fetch(`${okta.urls.okta}/local/integration/settings`, { method: 'PUT' })).status).toBe(401);
  });
});

describe('an agent that says what is no message', () => {
  it('has its link ended, and Local Okta goes on', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup);
    const stateDir = tempDir(cleanup);
    const agent = startAgent(cleanup, okta, directory, { stateDir });
    await untilReady(okta);
    const { token } = JSON.parse(readFileSync(join(stateDir, 'agent.json'), 'utf8'));
    const beat = { instance: 'i', name: 'n', version: '1', root: 'dc=x', capacity: 1, directory: { ok: true } };
    const url = `${okta.urls.okta?.replace('http', 'ws')}/local/agent/v1/link`;
    const beats = [{ root: 'dc=\0' }, { name: '' }, { capacity: -1 }].map((more) => ({ ...beat, ...more }));
    const odd = [
      ...['hello', '{"kind":"other"}', '[]', '['.repeat(50_000), Buffer.alloc(10), '{"kind":"goodbye"}'],
      ...beats.map((one) => JSON.stringify({ kind: 'beat', beat: one })),
    ];
    for (const message of odd) {
      const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
      socket.on('open', () => socket.send(message));
      const code = await new Promise((resolve) => socket.once('close', resolve));
      expect([String(message).slice(0, 80), code]).toEqual([String(message).slice(0, 80), 1008]);
    }
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('ok');
    expect(agent.status().state).toBe('connected');
  });
});

describe('an agent that reaches Okta through a TLS front', () => {
  it('connects, imports and signs people in', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup);
    const authority = createCertificateAuthority();
    const front = createServer(authority.issue(), (secure) => {
      const plain = connect(Number(new URL(okta.urls.okta ?? '').port), '127.0.0.1');
      pipeline(secure, plain, secure, () => undefined);
      cleanup.add(() => secure.destroy());
    }).listen(0, '127.0.0.1');
    await once(front, 'listening');
    cleanup.add(() => front.close());
    const caFile = join(tempDir(cleanup), 'ca.pem');
    writeFileSync(caFile, authority.caPem);
    const { port } = front.address() as AddressInfo; // it listens on a port
    const agent = { urls: { okta: `https://localhost:${port}` } };
    spawnAgent(cleanup, agent, directory, { NODE_EXTRA_CA_CERTS: caFile });
    await untilReady(okta);
    expect(await outcomeOf(okta, 'user01', 'password1')).toBe('ok');
  });
});

describe('a directory that takes its time when the agent starts', () => {
  it('does not make the agent look degraded once it answers', async () => {
    const directory = await startOpenLdap(cleanup);
    const proxy = await startLdapProxy({ target: { host: '127.0.0.1', port: Number(new URL(directory.url).port) } });
    cleanup.add(() => proxy.close());
    proxy.hang();
    const okta = await startOkta(cleanup, { setup: 'manual' });
    const agent = startAgent(cleanup, okta, { ...directory, url: proxy.url });
    const link = await until(() => agent.status().approval?.url, 'a link');
    await createApprover(okta, link).decide('allow');
    await until(() => proxy.counts().connections > 0, 'the agent has asked the directory');
    await until(async () => (await statuses(okta)).length > 0, 'the agent is registered');
    // Time to connect, for an agent that does not wait for its directory.
    await until(async () => (await statuses(okta))[0] !== 'INACTIVE', 'a link', 500).catch(() => undefined);
    await proxy.resume();
    await until(async () => (await statuses(okta))[0] === 'OPERATIONAL', 'operational', 5_000);
  });
});
