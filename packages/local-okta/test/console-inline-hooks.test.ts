import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '../src/local-okta.ts';
import { ConsoleVisitor } from './console-visitor.ts';
import { ADMIN_PASSWORD, call, startLocalOkta } from './local-okta-fixture.ts';

const HOOKS = '/admin/workflow/inline-hooks';
const SECRET = 'Bearer the-secret-of-the-hook';
let okta: LocalOkta;
let visitor: ConsoleVisitor;

beforeAll(async () => {
  okta = await startLocalOkta({ rateLimits: false });
  visitor = new ConsoleVisitor(okta);
  await visitor.signIn('admin@example.com', ADMIN_PASSWORD);
});
afterAll(() => okta.close());

async function add(fields: Record<string, string>) {
  await visitor.open(`${HOOKS}/add`);
  return visitor.submit(`${HOOKS}/add`, { authField: 'Authorization', authSecret: '', ...fields });
}
const hooks = async () => (await call(okta, 'GET', '/api/v1/inlineHooks')).body;

describe('Inline Hooks', () => {
  it('adds the password import hook, one at a time, and never shows its secret', async () => {
    const wrong = await add({ name: '', uri: 'http://elsewhere.example/hook', authField: 'Host', authSecret: SECRET });
    expect(wrong.status).toBe(400);
    for (const problem of [
      'Name: must not be empty',
      'URL: must be https, or http to loopback',
      'Authentication field: is not yours to set',
    ])
      expect(wrong.text).toContain(problem);
    expect(wrong.html).not.toContain(SECRET);

    const uri = 'http://localhost:8095/okta/password-import';
    const added = await add({ name: 'Passwords from OpenLDAP', uri, authSecret: SECRET });
    expect(added.text).toContain(`Passwords from OpenLDAP Password Import Active ${uri} Authorization Deactivate`);
    expect(added.html).not.toContain(SECRET);
    expect(await hooks()).toMatchObject([
      { status: 'ACTIVE', channel: { config: { uri, authScheme: { key: 'Authorization' } } } },
    ]);
    expect((await add({ name: 'Another', uri })).text).toContain('an org has one active password import hook');
  });

  it('deactivates, activates and deletes it, and has no second one active', async () => {
    await visitor.open(HOOKS);
    expect(visitor.form(`${HOOKS}/delete`)).toBeUndefined();
    await visitor.submit(`${HOOKS}/status`);
    expect(visitor.seen.text).toContain('The inline hook Passwords from OpenLDAP is inactive.');
    await add({ name: 'Another', uri: 'https://hook.example/' });
    const [first, second] = await hooks();
    const csrf = /name="csrf" value="(\w+)"/.exec(visitor.seen.html)?.[1] ?? '';
    await visitor.post(`${HOOKS}/status`, { csrf, id: first.id, status: 'ACTIVE' });
    expect(visitor.seen.text).toContain('an org has one active password import hook');
    expect((await call(okta, 'POST', `/api/v1/inlineHooks/${first.id}/lifecycle/activate`)).status).toBe(400);
    await visitor.post(`${HOOKS}/delete`, { csrf, id: second.id });
    expect(visitor.seen.text).toContain('Not done.');
    await visitor.post(`${HOOKS}/delete`, { csrf, id: first.id });
    expect(visitor.seen.text).toContain('The inline hook Passwords from OpenLDAP was deleted.');
    expect((await hooks()).map(({ name }: { name: string }) => name)).toEqual(['Another']);
  });
});
