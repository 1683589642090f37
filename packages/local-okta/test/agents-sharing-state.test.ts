import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startLdapProxy } from '@ldap-to-okta/test-directory';
import type { LocalOkta } from '../src/local-okta.ts';
import {
  call,
  createApprover,
  createCleanup,
  outcomeOf,
  spawnAgent,
  startOkta,
  startOpenLdap,
  statuses,
  tempDir,
  until,
  untilReady,
} from './agents-fixture.ts';

const cleanup = createCleanup();
afterEach(() => cleanup.run());

const BOTH_WORK = ['OPERATIONAL', 'agent OPERATIONAL', 'agent-2 OPERATIONAL'];

const untilStatuses = (okta: LocalOkta, wanted: readonly string[]) =>
  until(async () => (await statuses(okta)).join() === wanted.join(), wanted.join(', '));

async function agentIds(okta: LocalOkta): Promise<string[]> {
  const { body } = await call(okta, 'GET', '/api/v1/agentPools');
  return body.flatMap(({ agents }: { agents: { id: string }[] }) => agents.map(({ id }) => id)).sort();
}

async function end(child: ReturnType<typeof spawnAgent>, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  child.kill(signal);
  await once(child, 'exit');
}

describe('agents with one name and one state directory', () => {
  it('register once each, share the work, and are the same two after they were stopped or killed', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup);
    const env = { AGENT_STATE_DIR: tempDir(cleanup) };
    const port = Number(new URL(directory.url).port);
    const doors = await Promise.all([1, 2].map(() => startLdapProxy({ target: { host: '127.0.0.1', port } })));
    for (const door of doors) cleanup.add(() => door.close());
    const startBoth = () => doors.map(({ url }) => spawnAgent(cleanup, okta, { ...directory, url }, env));

    const first = startBoth();
    await untilReady(okta);
    await untilStatuses(okta, BOTH_WORK);
    const ids = await agentIds(okta);
    expect(new Set(ids).size).toBe(2);
    for (const door of doors) door.reset();
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => outcomeOf(okta, 'user01', 'password1')));
    expect(new Set(outcomes)).toEqual(new Set(['ok']));
    for (const door of doors) expect(door.counts().binds['cn=user01,ou=users,dc=example,dc=org']).toBeGreaterThan(0);

    await Promise.all(first.map((child) => end(child, 'SIGKILL')));
    await untilStatuses(okta, ['DISRUPTED', 'agent DISRUPTED', 'agent-2 DISRUPTED']);
    const second = startBoth();
    await untilStatuses(okta, BOTH_WORK);
    expect(await agentIds(okta)).toEqual(ids);

    await Promise.all(second.map((child) => end(child, 'SIGTERM')));
    startBoth();
    await untilStatuses(okta, BOTH_WORK);
    expect(await agentIds(okta)).toEqual(ids);
  });

  it('are let in by hand one by one', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, { setup: 'manual' });
    const env = { AGENT_STATE_DIR: tempDir(cleanup) };
    const startBoth = () => [1, 2].map(() => spawnAgent(cleanup, okta, directory, env));
    const both = startBoth();
    for (const child of both) {
      const link = await until(() => child.link(), 'a link');
      expect((await createApprover(okta, link).decide('allow')).page).toContain('The agent is connected');
    }
    await untilStatuses(okta, BOTH_WORK);
    const ids = await agentIds(okta);
    await Promise.all(both.map((child) => end(child, 'SIGTERM')));
    const again = startBoth();
    await untilStatuses(okta, BOTH_WORK);
    expect(await agentIds(okta)).toEqual(ids);
    expect(again.map((child) => child.link())).toEqual([undefined, undefined]);
  });
});

describe('an agent that is started again before anybody has opened its link', () => {
  it('shows the same link, and is let in by it', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, { setup: 'manual' });
    const env = { AGENT_STATE_DIR: tempDir(cleanup) };
    const first = spawnAgent(cleanup, okta, directory, env);
    const link = await until(() => first.link(), 'a link');
    await end(first, 'SIGTERM');
    const second = spawnAgent(cleanup, okta, directory, env);
    await until(() => second.link(), 'a link');
    await end(second, 'SIGKILL');
    const last = spawnAgent(cleanup, okta, directory, env);
    expect(await until(() => last.link(), 'a link')).toBe(link);
    await createApprover(okta, link).decide('allow');
    await untilStatuses(okta, ['OPERATIONAL', 'agent OPERATIONAL']);
  });

  it('is let in at once when the link was opened in between', async () => {
    const directory = await startOpenLdap(cleanup);
    const okta = await startOkta(cleanup, { setup: 'manual' });
    const env = { AGENT_STATE_DIR: tempDir(cleanup) };
    const first = spawnAgent(cleanup, okta, directory, env);
    const link = await until(() => first.link(), 'a link');
    await end(first, 'SIGTERM');
    await createApprover(okta, link).decide('allow');
    const second = spawnAgent(cleanup, okta, directory, env);
    await untilStatuses(okta, ['OPERATIONAL', 'agent OPERATIONAL']);
    expect(second.link()).toBeUndefined();
  });
});
