import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import { claimPorts } from '../../src/ports.ts';
import { HomePage, LoginPage, ProfilePage, signOut } from '../sign-in/pages.ts';
import { Visitor } from '../sign-in/visitor.ts';
import { agentEnv, connectAgent, importNow, type Org, startOrg, untilOperational } from './org.ts';
import { type Program, run, until } from './program.ts';

// Step 3 of the tutorial as it is walked, after step 2: each program a process of its own, with the tutorial's
// environment. The cases follow each other, as the tutorial's do.

const START_MS = 120_000;
const BASE = 'dc=local,dc=okta,dc=com';
const SERVICE_PASSWORD = 'Change-me-2026';
let directory: TestDirectory;
let org: Org;
let agent: Program;
let agentFolder: string;
let ldapId: string;
let serviceUserId: string;
const ends: (() => unknown)[] = [];
const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'step-3-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

beforeAll(async () => {
  directory = await startDirectory();
  ends.push(() => directory.remove());
  org = await startOrg(emptyFolder());
  ends.push(() => org.end());
  agentFolder = emptyFolder();
  agent = await connectAgent(org, directory, agentFolder);
  ends.push(() => agent.end('SIGKILL'));
  const { body: settings } = await org.call('GET', '/local/integration/settings');
  await org.call('PUT', '/local/integration/settings', settings);
  await importNow(org, 'full');
  await org.call('POST', '/local/integration/confirm', { activate: true });
}, START_MS);
afterAll(async () => {
  for (const end of ends.reverse()) await end();
}, START_MS);

interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One of OpenLDAP's own clients; this host's, as in the tutorial's container. */
function client(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Printed> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env.PATH, LDAPTLS_CACERT: org.caFile, ...env }, timeout: 10_000 };
    execFile(name, ['-x', ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** The tutorial's command; `password` is what reaches it. Past Okta's four binds a second it is typed once more. */
const ldapsearch = (more: readonly string[] = [], { host = 'localhost', password = SERVICE_PASSWORD, env = {} } = {}) =>
  until(async () => {
    const args = ['-b', `ou=groups,${BASE}`, '-H', `ldaps://${host}:${org.ldapsPort}`]
      .concat(['-D', `uid=ldap-user,${BASE}`, '-w', password])
      .concat(more);
    const printed = await client('ldapsearch', args, env);
    return printed.code === 11 ? undefined : printed;
  });

describe('the LDAP Interface', () => {
  it('lets nobody in before it is added', async () => {
    expect(await ldapsearch()).toMatchObject({ code: 49 });
  });

  it('is added with Okta groups and app groups, and the integration has its id in its address', async () => {
    const { status, body } = await org.call('PUT', '/local/ldap-interface', { enabled: true, groups: 'all' });
    expect([status, body.base]).toEqual([200, BASE]);
    const { body: integration } = await org.call('GET', '/local/integration');
    ldapId = integration.id;
    expect(ldapId).toMatch(/^0oa\w{17}$/);
  });
});

describe('the service user', () => {
  it('is a person with a password of their own, and sees no groups before they have a role', async () => {
    const { status, body } = await org.call('POST', '/api/v1/users?activate=true', {
      profile: {
        firstName: 'LDAP',
        lastName: 'User',
        login: 'ldap-user@example.com',
        email: 'ldap-user@example.com',
      },
      credentials: { password: { value: SERVICE_PASSWORD } },
    });
    expect([status, body.status]).toEqual([200, 'ACTIVE']);
    serviceUserId = body.id;
    const { code, stdout } = await ldapsearch(['(objectClass=groupOfUniqueNames)']);
    expect([code, /^dn:/m.test(stdout)]).toEqual([0, false]);
  });

  it('may read users and groups by the role groups-user-reader over the resource set Users & Groups', async () => {
    const role = await org.call('POST', '/api/v1/iam/roles', {
      label: 'groups-user-reader',
      description: 'Groups Users Reader',
      permissions: ['okta.users.read', 'okta.groups.read'],
    });
    expect(role.status).toBe(200);
    const set = await org.call('POST', '/api/v1/iam/resource-sets', {
      label: 'Users & Groups',
      description: 'Users & Groups',
      resources: [`${org.url}/api/v1/users`, `${org.url}/api/v1/groups`],
    });
    expect(set.status).toBe(200);
    const { status } = await org.call('POST', `/api/v1/users/${serviceUserId}/roles`, {
      type: 'CUSTOM',
      role: role.body.id,
      'resource-set': set.body.id,
    });
    expect(status).toBe(201);
  });
});

describe('the ldapsearch of the tutorial', () => {
  const members = ['ldap-user', 'user01', 'user02', 'user03'].map(
    (name) => `uniqueMember: uid=${name}@example.com,ou=users,${BASE}`,
  );

  it.each(['localhost', '127.0.0.1'])('lists the groups and who is in them, at %s', async (host) => {
    const { code, stdout, stderr } = await ldapsearch(['-o', 'ldif-wrap=no'], { host });
    expect([code, stderr]).toEqual([0, '']);
    for (const member of members) expect(stdout).toContain(member);
    expect(stdout).toContain(`dn: cn=Everyone,ou=groups,${BASE}`);
    expect(stdout).toContain(`dn: cn=allusers,cn=${ldapId},ou=apps,ou=groups,${BASE}`);
  });

  it('is refused when single quotes kept the shell from putting in the password', async () => {
    const { code, stderr } = await ldapsearch([], { password: '${OKTA_LDAP_PASSWORD}' });
    expect([code, stderr]).toEqual([49, expect.stringContaining('The credentials provided were invalid.')]);
  });

  it('does not talk to an authority that it was not told to trust', async () => {
    const { code, stdout } = await ldapsearch([], { env: { LDAPTLS_CACERT: '/dev/null' } });
    expect([code === 0, stdout]).toEqual([false, '']);
  });

  it('misses the groups of the directory when it looks one level below ou=groups alone', async () => {
    const level = await ldapsearch(['-s', 'one', '(cn=allusers)']);
    expect([level.code, /^dn:/m.test(level.stdout)]).toEqual([0, false]);
    const subtree = await ldapsearch(['-s', 'sub', '(cn=allusers)']);
    expect(subtree.stdout).toMatch(/^dn: cn=allusers/m);
  });

  it('shows memberOf only when it asks for it', async () => {
    const of = async (...attributes: string[]) =>
      (await ldapsearch(['-b', `ou=users,${BASE}`, '-o', 'ldif-wrap=no', '(uid=user01@example.com)', ...attributes]))
        .stdout;
    expect(await of()).not.toContain('memberOf');
    expect(await of('memberOf')).toContain(`memberOf: cn=allusers,cn=${ldapId},ou=apps`);
  });

  it('is told to bind first when it probes the root DSE like any other server', async () => {
    const url = `ldaps://localhost:${org.ldapsPort}`;
    const { code, stderr } = await client('ldapsearch', ['-H', url, '-s', 'base', '-b', '']);
    expect([code, stderr]).toEqual([50, expect.stringContaining('Bind first')]);
    const { code: asked } = await client('ldapwhoami', ['-H', url, '-D', `uid=user03,${BASE}`, '-w', 'password3']);
    expect(asked).not.toBe(0);
  });

  it('hears of a limit after four binds within a second', async () => {
    const url = `ldaps://localhost:${org.ldapsPort}`;
    const bind = ['-H', url, '-D', `uid=user02,${BASE}`, '-w', 'password2', '-b', BASE, '-s', 'base', '1.1'];
    const answers = await Promise.all(Array.from({ length: 16 }, () => client('ldapsearch', bind)));
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([0, 11]));
  });

  it('has told the System Log, without a password', async () => {
    const { body } = await org.call('GET', '/api/v1/logs?limit=1000');
    const types = new Set(body.map(({ eventType }: { eventType: string }) => eventType));
    for (const type of ['system.ldapi.bind', 'system.ldapi.search', 'system.ldapi.admin_limit_exceeded'])
      expect(types).toContain(type);
    expect(JSON.stringify(body)).not.toMatch(/password[123]|Change-me/);
  });
});

describe('the app', () => {
  let url: string;
  let visitor: Visitor;

  beforeEach(() => {
    visitor = new Visitor(url);
  });

  /** The rows of the tutorial's table, its spaces included, beside what says where Local Okta is. */
  const env = async (change: NodeJS.ProcessEnv = {}): Promise<NodeJS.ProcessEnv> => {
    const [port] = await claimPorts([{ port: 0, user: 'a test', variable: 'PORT' }]);
    return {
      OKTA_LDAP_HOST: 'localhost',
      OKTA_LDAP_BASE: 'dc=local, dc=okta, dc=com',
      OKTA_LDAP_ID: ldapId,
      OKTA_LDAP_USERNAME: 'ldap-user',
      OKTA_LDAP_PASSWORD: SERVICE_PASSWORD,
      OKTA_LDAP_PORT: String(org.ldapsPort),
      OKTA_LDAP_CA_FILE: org.caFile,
      PORT: String(port),
      ...change,
    };
  };
  const start = (variables: NodeJS.ProcessEnv): Program => {
    const program = run('apps/okta-ldap', { folder: emptyFolder(), env: variables });
    ends.push(() => program.end());
    return program;
  };
  const ready = (at: string): Promise<number> =>
    until(async () => (await fetch(`${at}/readyz`).catch(() => undefined))?.status);
  const signIn = async (username: string, password: string) =>
    (await LoginPage.open(visitor)).signIn(username, password);

  it('starts with the tutorial’s values', async () => {
    const variables = await env();
    url = `http://localhost:${variables.PORT}`;
    start(variables);
    await until(async () => ((await ready(url)) === 200 ? true : undefined));
  });

  it.each(['user01@example.com', 'user01'])('welcomes %s, whose password is in OpenLDAP', async (username) => {
    expect(new HomePage(await signIn(username, 'password1')).welcomed).toBe('user01@example.com');
    expect(new ProfilePage(await visitor.visit('/profile')).authorities).toEqual(['ROLE_ALLUSERS']);
    await signOut(visitor);
    expect((await visitor.ask('/')).status).toBe(302);
  });

  it('refuses a wrong password', async () => {
    const page = await signIn('user01@example.com', 'password2');
    expect([page.status, new HomePage(page).welcomed]).toEqual([401, undefined]);
  });

  it('says that it is not the password when no agent is left, and goes on when one is back', async () => {
    await agent.end('SIGKILL');
    const page = await signIn('user01@example.com', 'password1');
    expect([page.status, /password is wrong|incorrect/i.test(page.text)]).toEqual([503, false]);
    agent = run('packages/ldap-agent', { folder: agentFolder, env: agentEnv(org, directory) });
    await untilOperational(org);
    expect(new HomePage(await signIn('user01@example.com', 'password1')).welcomed).toBe('user01@example.com');
  });

  it('goes on when Local Okta was killed and started again', async () => {
    await org.restart('SIGKILL');
    await untilOperational(org);
    expect(new HomePage(await signIn('user02@example.com', 'password2')).welcomed).toBe('user02@example.com');
  });

  describe('with something wrong in its environment', () => {
    let faulty: Program | undefined;
    afterEach(async () => {
      await faulty?.end();
    });

    it.each([
      ['the password in single quotes', { OKTA_LDAP_PASSWORD: "'${OKTA_LDAP_PASSWORD}'" }, 'OKTA_LDAP_PASSWORD'],
      ['curly quotes', { OKTA_LDAP_HOST: '\u201clocalhost\u201d' }, 'OKTA_LDAP_HOST: contains curly quotes'],
      ['the org of the tutorial', { OKTA_LDAP_HOST: 'dev-133337.ldap.okta.com' }, 'still names the example org'],
      ['a missing id', { OKTA_LDAP_ID: '' }, 'OKTA_LDAP_ID'],
      ['a CA file that is not there', { OKTA_LDAP_CA_FILE: '/nowhere/ca.pem' }, 'OKTA_LDAP_CA_FILE'],
    ])('does not start and names it: %s', async (_, fault, words) => {
      faulty = start(await env(fault));
      expect(await faulty.ended()).not.toBe(0);
      expect(faulty.output()).toContain(words);
      expect(faulty.output()).not.toContain(SERVICE_PASSWORD);
    });

    it.each([
      ['an org that does not exist', { OKTA_LDAP_HOST: 'no-such-org.ldap.okta.invalid' }, 'host-not-found'],
      ['an authority that is not told', { OKTA_LDAP_CA_FILE: '' }, 'certificate-untrusted'],
      ['a wrong password of the service user', { OKTA_LDAP_PASSWORD: 'not-the-password' }, 'service-bind-failed'],
    ])('is not ready and says why: %s', async (_, fault, words) => {
      const variables = await env(fault);
      faulty = start(variables);
      expect(await ready(`http://localhost:${variables.PORT}`)).toBe(503);
      await faulty.prints(new RegExp(words));
    });
  });
});
