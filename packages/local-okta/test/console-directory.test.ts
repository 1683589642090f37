import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '../src/local-okta.ts';
import {
  ADMIN,
  call,
  connectByHand,
  createCleanup,
  endOfImport,
  runImport,
  startOkta,
  startOpenLdap,
} from './agents-fixture.ts';
import { ConsoleVisitor } from './console-visitor.ts';

const HOSTILE = `"><script>alert(1)</script>`;
const DIRECTORIES = '/admin/people/directories';
const cleanup = createCleanup();
let okta: LocalOkta;
let visitor: ConsoleVisitor;

beforeEach(async () => {
  okta = await startOkta(cleanup, { setup: 'manual' });
  visitor = new ConsoleVisitor(okta);
  await visitor.signIn(ADMIN.login, ADMIN.password);
});
afterEach(() => cleanup.run());

const settings = async () => (await call(okta, 'GET', '/local/integration/settings')).body;

/** With an agent: the address of LDAP, and the form of its settings as it is filled in. */
async function connect(): Promise<string> {
  await connectByHand(cleanup, okta, await startOpenLdap(cleanup));
  await visitor.open(DIRECTORIES);
  const address = /\/admin\/app\/ldap_sun_one\/instance\/\w+/.exec(visitor.seen.html)?.[0] ?? '';
  await visitor.open(address);
  return address;
}

/** Connected and configured with what the form proposes. */
async function configure(): Promise<string> {
  const address = await connect();
  expect(visitor.seen.text).toContain('Set Up LDAP');
  await visitor.submit(address, { ...filledIn(), action: 'save' });
  expect(visitor.seen).toMatchObject({ status: 200, path: `${address}/set-up` });
  return address;
}

/** The fields of the page's forms as they are. */
function filledIn(): Record<string, string> {
  const inputs = [...visitor.seen.html.matchAll(/<input id="(\w+)" name="\w+" type="\w+" value="([^"]*)"/g)];
  const fields = Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, value]));
  return { ...fields, ldapVersion: 'OpenLDAP', usernameFormat: 'email' };
}

describe('Directory Integrations', () => {
  it('say what is missing before an agent is connected', async () => {
    const { text } = await visitor.open(DIRECTORIES);
    expect(text).toContain('The directory LDAP appears here when its agent is connected');
    expect((await visitor.open('/admin/app/ldap_sun_one/instance/0oa00000000000000000')).status).toBe(404);
    expect((await visitor.open(`${DIRECTORIES}/ldap-interface`)).status).toBe(404);
  });

  it('keep what was typed and name every problem, and store nothing', async () => {
    const address = await connect();
    const good = filledIn();
    const typed = { ...good, userSearchBase: HOSTILE, groupObjectFilter: '(broken', memberAttribute: 'not good' };
    const seen = await visitor.submit(address, { ...typed, usernameFormat: 'custom', action: 'save' });
    expect(seen.status).toBe(400);
    expect(seen.text).toContain('User Search Base must be a distinguished name');
    expect(seen.text).toContain('Group Object Filter must be an LDAP filter in parentheses');
    expect(seen.text).toContain('Member Attribute must be the name of an attribute');
    expect(seen.html).toContain('value="&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;"');
    expect(seen.html).toMatch(/id="memberAttribute"[^>]*aria-invalid="true"/s);
    const tested = await visitor.submit(address, { ...typed, action: 'test' });
    expect(tested.status).toBe(400);
    const elsewhere = await visitor.submit(address, { ...good, userSearchBase: 'dc=elsewhere', action: 'save' });
    expect(elsewhere.text).toContain('must lie below dc=example,dc=org');
    expect((await call(okta, 'GET', '/local/integration')).body.configured).toBe(false);
  });

  it('test a configuration without storing it', async () => {
    const address = await configure();
    await visitor.open(address);
    const seen = await visitor.submit(address, {
      ...filledIn(),
      userSearchBase: 'ou=nobody,dc=example,dc=org',
      action: 'test',
    });
    expect(seen.text).toContain('ou=nobody,dc=example,dc=org does not exist in the directory.');
    expect((await settings()).userSearchBase).toBe('ou=users,dc=example,dc=org');
  });

  it('import nothing before they are configured', async () => {
    const address = await connect();
    await visitor.open(`${address}/import/now`);
    expect((await visitor.submit(`${address}/import/now`, { kind: 'full' })).text).toContain(
      'Configure the integration first.',
    );
    expect((await visitor.open(`${address}/to-okta`)).text).toContain('The integration is not configured yet');
  });

  it('change what becomes of an entry, and leave the rest of the settings alone', async () => {
    const address = await configure();
    await visitor.open(`${address}/to-okta`);
    const form = { safeguardPercent: '35', clockSkewSeconds: '5', onRemoval: 'suspend', autoConfirmExact: 'on' };
    await visitor.submit(`${address}/to-okta`, form);
    expect(visitor.seen.text).toContain('The settings were saved.');
    expect(await settings()).toMatchObject({
      justInTime: false,
      delegatedAuthentication: true,
      import: {
        safeguardPercent: 35,
        clockSkewSeconds: 5,
        onRemoval: 'suspend',
        autoConfirmExact: true,
        autoActivate: false,
      },
    });
    const wrong = await visitor.submit(`${address}/to-okta`, {
      ...form,
      safeguardPercent: 'many',
      onRemoval: 'explode',
    });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toMatch(/import.safeguardPercent .*import.onRemoval /);

    await visitor.open(`${address}/to-okta`);
    const mapping = { 'map-email': 'mail', 'map-firstName': 'givenname', 'map-lastName': 'sn', 'map-displayName': '' };
    await visitor.submit(`${address}/to-okta/mapping`, { ...mapping, newAttribute: 'shell', newSource: 'loginShell' });
    expect((await settings()).mapping).toEqual({
      email: 'mail',
      firstName: 'givenname',
      lastName: 'sn',
      shell: 'loginShell',
    });
    const without = await visitor.submit(`${address}/to-okta/mapping`, { ...mapping, 'map-email': '' });
    expect(without.text).toContain('mapping.email is missing: every Okta user has it');

    await visitor.open(`${address}/to-okta`);
    await visitor.submit(`${address}/to-okta/profile-source`);
    expect((await settings()).sourcesProfiles).toBe(false);
    const { body: log } = await call(okta, 'GET', '/api/v1/logs?q=sourced');
    expect(log[0]).toMatchObject({
      displayMessage: 'Profiles are sourced by OKTA',
      actor: { alternateId: ADMIN.login },
    });
  });
});

describe('Import', () => {
  it('confirms what was selected as it was chosen: new, match, ignore', async () => {
    const profile = { login: 'other@example.com', email: 'other@example.com', firstName: 'User2', lastName: 'Bar2' };
    const { body: other } = await call(okta, 'POST', '/api/v1/users', { profile });
    const address = await configure();
    await visitor.open(`${address}/import/now`);
    const run = await visitor.submit(`${address}/import/now`, { kind: 'full' });
    const id = run.path.split('/').at(-1) ?? '';
    await endOfImport(okta, id);
    expect((await visitor.open(run.path)).text).toContain('3 users scanned : 3 new imported, 0 updated');
    expect(visitor.seen.html).not.toContain('data-refresh');

    await visitor.open(`${address}/import`);
    expect(visitor.seen.text).toContain('PARTIAL match: other@example.com');
    const found = [...visitor.seen.html.matchAll(/name="select" value="([^"]+)"> <label [^>]*>(User\d)/g)];
    const [first = '', second = '', third = ''] = ['User1', 'User2', 'User3'].map(
      (name) => found.find(([, , label]) => label === name)?.[1] ?? '',
    );
    expect((await visitor.submit(`${address}/import/confirm`)).text).toContain('Select the users whose assignments');
    await visitor.submit(`${address}/import/confirm`, {
      select: [first, second, third],
      [`action-${first}`]: 'new',
      [`action-${second}`]: 'match',
      [`action-${third}`]: 'ignore',
    });
    expect(visitor.seen.text).toMatch(/New Okta users 1 Existing Okta users 1 Ignored 1/);
    expect((await call(okta, 'GET', '/local/integration')).body.pending).toBe(3);
    const hidden = visitor.form(`${address}/import/confirmed`)?.match(/name="select" value="[^"]+"/g);
    expect(hidden).toHaveLength(3);
    await visitor.submit(`${address}/import/confirmed`, { select: [first, second, third], activate: 'on' });
    expect(visitor.seen.text).toContain('2 users confirmed, 1 ignored.');
    expect((await call(okta, 'GET', '/api/v1/users/user01@example.com')).body.status).toBe('ACTIVE');
    const matched = (await call(okta, 'GET', `/api/v1/users/${other.id}`)).body;
    expect(matched.credentials.provider.type).toBe('LDAP');
    expect((await call(okta, 'GET', '/api/v1/users/user03@example.com')).status).toBe(404);
    expect((await visitor.open(`${address}/assignments`)).text).toContain('cn=user01,ou=users,dc=example,dc=org');
  });

  it('confirms all of a list that has more than one page, and leaves new users staged where nobody says otherwise', async () => {
    const address = await configure();
    await runImport(okta, 'full');
    await visitor.open(`${address}/import`);
    await visitor.submit(`${address}/import/confirm`, { all: 'on' });
    expect(visitor.seen.text).toContain('All users with an exact match or none are confirmed.');
    await visitor.submit(`${address}/import/confirmed`);
    expect(visitor.seen.text).toContain('3 users confirmed.');
    expect((await call(okta, 'GET', '/api/v1/users/user01@example.com')).body.status).toBe('STAGED');
    expect(visitor.seen.text).toContain('No imported user waits to be confirmed.');
  });

  it('says so when there is nothing to cancel, and knows no other runs than its own', async () => {
    const address = await configure();
    const { id } = await runImport(okta, 'full');
    await visitor.open(`${address}/import`);
    const csrf = /name="csrf" value="(\w+)"/.exec(visitor.seen.html)?.[1] ?? '';
    const cancelled = await visitor.post(`${address}/import/runs/${id}/cancel`, { csrf });
    expect(cancelled.text).toContain('This import is not running any more.');
    expect((await visitor.post(`${address}/import/now`, { kind: 'full' })).status).toBe(403);
    expect((await visitor.open(`${address}/import/runs/ijb00000000000000000`)).status).toBe(404);
    for (const after of ['%00', HOSTILE, 'x'.repeat(3000)]) {
      expect((await visitor.open(`${address}/import?after=${encodeURIComponent(after)}`)).status).toBe(200);
      expect(visitor.seen.html).not.toContain('<script>alert');
    }
  });
});

describe('the LDAP Interface at the console', () => {
  it('is added once, and exposes the groups that are chosen', async () => {
    await visitor.open(DIRECTORIES);
    await visitor.submit(`${DIRECTORIES}/ldap-interface/add`);
    expect(visitor.seen.path).toBe(`${DIRECTORIES}/ldap-interface`);
    expect((await call(okta, 'GET', '/local/ldap-interface')).body).toMatchObject({
      enabled: true,
      groups: 'okta-groups',
    });
    await visitor.open(`${DIRECTORIES}/ldap-interface/edit`);
    const refused = await visitor.submit(`${DIRECTORIES}/ldap-interface/edit`, { groups: HOSTILE });
    expect(refused.text).toContain('Choose one of the configurations.');
    await visitor.submit(`${DIRECTORIES}/ldap-interface/edit`, { groups: 'all' });
    expect(visitor.seen.text).toContain('Configuration Okta groups and app groups');
    expect((await call(okta, 'GET', '/local/ldap-interface')).body.groups).toBe('all');
    await visitor.open(DIRECTORIES);
    expect(visitor.form(`${DIRECTORIES}/ldap-interface/add`)).toBeUndefined();
  });
});
