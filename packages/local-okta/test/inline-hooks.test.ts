import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '../src/local-okta.ts';
import { type Answer, call, startLocalOkta } from './local-okta-fixture.ts';

const TYPE = 'com.okta.user.credential.password.import';
const VERIFIED = { commands: [{ type: 'com.okta.action.update', value: { credential: 'VERIFIED' } }] };

interface Asked {
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: judged by assertions
  readonly body: any;
}

let okta: LocalOkta;
let server: Server;
let uri: string;
let asked: Asked[] = [];
let answer: (response: ServerResponse) => void = () => undefined;

beforeAll(async () => {
  okta = await startLocalOkta({ rateLimits: false });
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      asked.push({ headers: request.headers, body: JSON.parse(text) });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await okta.close();
});
afterEach(async () => {
  asked = [];
  const { body } = await call(okta, 'GET', '/api/v1/inlineHooks');
  for (const { id } of body) {
    await call(okta, 'POST', `/api/v1/inlineHooks/${id}/lifecycle/deactivate`);
    await call(okta, 'DELETE', `/api/v1/inlineHooks/${id}`);
  }
});

function makeHook(config: Record<string, unknown> = {}, name = 'Import'): Promise<Answer> {
  return call(okta, 'POST', '/api/v1/inlineHooks', {
    name,
    type: TYPE,
    version: '1.0.0',
    channel: {
      type: 'HTTP',
      version: '1.0.0',
      config: {
        uri,
        method: 'POST',
        headers: [{ key: 'X-Where', value: 'cut-over' }],
        authScheme: { type: 'HEADER', key: 'Authorization', value: 'the-shared-secret' },
        ...config,
      },
    },
  });
}

let people = 0;
async function makeUser(): Promise<{ id: string; login: string }> {
  people += 1;
  const login = `hooked${people}@example.com`;
  const { status, body } = await call(okta, 'POST', '/api/v1/users?activate=true', {
    profile: { login, email: login, firstName: 'Hooked', lastName: 'Person' },
    credentials: { password: { hook: { type: 'default' } } },
  });
  expect([status, body.status, body.credentials.provider.type]).toEqual([200, 'ACTIVE', 'IMPORT']);
  return { id: body.id, login };
}

async function outcomeOf(username: string, password = 'a-password'): Promise<string> {
  return (await call(okta, 'POST', '/local/integration/test-sign-in', { username, password })).body.outcome;
}

const json =
  (body: unknown, status = 200) =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

describe('the password import inline hook', () => {
  it('is asked in Okta’s form, once: a verified password is Okta’s own from then on', async () => {
    const { body: hook } = await makeHook();
    const { id, login } = await makeUser();
    answer = json(VERIFIED);
    expect(await outcomeOf(login)).toBe('ok');
    expect(asked).toHaveLength(1);
    expect(asked[0]?.headers).toMatchObject({ authorization: 'the-shared-secret', 'x-where': 'cut-over' });
    expect(asked[0]?.body).toMatchObject({
      eventId: expect.any(String),
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      eventType: TYPE,
      eventTypeVersion: '1.0',
      contentType: 'application/json',
      cloudEventVersion: '0.1',
      source: expect.stringContaining(hook.id),
      data: {
        context: { request: { method: 'POST' }, credential: { username: login, password: 'a-password' } },
        action: { credential: 'UNVERIFIED' },
      },
    });
    expect((await call(okta, 'GET', `/api/v1/users/${id}`)).body.credentials.provider.type).toBe('OKTA');
    answer = (response) => response.writeHead(204).end();
    expect(await outcomeOf(login)).toBe('ok');
    expect(await outcomeOf(login, 'another')).toBe('invalid');
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['204', (response: ServerResponse) => response.writeHead(204).end(), 'invalid'],
    ['200 without a command', json({}), 'invalid'],
    [
      '200 with UNVERIFIED',
      json({ commands: [{ type: 'com.okta.action.update', value: { credential: 'UNVERIFIED' } }] }),
      'invalid',
    ],
    [
      '200 with another command',
      json({ commands: [{ type: 'x', value: { credential: 'VERIFIED' } }, null, 7] }),
      'invalid',
    ],
    ['200 with no JSON', (response: ServerResponse) => response.writeHead(200).end('VERIFIED'), 'invalid'],
    ['200 with a flood', (response: ServerResponse) => response.writeHead(200).end('x'.repeat(1_000_000)), 'invalid'],
    ['500, though it says VERIFIED', json(VERIFIED, 500), 'hook-failed'],
    ['a redirect', (response: ServerResponse) => response.writeHead(302, { location: uri }).end(), 'hook-failed'],
    ['a cut connection', (response: ServerResponse) => response.destroy(), 'hook-failed'],
  ])('that answers %s lets nobody in', async (_what, given, outcome) => {
    await makeHook();
    const { id, login } = await makeUser();
    answer = given;
    expect(await outcomeOf(login)).toBe(outcome);
    expect((await call(okta, 'GET', `/api/v1/users/${id}`)).body.credentials.provider.type).toBe('IMPORT');
  });

  it('that does not answer within three seconds is asked once more, and then given up', async () => {
    await makeHook();
    const { login } = await makeUser();
    answer = () => undefined;
    expect(await outcomeOf(login)).toBe('hook-failed');
    expect(asked).toHaveLength(2);
  });

  it('counts wrong passwords, and is not asked about somebody who may not sign in', async () => {
    await makeHook();
    const { id, login } = await makeUser();
    answer = (response) => response.writeHead(204).end();
    for (let attempt = 0; attempt < 10; attempt += 1) await outcomeOf(login, 'wrong');
    expect(asked).toHaveLength(10);
    expect(await outcomeOf(login)).toBe('locked');
    await call(okta, 'POST', `/api/v1/users/${id}/lifecycle/unlock`);
    await call(okta, 'POST', `/api/v1/users/${id}/lifecycle/suspend`);
    expect(await outcomeOf(login)).not.toBe('ok');
    expect(asked).toHaveLength(10);
  });

  it('missing means that the password cannot be checked, and nobody is counted against', async () => {
    const { login } = await makeUser();
    expect(await outcomeOf(login)).toBe('hook-failed');
    const { body: log } = await call(okta, 'GET', '/api/v1/logs?limit=1000');
    const noted = log.filter(({ eventType }: { eventType: string }) => eventType === 'user.import.password');
    expect(noted.at(-1).outcome).toEqual({ result: 'FAILURE', reason: 'NO_HOOK' });
    expect(JSON.stringify(log)).not.toContain('a-password');
  });

  it('takes the place of a password that somebody has, where the API says so', async () => {
    await makeHook();
    const login = 'moves@example.com';
    const { body: user } = await call(okta, 'POST', '/api/v1/users?activate=true', {
      profile: { login, email: login, firstName: 'Moves', lastName: 'Away' },
      credentials: { password: { value: 'Own-passw0rd' } },
    });
    const credentials = { password: { hook: { type: 'default' } } };
    expect((await call(okta, 'POST', `/api/v1/users/${user.id}`, { credentials })).body.credentials.provider.type).toBe(
      'IMPORT',
    );
    answer = json(VERIFIED);
    expect(await outcomeOf(login, 'from-elsewhere')).toBe('ok');
    expect(await outcomeOf(login, 'Own-passw0rd')).toBe('invalid');
  });

  it('is asked when a password is changed by who knows the old one', async () => {
    await makeHook();
    const { id, login } = await makeUser();
    const change = () =>
      call(okta, 'POST', `/api/v1/users/${id}/credentials/change_password`, {
        oldPassword: { value: 'a-password' },
        newPassword: { value: 'New-Passw0rd' },
      });
    answer = (response) => response.writeHead(204).end();
    expect((await change()).body.errorCode).toBe('E0000014');
    answer = json(VERIFIED);
    expect((await change()).body.provider.type).toBe('OKTA');
    expect(await outcomeOf(login, 'New-Passw0rd')).toBe('ok');
  });

  it('is one for an org, and never shows its secret', async () => {
    const { status, body: hook } = await makeHook();
    expect([status, hook.status, hook.type]).toEqual([200, 'ACTIVE', TYPE]);
    expect((await makeHook({}, 'Second')).status).toBe(400);
    const shown = await call(okta, 'GET', `/api/v1/inlineHooks/${hook.id}`);
    expect(JSON.stringify(shown.body)).not.toContain('the-shared-secret');
    expect((await call(okta, 'DELETE', `/api/v1/inlineHooks/${hook.id}`)).status).toBe(403);
    await call(okta, 'POST', `/api/v1/inlineHooks/${hook.id}/lifecycle/deactivate`);
    const { status: removed } = await call(okta, 'DELETE', `/api/v1/inlineHooks/${hook.id}`);
    expect(removed).toBe(204);
  });

  it.each([
    ['ftp://127.0.0.1/x', 'uri'],
    ['http://directory.example/x', 'uri'],
    ['no address', 'uri'],
  ])('is not made for %s', async (bad, field) => {
    const made = await makeHook({ uri: bad });
    expect([made.status, JSON.stringify(made.body.errorCauses)]).toEqual([400, expect.stringContaining(field)]);
  });
});
