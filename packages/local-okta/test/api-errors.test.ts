import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '../src/local-okta.ts';
import { API_TOKEN, call, startLocalOkta } from './local-okta-fixture.ts';

let okta: LocalOkta;

beforeAll(async () => {
  okta = await startLocalOkta();
});
afterAll(() => okta.close());

const authorization = `SSWS ${API_TOKEN}`;

function expectError(answer: { status: number; body: unknown }, status: number, errorCode: string): void {
  expect(answer.status).toBe(status);
  expect(answer.body).toEqual({
    errorCode,
    errorSummary: expect.any(String),
    errorLink: errorCode,
    errorId: expect.stringMatching(/^oae[0-9A-Za-z]{17}$/),
    errorCauses: expect.any(Array),
  });
}

/** Sends bytes that no HTTP library would; the answer's first line. */
function raw(text: string): Promise<string> {
  const { port } = new URL(okta.urls.okta ?? '');
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (answer.includes('\r\n\r\n')) socket.end();
    });
    socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''));
    socket.on('error', reject);
  });
}

describe('tokens', () => {
  it.each([
    ['no token', {}],
    ['an unknown token', { authorization: 'SSWS 00nobodyHasThisTokenXXXXXXXXXXXXXXXXXXXXXX' }],
    ['another scheme', { authorization: `Bearer ${API_TOKEN}` }],
    ['a token with junk around it', { authorization: `SSWS ${API_TOKEN} `.concat('x') }],
    ['an endless token', { authorization: `SSWS ${'a'.repeat(5000)}` }],
  ])('answers %s with E0000011', async (_case, headers) => {
    expectError(await call(okta, 'GET', '/api/v1/users', undefined, headers), 401, 'E0000011');
  });

  it('takes no token from the query string', async () => {
    expectError(await call(okta, 'GET', `/api/v1/users?token=${API_TOKEN}`, undefined, {}), 401, 'E0000011');
  });

  it('does not obey a browser that posts from another page to a local control', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' };
    expectError(await call(okta, 'POST', '/local/reset', 'x=1', form), 401, 'E0000011');
  });
});

describe('paths, methods and bodies', () => {
  it('answers an unknown path with E0000008 and an unknown user with E0000007', async () => {
    expectError(await call(okta, 'GET', '/api/v1/nothing'), 404, 'E0000008');
    expectError(await call(okta, 'GET', '/api/v1/users/00uNobodyNobodyNobody'), 404, 'E0000007');
    expectError(await call(okta, 'GET', '/api/v1/groups/00gNobodyNobodyNobody'), 404, 'E0000007');
    expectError(await call(okta, 'GET', '/nowhere'), 404, 'E0000008');
  });

  it('answers a method that a path does not know with E0000022 and says which it knows', async () => {
    const answer = await call(okta, 'DELETE', '/api/v1/users');
    expectError(answer, 405, 'E0000022');
    expect(answer.headers.get('allow')).toBe('GET, POST');
  });

  it.each([
    ['{', 400, 'E0000003'],
    ['[]', 400, 'E0000003'],
    ['"text"', 400, 'E0000003'],
    [`{"profile":${'['.repeat(50_000)}`, 400, 'E0000003'],
  ])('answers the body %.20s with an error, not a fault', async (body, status, code) => {
    expectError(await call(okta, 'POST', '/api/v1/users', body), status, code);
  });

  it('answers a body that is too large with 413', async () => {
    const body = { profile: { login: 'a'.repeat(300_000) } };
    expectError(await call(okta, 'POST', '/api/v1/users', body), 413, 'E0000001');
  });

  it('refuses a body that is not JSON instead of passing it over', async () => {
    const headers = { authorization, 'content-type': 'text/plain' };
    expectError(await call(okta, 'POST', '/api/v1/users', '{"profile":{}}', headers), 415, 'E0000021');
  });

  it('names every field that is wrong', async () => {
    const answer = await call(okta, 'POST', '/api/v1/users', { profile: { login: 'not an address', firstName: 7 } });
    expectError(answer, 400, 'E0000001');
    expect(answer.body.errorSummary).toBe('Api validation failed: login, firstName, email, lastName');
    expect(answer.body.errorCauses).toContainEqual({
      errorSummary: 'login: Username must be in the form of an email address',
    });
    const short = { login: 'a@b', email: 'a@b', firstName: 'A', lastName: 'B', secondEmail: 'none' };
    expect((await call(okta, 'POST', '/api/v1/users', { profile: short })).body.errorSummary).toBe(
      'Api validation failed: login, email, secondEmail',
    );
    const nameless = await call(okta, 'POST', '/api/v1/groups', { profile: {} });
    expect(nameless.body.errorCauses).toEqual([{ errorSummary: 'profile.name: The field cannot be left blank' }]);
  });

  it.each([
    ['constructor', 'x'],
    ['toString', { a: 1 }],
    ['a.b', 'x'],
    ["a'b", 'x'],
    ['fine', { nested: true }],
    ['fine', 'line\nbreak'],
    ['fine', 'nul\u0000'],
    ['fine', '\ud800'],
    ['fine', 'x'.repeat(2000)],
  ])('judges the hostile attribute %s without a fault', async (name, value) => {
    const profile = { login: 'h@example.com', email: 'h@example.com', firstName: 'H', lastName: 'H', [name]: value };
    const answer = await call(okta, 'POST', '/api/v1/users?activate=false', { profile });
    if (name === 'constructor') expect(answer.body.profile.constructor).toBe('x');
    else expectError(answer, 400, 'E0000001');
    await call(okta, 'DELETE', '/api/v1/users/h@example.com');
    await call(okta, 'DELETE', '/api/v1/users/h@example.com');
  });

  it('refuses the credentials it does not take, by name', async () => {
    const profile = { login: 'x@example.com', email: 'x@example.com', firstName: 'X', lastName: 'X' };
    const credentials = { password: { hash: { algorithm: 'BCRYPT' } } };
    const answer = await call(okta, 'POST', '/api/v1/users', { profile, credentials });
    expectError(answer, 400, 'E0000001');
    expect(answer.body.errorSummary).toContain('credentials.password');
  });
});

describe('queries', () => {
  it.each([
    'profile.login',
    'profile.login eq',
    'profile.login eq "x',
    'profile.login eq x',
    'profile.login ne "x"',
    'password pr',
    'profile.x\' eq "1"',
    'profile.a.b eq "1"',
    '(status eq "ACTIVE"',
    'status eq "ACTIVE")',
    'status eq "ACTIVE" and',
    'lastUpdated gt "yesterday"',
    '('.repeat(2000),
    'status eq "A" or '.repeat(500),
    'x'.repeat(5000),
  ])('answers the search %.40s with E0000031', async (search) => {
    expectError(await call(okta, 'GET', `/api/v1/users?search=${encodeURIComponent(search)}`), 400, 'E0000031');
  });

  it.each(['limit=0', 'limit=-1', 'limit=ten', 'q=%00', 'search=a&search=b', 'activate=maybe&limit=x'])(
    'answers the query %s with E0000001',
    async (query) => {
      expectError(await call(okta, 'GET', `/api/v1/users?${query}`), 400, 'E0000001');
    },
  );

  it.each(['users', 'groups', 'logs'])('answers a cursor of %s that is none with E0000029', async (list) => {
    for (const after of ['%20', 'garbage', '../../x', 'cDk5OTk5OTk5OTk5OTk5OTk5OTk5']) {
      expectError(await call(okta, 'GET', `/api/v1/${list}?after=${after}`), 400, 'E0000029');
    }
  });

  it('answers a search beside a filter with E0000033', async () => {
    const filter = encodeURIComponent('id eq "x"');
    for (const list of ['users', 'groups']) {
      expectError(await call(okta, 'GET', `/api/v1/${list}?filter=${filter}&search=${filter}`), 400, 'E0000033');
    }
  });

  it('passes over how lists are to be sorted, and refuses to sort what is searched for', async () => {
    const search = `search=${encodeURIComponent('created gt "2020-01-01T00:00:00.000Z"')}`;
    for (const list of ['users', 'groups']) {
      // The last but one as Terraform's provider sends it.
      for (const query of [
        'sortBy=created',
        'sortBy=created&sortOrder=desc',
        `${search}&limit=200&sortOrder=0`,
        search,
      ]) {
        expect((await call(okta, 'GET', `/api/v1/${list}?${query}`)).body).toHaveLength(1);
      }
      expectError(await call(okta, 'GET', `/api/v1/${list}?${search}&sortBy=created`), 400, 'E0000001');
    }
  });

  it('searches for quotes, wildcards and SQL as what they are: text', async () => {
    for (const text of ["'; DROP TABLE users; --", '%', '_', '*', '\\"', '" or ""="']) {
      const value = text.replace(/[\\"]/g, '\\$&');
      const answer = await call(
        okta,
        'GET',
        `/api/v1/users?search=${encodeURIComponent(`profile.login co "${value}"`)}`,
      );
      expect([answer.status, answer.body]).toEqual([200, []]);
    }
    expect((await call(okta, 'GET', '/api/v1/users/admin')).status).toBe(200);
  });

  it('answers a broken escape and a NUL in the path with an error', async () => {
    expect((await call(okta, 'GET', '/api/v1/users/%E0%A4%A')).status).toBe(400);
    expectError(await call(okta, 'GET', '/api/v1/users/a%00b'), 404, 'E0000007');
  });
});

describe('the HTTP server', () => {
  it('answers under its own names only, so that no page can reach it by DNS rebinding', async () => {
    const { port } = new URL(okta.urls.okta ?? '');
    for (const host of ['okta.localhost', 'localhost', '127.0.0.1']) {
      expect(await raw(`GET / HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: close\r\n\r\n`)).toBe('HTTP/1.1 200 OK');
    }
    for (const host of ['evil.example', `127.0.0.1.evil.example:${port}`, 'localhost@evil.example', '']) {
      expect(await raw(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 4/);
    }
  });

  it('survives what is no HTTP', async () => {
    expect(await raw('\x16\x03\x01\x02\x00\x01\r\n\r\n')).toContain('400');
    expect(await raw('GET /api/v1/users HTTP/1.1\r\n\r\n')).toContain('400');
    expect((await call(okta, 'GET', '/healthz')).status).toBe(200);
  });

  it('answers others while five hundred connections hold half a request each', async () => {
    const { port } = new URL(okta.urls.okta ?? '');
    const sockets = await Promise.all(
      Array.from({ length: 500 }, async () => {
        const socket = connect(Number(port), '127.0.0.1');
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        socket.write('POST /api/v1/users HTTP/1.1\r\nHost: localhost\r\nContent-Le');
        return socket;
      }),
    );
    expect((await call(okta, 'GET', '/api/v1/users')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  it('says on its front page what it is', async () => {
    const { body, headers } = await call(okta, 'GET', '/');
    expect(body).toContain('A stand-in, not an identity provider for production.');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('gives every answer a request id', async () => {
    const first = await call(okta, 'GET', '/api/v1/users');
    const second = await call(okta, 'GET', '/api/v1/users');
    expect(first.headers.get('x-okta-request-id')).toMatch(/^[0-9A-Za-z]{27}$/);
    expect(second.headers.get('x-okta-request-id')).not.toBe(first.headers.get('x-okta-request-id'));
  });
});
