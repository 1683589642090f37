import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '../src/local-okta.ts';
import { ConsoleVisitor } from './console-visitor.ts';
import { ADMIN_PASSWORD, call, startLocalOkta } from './local-okta-fixture.ts';

const HOSTILE = `<img src=x onerror=alert(1)>"'&`;
let okta: LocalOkta;
let visitor: ConsoleVisitor;

beforeEach(async () => {
  okta = await startLocalOkta({ rateLimits: false });
  visitor = new ConsoleVisitor(okta);
  await visitor.signIn('admin@example.com', ADMIN_PASSWORD);
});
afterEach(() => okta.close());

const LDAP_USER = {
  firstName: 'LDAP',
  lastName: 'User',
  login: 'ldap-user@example.com',
  email: 'ldap-user@example.com',
  activation: 'now',
};

async function makeUser(name: string, more: Record<string, unknown> = {}): Promise<string> {
  const login = `${name}@example.com`;
  const { body } = await call(okta, 'POST', '/api/v1/users', {
    profile: { login, email: login, firstName: name, lastName: 'Bar', ...more },
    credentials: { password: { value: 'Change-me-2026' } },
  });
  return body.id;
}

const address = (id: string): string => `/admin/user/profile/view/${id}`;

async function events(): Promise<string[]> {
  const { body } = await call(okta, 'GET', '/api/v1/logs?limit=100&sortOrder=DESCENDING');
  return body.map(
    ({ eventType, actor }: { eventType: string; actor: { alternateId: string } }) =>
      `${eventType} by ${actor.alternateId}`,
  );
}

describe('Add Person', () => {
  it('makes somebody who signs in with the password set, without changing it first', async () => {
    await visitor.open('/admin/users/add');
    const fields = { ...LDAP_USER, setPassword: 'on', password: 'Change-me-2026' };
    const seen = await visitor.submit('/admin/users/add', fields);
    expect(seen.text).toContain('LDAP User was added.');
    expect(seen.path).toMatch(/^\/admin\/user\/profile\/view\/00u\w{17}$/);
    expect(seen.text).toMatch(/Active/);
    expect(seen.html).not.toContain('Change-me-2026');
    expect((await visitor.open(seen.path)).text).not.toContain('was added');
    const { body } = await call(okta, 'GET', '/api/v1/users/ldap-user@example.com');
    expect(body).toMatchObject({ status: 'ACTIVE', credentials: { provider: { type: 'OKTA' } } });
    expect(await events()).toEqual(
      expect.arrayContaining([
        'user.lifecycle.create by admin@example.com',
        'user.lifecycle.activate by admin@example.com',
      ]),
    );
  });

  it.each([
    [
      'a password that must be changed',
      { setPassword: 'on', password: 'Change-me-2026', mustChange: 'on' },
      'PASSWORD_EXPIRED',
    ],
    ['no password', {}, 'PROVISIONED'],
    ['activation later', { activation: 'later' }, 'STAGED'],
  ])('with %s', async (_what, fields, status) => {
    await visitor.open('/admin/users/add');
    await visitor.submit('/admin/users/add', { ...LDAP_USER, ...fields });
    expect((await call(okta, 'GET', '/api/v1/users/ldap-user')).body.status).toBe(status);
  });

  it('says what is wrong, and keeps what was typed but the password', async () => {
    await visitor.open('/admin/users/add');
    const typed = { ...LDAP_USER, firstName: HOSTILE, setPassword: 'on', password: 'weak-secret' };
    let seen = await visitor.submit('/admin/users/add', typed);
    expect(seen.status).toBe(400);
    expect(seen.text).toContain('Please correct this: password:');
    expect(seen.html).toContain('value="&#60;img src=x onerror=alert(1)&#62;&#34;&#39;&#38;"');
    expect(seen.html).not.toContain('weak-secret');
    expect(seen.html).toMatch(/id="setPassword" name="setPassword" value="on"\s+checked/);
    seen = await visitor.submit('/admin/users/add', { ...LDAP_USER, login: 'no-address' });
    expect(seen.text).toContain('Username must be in the form of an email address');
    seen = await visitor.submit('/admin/users/add', { ...LDAP_USER, setPassword: 'on' });
    expect(seen.text).toContain('Password: The field cannot be left blank');
    seen = await visitor.submit('/admin/users/add', { ...LDAP_USER, password: 'Change-me-2026' });
    expect(seen.text).toContain('Tick I will set password');
    seen = await visitor.submit('/admin/users/add', { ...LDAP_USER, login: 'ADMIN@example.com' });
    expect(seen.text).toContain('login: An object with this field already exists');
    expect((await call(okta, 'GET', '/api/v1/users')).body).toHaveLength(1);
  });
});

describe('People', () => {
  it('are listed page by page, searched, and filtered by status', async () => {
    for (let number = 10; number < 40; number += 1) await makeUser(`person${number}`);
    const ids = new Set<string>();
    await visitor.open('/admin/users');
    for (;;) {
      for (const [, id = ''] of visitor.seen.html.matchAll(/profile\/view\/(\w+)"/g)) {
        expect(ids.has(id)).toBe(false);
        ids.add(id);
      }
      const next = /<a href="([^"]+)" rel="next"/.exec(visitor.seen.html)?.[1];
      if (next === undefined) break;
      await visitor.open(next);
    }
    expect(ids.size).toBe(31);
    expect((await visitor.open('/admin/users?q=person12')).text).toContain('person12@example.com');
    expect(visitor.seen.text).not.toContain('person13@example.com');
    expect((await visitor.open('/admin/users?status=LOCKED_OUT')).text).toContain('Nobody was found.');
    expect((await visitor.open('/admin/users?q=person&after=20')).html).toMatch(/rel="first"/);
  });

  it('are shown as they are, whatever their names look like, and hostile addresses do nothing', async () => {
    const id = await makeUser('evil', { firstName: '<b>Bold</b>', displayName: HOSTILE });
    for (const path of [
      '/admin/users',
      address(id),
      `${address(id)}/deactivate`,
      `/admin/users?q=${encodeURIComponent(HOSTILE)}`,
    ]) {
      const { html } = await visitor.open(path);
      expect(html).not.toMatch(/<b>Bold|<img/);
    }
    for (const query of ['q=%00', 'q=a&q=b', 'q[x]=1', 'status=x', 'after=-1', 'after=1e9', `q=${'x'.repeat(5000)}`]) {
      expect([query, (await visitor.open(`/admin/users?${query}`)).status]).toEqual([query, 200]);
    }
    for (const strange of ['%00', '..%2f..', '00uDoesNotExist00000', `'%20OR%201=1`]) {
      expect([strange, (await visitor.open(`/admin/user/profile/view/${strange}`)).status]).toEqual([strange, 404]);
    }
  });

  it('change by the actions that their status allows, with the events that the API leaves', async () => {
    const id = await makeUser('user01');
    const act = async (name: string) => {
      await visitor.open(address(id));
      if (visitor.form(`${address(id)}/${name}`) === undefined) await visitor.open(`${address(id)}/${name}`);
      await visitor.submit(`${address(id)}/${name}`);
      return (await call(okta, 'GET', `/api/v1/users/${id}`)).body.status;
    };
    expect(await act('suspend')).toBe('SUSPENDED');
    expect(visitor.seen.text).toContain('user01 Bar was suspended.');
    expect(visitor.seen.html).not.toContain(`${address(id)}/suspend"`);
    expect(await act('unsuspend')).toBe('ACTIVE');
    expect(await act('reset_password')).toBe('RECOVERY');
    expect((await call(okta, 'GET', '/local/outbox')).body).toHaveLength(1);
    expect(await act('deactivate')).toBe('DEPROVISIONED');
    expect(await act('activate')).toBe('PROVISIONED');
    expect(await act('deactivate')).toBe('DEPROVISIONED');
    await visitor.open(`${address(id)}/delete`);
    expect(await visitor.submit(`${address(id)}/delete`)).toMatchObject({ path: '/admin/users' });
    expect((await call(okta, 'GET', `/api/v1/users/${id}`)).status).toBe(404);
    expect(await events()).toEqual(
      expect.arrayContaining(
        ['suspend', 'unsuspend', 'deactivate', 'activate', 'delete.completed'].map(
          (name) => `user.lifecycle.${name} by admin@example.com`,
        ),
      ),
    );
  });

  it('say why an action is refused', async () => {
    const id = await makeUser('user01');
    await visitor.open(`${address(id)}/delete`);
    expect((await visitor.submit(`${address(id)}/delete`)).text).toContain('Not done.');
    const { csrf } = /name="csrf" value="(?<csrf>\w+)"/.exec(visitor.seen.html)?.groups ?? { csrf: '' };
    const unsuspend = await visitor.post(`${address(id)}/unsuspend`, { csrf: csrf ?? '' });
    expect(unsuspend.text).toContain('Cannot unsuspend a user that is not suspended');
    const me = (await call(okta, 'GET', '/api/v1/users/me')).body.id;
    await visitor.open(`${address(me)}/deactivate`);
    const own = await visitor.submit(`${address(me)}/deactivate`);
    expect(own.text).toContain('You cannot do this to your own account');
    expect(own.path).toBe(address(me));
  });

  it('change by nothing but a form of the same session', async () => {
    const id = await makeUser('user01');
    const other = new ConsoleVisitor(okta);
    await other.signIn('admin@example.com', ADMIN_PASSWORD);
    await other.open('/admin/users');
    const foreign = /name="csrf" value="(\w+)"/.exec(other.seen.html)?.[1] ?? '';
    for (const csrf of ['', 'guessed', foreign]) {
      expect((await visitor.post(`${address(id)}/suspend`, { csrf })).status).toBe(403);
      expect((await visitor.post('/admin/users/add', { csrf, ...LDAP_USER })).status).toBe(403);
    }
    expect((await visitor.post(`${address(id)}/suspend`, { csrf: [foreign, foreign] })).status).toBe(403);
    expect((await visitor.open(`${address(id)}/suspend`)).status).toBe(404);
    expect((await call(okta, 'GET', `/api/v1/users/${id}`)).body.status).toBe('ACTIVE');
    await visitor.open('/admin/users');
    await visitor.submit('/admin/sign-out');
    await visitor.post(`${address(id)}/suspend`, { csrf: foreign });
    expect(visitor.seen.path).toContain('/admin/sign-in');
    expect((await call(okta, 'GET', `/api/v1/users/${id}`)).body.status).toBe('ACTIVE');
  });
});

describe('Groups', () => {
  it('are added, named, filled, emptied and deleted, with the events that the API leaves', async () => {
    await makeUser('user01');
    await visitor.open('/admin/groups/add');
    const seen = await visitor.submit('/admin/groups/add', { name: `Staff ${HOSTILE}`, description: 'All of them' });
    expect(seen.text).toContain(`The group Staff ${HOSTILE} was added.`);
    expect(seen.html).not.toContain('<img');
    const group = seen.path;
    await visitor.submit(`${group}/members/add`, { person: 'user01' });
    expect(visitor.seen.text).toContain('user01 Bar was added.');
    await visitor.submit(`${group}/members/add`, { person: 'user01@example.com' });
    expect(visitor.seen.text).toContain('is in the group already');
    await visitor.submit(`${group}/members/add`, { person: '<b>nobody' });
    expect(visitor.seen.text).toContain('There is nobody, or more than one person, named “<b>nobody”.');
    await visitor.submit(`${group}/edit`, { name: 'Staff', description: '' });
    expect(visitor.seen.html).toContain('<h1>Staff</h1>');
    await visitor.submit(`${group}/edit`, { name: 'Everyone', description: '' });
    expect(visitor.seen.text).toContain('Not done. name: An object with this field already exists');
    await visitor.submit(`${group}/members/remove`);
    expect(visitor.seen.text).toContain('Nobody is in this group.');
    await visitor.open(`${group}/delete`);
    expect((await visitor.submit(`${group}/delete`)).path).toBe('/admin/groups');
    expect((await visitor.open(group)).status).toBe(404);
    const types = [
      'lifecycle.create',
      'user_membership.add',
      'profile.update',
      'user_membership.remove',
      'lifecycle.delete',
    ];
    expect(await events()).toEqual(expect.arrayContaining(types.map((type) => `group.${type} by admin@example.com`)));
  });

  it('that are built in are shown and not changed', async () => {
    await visitor.open('/admin/groups');
    const group = /\/admin\/group\/\w+/.exec(visitor.seen.html)?.[0] ?? '';
    expect((await visitor.open(group)).text).toContain('It cannot be changed.');
    expect(visitor.form(`${group}/members/add`)).toBeUndefined();
    const csrf = /name="csrf" value="(\w+)"/.exec(visitor.seen.html)?.[1] ?? '';
    const seen = await visitor.post(`${group}/members/add`, { csrf, person: 'admin@example.com' });
    expect(seen.text).toContain('Not done. You do not have permission to perform the requested action');
  });
});
