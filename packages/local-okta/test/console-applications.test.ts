import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '../src/local-okta.ts';
import { ConsoleVisitor } from './console-visitor.ts';
import { ADMIN_PASSWORD, call, startLocalOkta } from './local-okta-fixture.ts';

const CREATE = '/admin/apps/oauth2-wizard/create';
let okta: LocalOkta;
let visitor: ConsoleVisitor;

beforeAll(async () => {
  okta = await startLocalOkta({ rateLimits: false });
});
afterAll(() => okta.close());
beforeEach(async () => {
  visitor = new ConsoleVisitor(okta);
  await visitor.signIn('admin@example.com', ADMIN_PASSWORD);
});

async function create(label: string, fields: Record<string, string> = {}): Promise<string> {
  await visitor.open(CREATE);
  const seen = await visitor.submit(CREATE, {
    label,
    redirectUris: 'http://localhost:8080/authorization-code/callback',
    postLogoutRedirectUris: 'http://localhost:8080/',
    access: 'everyone',
    ...fields,
  });
  expect(seen.path).toMatch(/^\/admin\/app\/oidc_client\/instance\/0oa\w{17}$/);
  return seen.path;
}

const appAt = async (path: string) => (await call(okta, 'GET', `/api/v1/apps/${path.split('/').at(-1)}`)).body;

describe('Applications', () => {
  it('creates an OIDC web app that everybody may use, and shows its credentials and .env lines', async () => {
    const path = await create('Holiday planner', { refreshToken: 'on' });
    const app = await appAt(path);
    expect(app).toMatchObject({
      label: 'Holiday planner',
      status: 'ACTIVE',
      credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
      settings: {
        oauthClient: {
          redirect_uris: ['http://localhost:8080/authorization-code/callback'],
          post_logout_redirect_uris: ['http://localhost:8080/'],
          grant_types: ['authorization_code', 'refresh_token'],
        },
      },
    });
    const secret = app.credentials.oauthClient.client_secret;
    expect(visitor.seen.text).toContain(`ISSUER=${okta.urls.okta}/oauth2/default CLIENT_ID=${app.id}`);
    expect(visitor.seen.html).not.toContain(secret);
    await visitor.open(`${path}?secret=shown`);
    expect(visitor.seen.text).toContain(`CLIENT_SECRET=${secret}`);
    expect((await visitor.open(`${path}/assignments`)).text).toMatch(/Assigned groups Group Action Everyone/);
    expect((await visitor.open('/admin/apps/active')).text).toContain('Holiday planner Active OIDC - OpenID Connect');
  });

  it('names every problem of an app, with the line, and keeps what was typed', async () => {
    await visitor.open(CREATE);
    const typed = 'http://localhost:8080/cb\nlocalhost:8080/callback\nhttps://app.example/#x';
    const seen = await visitor.submit(CREATE, { label: '', redirectUris: typed, postLogoutRedirectUris: 'nothing' });
    expect(seen.status).toBe(400);
    for (const problem of [
      'App integration name: must not be empty',
      'Sign-in redirect URIs, line 2: must be an http or https URL',
      'Sign-in redirect URIs, line 3: must have no fragment',
      'Sign-out redirect URIs, line 1: must be an http or https URL',
    ]) {
      expect(seen.text).toContain(problem);
    }
    expect(seen.html).toContain(typed);
    expect((await visitor.submit(CREATE, { label: 'x', redirectUris: '' })).text).toContain(
      'Sign-in redirect URIs: must have a URI for authorization_code',
    );
  });

  it('changes addresses and secret, without losing the rest', async () => {
    const path = await create('Changing');
    const before = await appAt(path);
    const redirectUris = 'http://localhost:9000/a\r\n\r\n  http://localhost:9000/b ';
    await visitor.submit(`${path}/edit`, { label: '<b>Renamed</b>', redirectUris, postLogoutRedirectUris: '' });
    expect(visitor.seen.text).toContain('The settings were saved.');
    expect(visitor.seen.html).not.toContain('<b>Renamed');
    const after = await appAt(path);
    expect(after).toMatchObject({
      label: '<b>Renamed</b>',
      credentials: before.credentials,
      settings: {
        oauthClient: {
          redirect_uris: ['http://localhost:9000/a', 'http://localhost:9000/b'],
          post_logout_redirect_uris: [],
        },
      },
    });
    const bad = await visitor.submit(`${path}/edit`, { label: 'x', redirectUris: 'ftp://x' });
    expect([bad.status, (await appAt(path)).label]).toEqual([400, '<b>Renamed</b>']);
    await visitor.submit(`${path}/new-secret`);
    const { client_secret } = (await appAt(path)).credentials.oauthClient;
    expect(client_secret).toMatch(/^\w{64}$/);
    expect(client_secret).not.toBe(before.credentials.oauthClient.client_secret);
  });

  it('assigns and removes people and groups', async () => {
    const path = await create('Assigned', { access: 'later' });
    const profile = { login: 'ann@example.com', email: 'ann@example.com', firstName: 'Ann', lastName: 'Ostrow' };
    const { body: ann } = await call(okta, 'POST', '/api/v1/users', { profile });
    await call(okta, 'POST', '/api/v1/groups', { profile: { name: 'Planners', description: '' } });
    await visitor.open(`${path}/assignments`);
    await visitor.submit(`${path}/assignments/people/add`, { person: 'nobody' });
    expect(visitor.seen.text).toContain('Not done. There is nobody, or more than one person, named “nobody”.');
    await visitor.submit(`${path}/assignments/people/add`, { person: 'ann' });
    expect(visitor.seen.text).toMatch(/Ann Ostrow was assigned\..*People assigned in person .*ann@example\.com/);
    await visitor.submit(`${path}/assignments/groups/add`, { group: 'PLANNERS' });
    expect(visitor.seen.text).toMatch(/Assigned groups Group Action Planners/);
    await visitor.submit(`${path}/assignments/people/remove`, { userId: ann.id });
    await visitor.submit(`${path}/assignments/groups/remove`);
    expect(visitor.seen.text).toContain('No group is assigned.');
    expect(visitor.seen.text).toContain('Nobody is assigned in person.');
    const { body } = await call(okta, 'GET', '/api/v1/logs?limit=1000');
    const events = body.map(({ eventType }: { eventType: string }) => eventType);
    for (const event of ['application.user_membership', 'group.application_assignment']) {
      expect(events).toEqual(expect.arrayContaining([`${event}.add`, `${event}.remove`]));
    }
  });

  it('deactivates, activates and deletes, and deletes no active app', async () => {
    const path = await create('Short-lived');
    expect(visitor.seen.html).not.toContain('id="delete"');
    await visitor.submit(`${path}/status`);
    expect(visitor.seen.text).toContain('The app is inactive');
    expect((await appAt(path)).status).toBe('INACTIVE');
    await visitor.open(`${path}/delete`);
    await visitor.submit(`${path}/delete`);
    expect(visitor.seen).toMatchObject({ path: '/admin/apps/active' });
    expect((await visitor.open(path)).status).toBe(404);
    const other = await create('Active');
    await visitor.open(`${other}/delete`);
    expect((await visitor.submit(`${other}/delete`)).text).toContain('Not done. Delete application forbidden.');
    expect((await visitor.open('/admin/app/oidc_client/instance/%3Cscript%3E')).status).toBe(404);
  });
});
