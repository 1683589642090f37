import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLdapAgent } from '@ldap-to-okta/ldap-agent';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import { createCleanUp } from './clean-up.ts';
import { envText, type Org, startOrg } from './org.ts';
import { type Env, examine } from './run-doctor.ts';

const cleanUp = createCleanUp();
let directory: TestDirectory;

beforeAll(async () => {
  directory = await startDirectory();
  cleanUp.add(() => directory.remove());
});
afterAll(() => cleanUp.run());

const at = (org: Org, changes: Env = {}, args: readonly string[] = []) =>
  examine({ file: envText({ ...org.env, AUTH_MODE: 'oidc', ...changes }), args });
const failedWith = (words: RegExp) => [
  expect.objectContaining({ outcome: 'failed', says: expect.stringMatching(words), todo: expect.any(String) }),
];

/** The tutorial's directory, as an agent is told of it. */
const directoryOf = ({ url, adminDn, adminPassword, base }: TestDirectory) => ({
  host: new URL(url).hostname,
  port: Number(new URL(url).port),
  tls: 'off' as const,
  bindDn: adminDn,
  bindPassword: adminPassword,
  root: base,
});

describe('Of the LDAP agents, doctor recognises', () => {
  it('that there is none, and that nobody has been imported', async () => {
    const examined = await at(await startOrg(cleanUp, {}));
    expect(examined.of('agent.status')).toEqual(failedWith(/no LDAP agent is registered/));
    expect(examined.of('agent.status')[0]?.todo).toMatch(/within ten minutes/);
    expect(examined.of('agent.import')).toEqual(failedWith(/nobody of the directory has been imported/));
    expect(examined.code).toBe(1);
  });

  it('one that has gone, and one that lost its state and came again', async () => {
    const org = await startOrg(cleanUp, { directory });
    await org.agent?.close();
    const gone = await at(org);
    expect(gone.of('agent.status')).toEqual(failedWith(/no LDAP agent is at work: agent-1 DISRUPTED/));
    expect(gone.code).toBe(1);
    const again = createLdapAgent({
      oktaUrl: org.env.OKTA_URL ?? '',
      directory: directoryOf(directory),
      stateDir: join(org.folder, 'empty'),
      name: 'agent-1-again',
    });
    cleanUp.add(() => again.close());
    await until(() => again.status().state === 'connected');
    const traces = await at(org);
    expect(traces.of('agent.status')).toMatchObject([
      {
        outcome: 'warning',
        says: expect.stringMatching(/1 at work, 1 gone/),
        todo: expect.stringMatching(/its state on a volume/),
      },
    ]);
    expect(traces.code).toBe(0);
  });

  it('a directory that the agent does not reach', async () => {
    const org = await startOrg(cleanUp, {});
    const agent = createLdapAgent({
      oktaUrl: org.env.OKTA_URL ?? '',
      directory: { ...directoryOf(directory), port: 1 },
      stateDir: join(org.folder, 'lost'),
      name: 'agent-1',
    });
    cleanUp.add(() => agent.close());
    await until(async () => (await org.call('GET', '/api/v1/agentPools')).includes('DEGRADED'));
    const examined = await at(org);
    expect(examined.of('agent.status')).toEqual(failedWith(/no LDAP agent is at work: agent-1 DEGRADED/));
    expect(examined.of('agent.status')[0]?.todo).toMatch(/look at the directory/);
  });

  it('that none is needed after the cut-over', async () => {
    const org = await startOrg(cleanUp, {});
    await org.call('POST', '/api/v1/users?activate=true', {
      profile: { login: 'user01@example.com', email: 'user01@example.com', firstName: 'User1', lastName: 'Bar1' },
      credentials: { password: { value: 'Okta-keeps-it-1' } },
    });
    const examined = await at(org);
    expect(examined.of('agent.status')).toMatchObject([
      { outcome: 'ok', says: expect.stringMatching(/none is needed/) },
    ]);
    expect(examined.of('agent.import')).toMatchObject([{ says: expect.stringContaining('Okta keeps the password') }]);
    expect(examined.code).toBe(0);
  });

  it('a person who may not sign in', async () => {
    const org = await startOrg(cleanUp, { directory });
    await org.call('POST', '/api/v1/users/user01@example.com/lifecycle/suspend');
    const examined = await at(org);
    expect(examined.of('agent.import')).toEqual(failedWith(/user01@example\.com is SUSPENDED/));
    expect(examined.code).toBe(1);
    expect((await at(org, {}, ['--user', 'nobody@example.com'])).of('agent.import')).toMatchObject([
      { outcome: 'warning', says: expect.stringMatching(/nobody@example\.com is not there; 3 of \d+ people/) },
    ]);
  });

  it('a token that is not accepted, or has too few rights, and prints it nowhere', async () => {
    const org = await startOrg(cleanUp, {});
    const examined = await at(org, { OKTA_API_TOKEN: '00wrongTokenThatIsNobodys' });
    expect(examined.of('org.token')).toEqual(failedWith(/does not accept the API token \(E0000011\)/));
    expect(examined.of('agent.status')).toMatchObject([{ outcome: 'not checked', says: 'because “API token” failed' }]);
    expect(examined.of('oidc.client')).toMatchObject([{ outcome: 'ok' }]);
    expect(examined.code).toBe(1);
    expect(examined.stdout).not.toContain('00wrongTokenThatIsNobodys');
  });
});

describe('Of an approval link, doctor tells', () => {
  it('whether it is still good, and that it has expired', async () => {
    let now = Date.now();
    const org = await startOrg(cleanUp, { setup: 'manual', clock: { now: () => now } });
    let link = '';
    const agent = createLdapAgent({
      oktaUrl: org.env.OKTA_URL ?? '',
      directory: directoryOf(directory),
      stateDir: join(org.folder, 'waiting'),
      name: 'agent-that-waits',
      announce: ({ url }) => {
        link ||= url;
      },
    });
    // nobody lets it in
    agent.ended.catch(() => undefined);
    cleanUp.add(() => agent.close());
    await until(() => link !== '');
    const good = await at(org, {}, ['--approval-link', link]);
    expect(good.of('agent.link')).toMatchObject([{ outcome: 'ok', says: expect.stringMatching(/still good/) }]);
    // docker compose has it in the agent's log; the command is played, the link is the agent's
    const folder = mkdtempSync(join(org.folder, 'docker-'));
    writeFileSync(
      join(folder, 'docker'),
      `#!/bin/sh\n[ "$1" = logs ] && echo "Please visit the URL: ${link} before"\n`,
    );
    chmodSync(join(folder, 'docker'), 0o755);
    now += 11 * 60_000;
    const found = await examine({ file: envText({ ...org.env, AUTH_MODE: 'oidc' }), env: { PATH: `${folder}:/bin` } });
    expect(found.of('agent.link')).toEqual(failedWith(/has expired/));
    const late = await at(org, {}, ['--approval-link', link]);
    expect(late.of('agent.link')).toEqual(failedWith(/has expired: it is good for ten minutes/));
    expect(late.code).toBe(1);
  });
});

describe("The agent's state", () => {
  it('is seen where npm start keeps it, and a broken one is a warning', async () => {
    const org = await startOrg(cleanUp, { directory });
    const file = join(org.folder, 'state-of-doctor', 'ldap-agent', 'agent.json');
    mkdirSync(dirname(file), { recursive: true });
    const local = { OKTA_ORG: 'local', LOCAL_STATE_DIR: join(org.folder, 'state-of-doctor') };
    const state = (more: Env = {}) =>
      examine({ file: envText({ ...org.env, AUTH_MODE: 'oidc' }), env: { ...local, ...more } });
    const keep = (agentId: string): void =>
      writeFileSync(
        file,
        JSON.stringify({ oktaUrl: 'x', agentId, token: 'S3cret-of-the-agent', registeredAt: '2026-01-01' }),
      );
    keep(org.agent?.status().agentId ?? '');
    const kept = await state();
    expect(kept.of('agent.state')).toMatchObject([
      { outcome: 'ok', says: expect.stringContaining('since 2026-01-01') },
    ]);
    expect(kept.stdout).not.toContain('S3cret-of-the-agent');
    // That of an org that npm start had once; docker compose, whose command is played, has this one's on a volume.
    keep('of-another-org');
    expect((await state()).of('agent.state')).toMatchObject([
      { outcome: 'warning', says: expect.stringContaining('an agent that this org does not know') },
    ]);
    const folder = mkdtempSync(join(org.folder, 'docker-'));
    writeFileSync(join(folder, 'docker'), '#!/bin/sh\n[ "$1" = volume ] && echo "ldap-to-okta_agent-state"\n');
    chmodSync(join(folder, 'docker'), 0o755);
    expect((await state({ PATH: `${folder}:/bin` })).of('agent.state')).toMatchObject([
      { outcome: 'ok', says: 'kept in the volume ldap-to-okta_agent-state' },
    ]);
    writeFileSync(file, 'half a fi');
    expect((await state()).of('agent.state')).toMatchObject([{ outcome: 'warning' }]);
  });
});

async function until(probe: () => boolean | Promise<boolean>): Promise<void> {
  for (const endsAt = Date.now() + 20_000; Date.now() < endsAt; ) {
    if (await probe()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('that does not happen');
}
