import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { localOktaNodeOptions } from '../../dist/local-org.js';

export const ADMIN = {
  login: 'admin@example.com',
  password: 'Benchmark-2026',
  token: '00benchmark-token-of-the-administrator',
};

const mainOf = (name) => fileURLToPath(new URL(`../../../${name}/dist/main.js`, import.meta.url));

/** Local Okta and an agent, each a process as anybody would start it, connected and configured; nothing imported yet. */
export async function startOrg(directory) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-okta-'));
  const children = [];
  const start = (name, env, nodeOptions = []) => {
    const child = spawn(process.execPath, [...nodeOptions, mainOf(name)], {
      cwd: folder,
      env: { PATH: process.env.PATH, LOG_LEVEL: 'warn', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.output = '';
    child.stdout.on('data', (text) => {
      child.output = (child.output + text).slice(-10_000);
    });
    children.push(child);
    return child;
  };
  const stop = async () => {
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const okta = start(
      'local-okta',
      {
        PORT: String(port),
        LOCAL_OKTA_LDAPS_PORT: '0',
        LOCAL_OKTA_LDAP_PORT: '0',
        LOCAL_OKTA_SETUP: 'manual',
        LOCAL_OKTA_ADMIN_PASSWORD: ADMIN.password,
        LOCAL_OKTA_API_TOKEN: ADMIN.token,
        LOCAL_OKTA_LDAP_BIND_LIMIT: 'off',
        LOCAL_OKTA_RATE_LIMITS: 'off',
      },
      localOktaNodeOptions,
    );
    const call = (method, path, body) => callOkta(url, method, path, body);
    await until(okta, () => call('GET', '/local/setup').catch(() => undefined));
    const agent = start('ldap-agent', {
      OKTA_URL: url,
      LDAP_HOST: '127.0.0.1',
      LDAP_PORT: new URL(directory.url).port,
      LDAP_ROOT: directory.base,
      LDAP_ADMIN_USERNAME: directory.adminDn,
      LDAP_ADMIN_PASSWORD: directory.adminPassword,
    });
    const [, link] = await until(agent, () => /visit the URL: (\S+)/.exec(agent.output) ?? undefined);
    await allow(link);
    await until(agent, async () => (await call('GET', '/local/integration')).root ?? undefined);
    const settings = await until(agent, () => call('GET', '/local/integration/settings').catch(() => undefined));
    await call('PUT', '/local/integration/settings', settings);
    const { urls } = await call('PUT', '/local/ldap-interface', { enabled: true, groups: 'all' });
    const { id } = await call('GET', '/local/integration');
    const caFile = join(folder, '.local-okta', 'ldap-interface-ca.pem');
    return {
      call,
      stop,
      settings,
      id,
      caFile,
      ldapsPort: new URL(urls.ldaps).port,
      memory: () => children.reduce((sum, child) => sum + residentBytes(child.pid), 0),
      async import(kind) {
        const { id: run } = await call('POST', '/local/integration/imports', { kind });
        for (;;) {
          // The figures are Local Okta's own: asking more often would only take time from it.
          await delay(100);
          const found = await call('GET', `/local/integration/imports/${run}`);
          if (found.state === 'running') continue;
          if (found.state !== 'completed') throw new Error(`the import ended as ${found.state}: ${found.message}`);
          return { took: Date.parse(found.ended) - Date.parse(found.started), counts: found.counts };
        }
      },
      async confirm() {
        const started = performance.now();
        const { confirmed } = await call('POST', '/local/integration/confirm', { activate: true });
        return { took: performance.now() - started, confirmed };
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function callOkta(url, method, path, body) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `SSWS ${ADMIN.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** Opens the agent's link, signs in, allows. */
async function allow(link) {
  let cookie = '';
  let page = '';
  const visit = async (options = {}) => {
    const response = await fetch(link, { redirect: 'manual', ...options, headers: { cookie } });
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    page = await response.text();
  };
  const post = (fields) => {
    const [, csrf = ''] = /name="csrf" value="(\w+)"/.exec(page) ?? [];
    const code = new URL(link).searchParams.get('code');
    return visit({ method: 'POST', body: new URLSearchParams({ code, csrf, ...fields }) });
  };
  await visit();
  await post({ action: 'sign-in', username: ADMIN.login, password: ADMIN.password });
  await visit();
  await post({ action: 'allow' });
}

async function until(child, probe) {
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.at(-1)} ended with ${child.exitCode}`);
    await delay(20);
  }
}

function residentBytes(pid) {
  const [, kilobytes = 0] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
