import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { TestDirectory } from '@ldap-to-okta/test-directory';
import type { LocalOkta } from '../src/local-okta.ts';
import {
  ADMIN,
  call,
  createCleanup,
  endOfImport,
  runImport,
  spawnAgent,
  startOkta,
  startOpenLdap,
  statuses,
  tempDir,
  until,
  untilReady,
} from './agents-fixture.ts';
import { run as runProcess } from './process-fixture.ts';

const cleanup = createCleanup();
afterEach(() => cleanup.run());

const tutorialLdif = fileURLToPath(new URL('../../../ldifs/users.ldif', import.meta.url));
const oddities = fileURLToPath(new URL('./oddities.ldif', import.meta.url));

const CROWD = 6_000;
/** Beside the crowd, three people of the tutorial and six of the oddities, of whom two can be imported. */
const SCANNED = CROWD + 9;
const NEW = CROWD + 5;

async function startCrowd(): Promise<TestDirectory> {
  const file = join(tempDir(cleanup), 'crowd.ldif');
  const people = Array.from(
    { length: CROWD },
    (_, at) =>
      `dn: cn=p${at},ou=users,dc=example,dc=org\nobjectClass: inetOrgPerson\ncn: p${at}\nuid: p${at}\nsn: P\ngivenName: N${at}\nmail: p${at}@example.com\n`,
  );
  writeFileSync(file, people.join('\n'));
  return startOpenLdap(cleanup, { ldifFiles: [tutorialLdif, oddities, file] });
}

type Reachable = Pick<LocalOkta, 'urls'>;

/** The first import of an org has begun: so slowly that most of its pages are still to come. */
async function beginImport(okta: Reachable, directory: TestDirectory) {
  await call(okta, 'PUT', '/local/faults', { agentDelayMs: 300 });
  const stateDir = tempDir(cleanup);
  const start = (AGENT_NAME: string) =>
    spawnAgent(cleanup, okta, directory, { AGENT_STATE_DIR: `${stateDir}/${AGENT_NAME}`, AGENT_NAME });
  const agent = start('agent-a');
  const id: string = await until(async () => {
    const { body } = await call(okta, 'GET', '/local/integration/imports');
    return body[0]?.counts.users.scanned > 0 && body[0].id;
  }, 'the import has begun');
  await call(okta, 'PUT', '/local/faults', { agentDelayMs: 2_000 });
  const kill = async (): Promise<void> => {
    agent.kill('SIGKILL');
    await once(agent, 'exit');
    await call(okta, 'PUT', '/local/faults', {});
  };
  return { id, start, kill };
}

const runOf = async (okta: Reachable, id: string) => (await call(okta, 'GET', `/local/integration/imports/${id}`)).body;

async function problemsOf(okta: Reachable, id: string): Promise<string[]> {
  const { body } = await call(okta, 'GET', `/local/integration/imports/${id}/problems`);
  return body.map(({ dn, code }: { dn: string; code: string }) => `${dn.split(',')[0]} ${code}`).sort();
}

const problems = [
  'cn=expired-account disabled',
  'cn=nogiven attribute-missing',
  'cn=nomail attribute-missing',
  'cn=outer member-unknown',
  'cn=twin2 username-taken',
];

/** It completed, counted and reported everybody once, and another full import finds everybody, and nobody gone. */
async function expectWhole(okta: LocalOkta, id: string): Promise<void> {
  const run = await endOfImport(okta, id);
  expect(run).toMatchObject({
    state: 'completed',
    message: 'The LDAP agent agent-a went away in the middle of a search. Reading users begins again.',
    counts: { users: { scanned: SCANNED, new: NEW, updated: 0, unchanged: 0, removed: 0 } },
  });
  expect(await problemsOf(okta, id)).toEqual(problems);
  await untilReady(okta);
  expect((await call(okta, 'GET', '/local/integration')).body.pending).toBe(0);
  const next = await runImport(okta, 'full');
  expect([next.state, next.message, next.counts.users]).toEqual([
    'completed',
    null,
    { scanned: SCANNED, new: 0, updated: 0, unchanged: NEW, removed: 0 },
  ]);
}

describe('an import whose agent is killed in the middle', () => {
  it('goes on with another agent, says so, and counts nobody twice', async () => {
    const directory = await startCrowd();
    const okta = await startOkta(cleanup);
    const { id, start, kill } = await beginImport(okta, directory);
    start('agent-b');
    await until(async () => (await statuses(okta)).includes('agent-b OPERATIONAL'), 'a second agent');
    await kill();
    await expectWhole(okta, id);
    const { body: log } = await call(okta, 'GET', '/api/v1/logs?q=begins%20again');
    expect(log.map(({ eventType }: { eventType: string }) => eventType)).toEqual(['system.import.download.start']);
  }, 120_000);

  it('goes on with the same agent when it is back', async () => {
    const directory = await startCrowd();
    const okta = await startOkta(cleanup);
    const { id, start, kill } = await beginImport(okta, directory);
    await kill();
    start('agent-a');
    await expectWhole(okta, id);
  }, 120_000);

  it('is cancelled at once while it waits for an agent', async () => {
    const directory = await startCrowd();
    const okta = await startOkta(cleanup);
    const { id, kill } = await beginImport(okta, directory);
    await kill();
    await until(async () => (await runOf(okta, id)).message !== null, 'the loss is noticed');
    expect((await call(okta, 'POST', `/local/integration/imports/${id}/cancel`)).status).toBe(202);
    expect((await endOfImport(okta, id)).state).toBe('cancelled');
  }, 120_000);

  it('ends with the reason where nobody comes, removes nobody, and is made up for by whoever comes later', async () => {
    const directory = await startCrowd();
    const okta = await startOkta(cleanup);
    const { id, start, kill } = await beginImport(okta, directory);
    await kill();
    expect(await endOfImport(okta, id)).toMatchObject({
      state: 'failed',
      message: 'No LDAP agent is connected: the directory cannot be asked.',
      counts: { users: { removed: 0 } },
    });
    start('agent-b');
    await untilReady(okta);
    const { body: runs } = await call(okta, 'GET', '/local/integration/imports');
    expect([runs.length, runs[0].kind, runs[0].counts.users.scanned]).toEqual([2, 'full', SCANNED]);
    expect(runs[0].counts.users.removed).toBe(0);
  }, 120_000);

  it('is completed after Local Okta was killed as well', async () => {
    const directory = await startCrowd();
    const dataDir = tempDir(cleanup);
    const first = runProcess('dist/main.js', [], {
      PORT: '0',
      LOCAL_OKTA_LDAPS_PORT: '0',
      LOCAL_OKTA_LDAP_PORT: '0',
      LOCAL_OKTA_DATA_DIR: dataDir,
      LOCAL_OKTA_SETUP: 'auto',
      LOCAL_OKTA_ADMIN_PASSWORD: ADMIN.password,
      LOCAL_OKTA_API_TOKEN: ADMIN.apiToken,
    });
    cleanup.add(() => first.child.kill('SIGKILL'));
    const [, url = ''] = await first.waitFor(/"okta":"([^"]+)"/);
    const there = { urls: { okta: url } } as Reachable;
    const { id, kill } = await beginImport(there, directory);
    await kill();
    await until(async () => (await runOf(there, id)).message !== null, 'the loss is noticed');
    first.child.kill('SIGKILL');
    await first.ended();

    const okta = await startOkta(cleanup, { dataDir });
    expect((await runOf(okta, id)).state).toBe('interrupted');
    spawnAgent(cleanup, okta, directory);
    await untilReady(okta);
    const { body: runs } = await call(okta, 'GET', '/local/integration/imports');
    const { scanned, new: arrived, unchanged, removed } = runs[0].counts.users;
    expect([scanned, arrived + unchanged, removed]).toEqual([SCANNED, NEW, 0]);
    expect(await problemsOf(okta, runs[0].id)).toEqual(problems);
  }, 120_000);
});

/** Local Okta behind something that cuts the first connection on which a page comes: before it gets there, or before it is acknowledged. */
async function cutFirstPage(okta: LocalOkta, when: 'before' | 'after'): Promise<string> {
  let cut = false;
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(okta.urls.okta ?? '').port), 'localhost');
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.pipe(client);
    client.on('data', (bytes) => {
      const first = !cut && bytes.includes('/result HTTP/1.1');
      cut ||= first;
      if (first && when === 'after') {
        upstream.unpipe(client);
        upstream.once('data', () => client.destroy()).resume();
      }
      if (first && when === 'before') client.destroy();
      else upstream.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup.add(() => server.close());
  return `http://localhost:${(server.address() as AddressInfo).port}`; // it listens on a port
}

describe('a page whose connection is cut', () => {
  it.each(['before', 'after'] as const)('%s it arrives is sent again, and counted once', async (when) => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup);
    spawnAgent(cleanup, { urls: { ...okta.urls, okta: await cutFirstPage(okta, when) } }, directory);
    await untilReady(okta);
    const { body: runs } = await call(okta, 'GET', '/local/integration/imports');
    expect(runs).toMatchObject([{ state: 'completed', message: null, counts: { users: { scanned: 3, new: 3 } } }]);
  });
});

describe('a directory without a place for groups', () => {
  it('is imported all the same, and it is said that there are no groups', async () => {
    const file = join(tempDir(cleanup), 'people.ldif');
    writeFileSync(
      file,
      `dn: dc=example,dc=org
objectClass: domain
dc: example

dn: ou=users,dc=example,dc=org
objectClass: organizationalUnit
ou: users

dn: cn=p0,ou=users,dc=example,dc=org
objectClass: inetOrgPerson
cn: p0
uid: p0
sn: P
givenName: N
mail: p0@example.com
`,
    );
    const directory = await startOpenLdap(cleanup, { ldifFiles: [file] });
    const okta = await startOkta(cleanup);
    spawnAgent(cleanup, okta, directory);
    await untilReady(okta);
    const { body: runs } = await call(okta, 'GET', '/local/integration/imports');
    expect([runs[0].state, runs[0].counts.users.new, runs[0].counts.groups.scanned]).toEqual(['completed', 1, 0]);
    expect(await problemsOf(okta, runs[0].id)).toEqual(['ou=groups no-group-base']);
  });
});
