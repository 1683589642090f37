import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import { agentEnv, approver, connectAgent, importNow, LINK, type Org, startOrg, untilOperational } from './org.ts';
import { type Program, run, until } from './program.ts';

// Step 2 of the tutorial as it is walked, from an empty state and with nothing in the environment but what the tutorial
// says: every program is a process of its own in an empty folder. The cases follow each other, as the tutorial's do.

const START_MS = 120_000;
const ELEVEN_MINUTES_LATER = `data:text/javascript,${encodeURIComponent(
  'const now = Date.now; let later = 0; Date.now = () => now() + later; process.on("SIGUSR2", () => { later = 660_000; });',
)}`;

let directory: TestDirectory;
const ends: (() => unknown)[] = [];
const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'step-2-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

beforeAll(async () => {
  directory = await startDirectory();
  ends.push(() => directory.remove());
}, START_MS);
afterAll(async () => {
  for (const end of ends.reverse()) await end();
}, START_MS);

describe('connecting the LDAP agent', () => {
  let org: Org;
  let agent: Program;
  let agentFolder: string;

  beforeAll(async () => {
    org = await startOrg(emptyFolder());
    ends.push(() => org.end());
    agentFolder = emptyFolder();
  }, START_MS);

  const startAgent = (env: NodeJS.ProcessEnv = {}): Program => {
    const program = run('packages/ldap-agent', { folder: agentFolder, env: { ...agentEnv(org, directory), ...env } });
    ends.push(() => program.end('SIGKILL'));
    return program;
  };

  const linkOf = async (program: Program): Promise<{ link: string; before: Date }> => {
    const [, link = '', before = ''] = await program.prints(LINK);
    return { link, before: new Date(before) };
  };

  it.each([
    ['curly quotes', (url: string) => `\u201c${url}\u201d`, 'curly quotes'],
    ['the scheme twice', (url: string) => `http://${url}`, 'the scheme twice'],
    ['a placeholder', () => 'https://${OKTA_DOMAIN}', 'a variable that was not replaced'],
    ['an org of another name', () => 'https://dev-133337.okta.invalid', 'is unknown'],
  ])('ends with exit code 3 for an OKTA_URL with %s, and says so', async (_, wrong, reason) => {
    const program = startAgent({ OKTA_URL: wrong(org.url) });
    expect(await program.ended()).toBe(3);
    expect(program.output()).toContain('OKTA_URL');
    expect(program.output()).toContain(reason);
  });

  it('shows that a token is expired to who opens a link that was never good', async () => {
    const page = await approver(org, `${org.url}/oauth2/auth?code=MZSGGY7T`).open();
    expect([page.status, page.text.includes('The token is expired')]).toEqual([410, true]);
  });

  it('prints a link good for ten minutes, and asks for an administrator', async () => {
    agent = startAgent();
    const { link, before } = await linkOf(agent);
    expect(link).toMatch(new RegExp(`^${org.url}/oauth2/auth\\?code=\\w{8}$`));
    const minutes = (before.getTime() - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(9);
    expect(minutes).toBeLessThanOrEqual(10);
    const person = approver(org, link);
    expect((await person.open()).text).toContain('Sign in as an administrator');
    const refused = await person.signIn('not-the-password');
    expect([refused.status, /role="alert"/.test(refused.text)]).toEqual([401, true]);
    await expect(person.press('allow')).rejects.toThrow('nobody is asked');
    expect((await org.call('GET', '/api/v1/agentPools')).body).toEqual([]);
  });

  it("ends when an administrator chooses Don't Allow, and leaves nothing behind", async () => {
    const { link } = await linkOf(agent);
    const person = approver(org, link);
    const asked = await person.signIn();
    expect(asked.text).toContain('Okta LDAP Agent is requesting permission');
    expect((await person.press('deny')).text).toContain('The agent was refused');
    expect(await agent.ended()).toBe(4);
    expect(agent.output()).toContain("Don't Allow");
    expect((await org.call('GET', '/api/v1/agentPools')).body).toEqual([]);
  });

  it('is connected by Allow Access, and its status is Operational', async () => {
    agent = startAgent();
    const { link } = await linkOf(agent);
    const person = approver(org, link);
    await person.signIn();
    expect((await person.press('allow')).text).toContain('The agent is connected');
    expect(await untilOperational(org)).toMatchObject({
      type: 'LDAP',
      operationalStatus: 'OPERATIONAL',
      agents: [{ operationalStatus: 'OPERATIONAL', version: expect.stringMatching(/^\d/), type: 'LDAP' }],
    });
    expect((await person.open()).text).not.toContain('Allow Access');
  });

  const oneAgent = async (): Promise<string> => {
    const pool = await untilOperational(org);
    expect(pool.agents).toHaveLength(1);
    return pool.agents[0].id;
  };

  it.each(['SIGTERM', 'SIGKILL'] as const)('comes back after %s without a new registration', async (signal) => {
    const id = await oneAgent();
    await agent.end(signal);
    await until(async () => {
      const { body } = await org.call('GET', '/api/v1/agentPools');
      return body[0].operationalStatus === 'OPERATIONAL' ? undefined : body[0].operationalStatus;
    });
    agent = startAgent();
    expect(await oneAgent()).toBe(id);
    expect(agent.output()).not.toMatch(LINK);
  });

  it('asks to be let in again where its state was not kept', async () => {
    await agent.end();
    const program = run('packages/ldap-agent', { folder: emptyFolder(), env: agentEnv(org, directory) });
    ends.push(() => program.end('SIGKILL'));
    expect((await linkOf(program)).link).toContain('/oauth2/auth?code=');
    await program.end();
  });
});

describe('a link that is opened too late', () => {
  it(
    'is expired, and the agent prints another that is good',
    async () => {
      const org = await startOrg(emptyFolder(), ['--import', ELEVEN_MINUTES_LATER]);
      ends.push(() => org.end());
      const agent = run('packages/ldap-agent', { folder: emptyFolder(), env: agentEnv(org, directory) });
      ends.push(() => agent.end('SIGKILL'));
      const [, late = ''] = await agent.prints(LINK);
      const printed = agent.output().length;
      org.tell('SIGUSR2');
      const person = approver(org, late);
      const page = await until(async () => {
        const opened = await person.open();
        return opened.status === 410 ? opened : undefined;
      });
      expect(page.text).toContain('The token is expired');
      const [, link = ''] = await agent.prints(LINK, printed);
      expect(link).not.toBe(late);
      const again = approver(org, link);
      await again.signIn();
      await again.press('allow');
      await untilOperational(org);
    },
    START_MS,
  );
});

describe('configuring it and importing', () => {
  let org: Org;
  let agent: Program;
  const tutorial = {
    ldapVersion: 'OpenLDAP',
    userSearchBase: 'ou=users,dc=example,dc=org',
    groupSearchBase: 'ou=groups,dc=example,dc=org',
    groupObjectClass: 'posixgroup',
    groupObjectFilter: '(objectclass=posixgroup)',
    memberAttribute: 'memberuid',
    usernameFormat: 'email',
    exampleUsername: 'user01@example.com',
  };
  const nothing = { scanned: 0, new: 0, updated: 0, unchanged: 0, removed: 0 };
  const users = async (): Promise<string[]> => {
    const { body } = await org.call('GET', '/api/v1/users');
    return body
      .map((user: { profile: { login: string }; status: string }) => `${user.profile.login} ${user.status}`)
      .sort();
  };
  const outcomeOf = async (username: string, password: string): Promise<string> =>
    (await org.call('POST', '/local/integration/test-sign-in', { username, password })).body.outcome;

  beforeAll(async () => {
    org = await startOrg(emptyFolder());
    ends.push(() => org.end());
    const folder = emptyFolder();
    agent = await connectAgent(org, directory, folder);
    ends.push(() => agent.end('SIGKILL'));
  }, START_MS);

  it('refuses to import before it is configured', async () => {
    const { status, body } = await org.call('POST', '/local/integration/imports', { kind: 'full' });
    expect([status, body.errorSummary]).toEqual([409, expect.stringContaining('not configured')]);
  });

  it.each([
    [
      'a wrong user base',
      { userSearchBase: 'ou=people,dc=example,dc=org' },
      'ou=people,dc=example,dc=org does not exist',
    ],
    [
      'a wrong group base',
      { groupSearchBase: 'ou=teams,dc=example,dc=org' },
      'ou=teams,dc=example,dc=org does not exist',
    ],
    ['a wrong class of users', { userObjectFilter: '(objectclass=device)' }, 'matches (objectclass=device)'],
    [
      'a wrong class of groups',
      { groupObjectFilter: '(objectclass=groupOfNames)' },
      'matches (objectclass=groupOfNames)',
    ],
    ['a wrong member attribute', { memberAttribute: 'uniqueMember' }, 'No group has the member attribute uniqueMember'],
    ['an example user who is not there', { exampleUsername: 'user09@example.com' }, 'user09@example.com'],
  ])('Test Configuration says what is wrong with %s', async (_, fault, reason) => {
    const { body } = await org.call('POST', '/local/integration/test', { ...tutorial, ...fault });
    expect([body.valid, body.message]).toEqual([false, expect.stringContaining(reason)]);
  });

  it('Test Configuration shows the example user for the values of the tutorial', async () => {
    const { body } = await org.call('POST', '/local/integration/test', tutorial);
    expect(body).toMatchObject({
      valid: true,
      message: 'Validation successful',
      user: {
        status: 'ACTIVE',
        uid: 'user01',
        uniqueId: expect.stringMatching(/^[\da-f-]{36}$/),
        dn: 'cn=user01,ou=users,dc=example,dc=org',
        fullName: 'User1 Bar1',
        email: 'user01@example.com',
        groups: ['allusers'],
      },
    });
    expect((await org.call('PUT', '/local/integration/settings', tutorial)).status).toBe(200);
  });

  it('Import Now finds three new users and one new group, and none of them is a user of Okta yet', async () => {
    const run = await importNow(org, 'full');
    expect(run).toMatchObject({
      state: 'completed',
      problemCount: 0,
      counts: { users: { ...nothing, scanned: 3, new: 3 }, groups: { ...nothing, scanned: 1, new: 1 } },
    });
    const { body: results } = await org.call('GET', '/local/integration/results');
    expect(results.map(({ dn, text }: { dn: string; text: string }) => `${dn.split(',')[0]}: ${text}`).sort()).toEqual(
      ['user01', 'user02', 'user03'].map((name) => `cn=${name}: NO Okta user matches found`),
    );
    expect(await users()).toEqual([`${org.admin.login} ACTIVE`]);
  });

  it('keeps what was imported when Local Okta is killed before anybody has confirmed it', async () => {
    await org.restart('SIGKILL');
    await untilOperational(org);
    expect((await org.call('GET', '/local/integration/results')).body).toHaveLength(3);
  });

  it('Confirm Assignments with Auto-activate makes them people of Okta, in their group', async () => {
    const { body: results } = await org.call('GET', '/local/integration/results');
    const { body } = await org.call('POST', '/local/integration/confirm', {
      assignments: results.map(({ externalId }: { externalId: string }) => ({ externalId, action: 'new' })),
      activate: true,
    });
    expect(body).toEqual({ confirmed: 3, ignored: 0, refused: [] });
    expect(await users()).toEqual([
      `${org.admin.login} ACTIVE`,
      ...['user01', 'user02', 'user03'].map((name) => `${name}@example.com ACTIVE`),
    ]);
    const { body: user } = await org.call('GET', '/api/v1/users/user01@example.com');
    expect(user.credentials.provider).toEqual({ type: 'LDAP', name: expect.any(String) });
    const { body: groups } = await org.call('GET', `/api/v1/users/${user.id}/groups`);
    expect(groups.map(({ profile }: { profile: { name: string } }) => profile.name).sort()).toEqual([
      'Everyone',
      'allusers',
    ]);
  });

  it('finds nothing to do when it imports again', async () => {
    expect((await importNow(org, 'incremental')).counts.users).toMatchObject({ new: 0, updated: 0, removed: 0 });
    expect((await importNow(org, 'full')).counts.users).toEqual({ ...nothing, scanned: 3, unchanged: 3 });
  });

  it('leaves passwords in the directory', async () => {
    expect(await outcomeOf('user01@example.com', 'password1')).toBe('ok');
    expect(await outcomeOf('user01', 'password1')).toBe('ok');
    expect(await outcomeOf('user01@example.com', 'password2')).toBe('invalid');
  });

  it('has told it all to the System Log', async () => {
    const { body } = await org.call('GET', '/api/v1/logs?limit=1000');
    const types = body.map(({ eventType }: { eventType: string }) => eventType);
    for (const type of [
      'system.agent.register',
      'system.import.user_match.confirm',
      'user.authentication.auth_via_LDAP_agent',
    ]) {
      expect(types).toContain(type);
    }
    expect(JSON.stringify(body)).not.toMatch(/password[123]|adminpassword/);
  });

  it('keeps everything over a restart of Local Okta, and the agent comes back by itself', async () => {
    await org.restart('SIGTERM');
    await untilOperational(org);
    expect(await users()).toHaveLength(4);
    expect(await outcomeOf('user03@example.com', 'password3')).toBe('ok');
  });

  it('tells a killed agent apart from a wrong password', async () => {
    await agent.end('SIGKILL');
    expect(
      await until(async () => {
        const outcome = await outcomeOf('user01@example.com', 'password1');
        return outcome === 'ok' ? undefined : outcome;
      }),
    ).toBe('agent-unavailable');
  });
});
