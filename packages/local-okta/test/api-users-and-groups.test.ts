import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freePorts } from '@ldap-to-okta/test-directory';
import type { LocalOkta } from '../src/local-okta.ts';
import { type Answer, API_TOKEN, call, startLocalOkta, testClock } from './local-okta-fixture.ts';

let okta: LocalOkta;

beforeAll(async () => {
  okta = await startLocalOkta();
});
afterAll(() => okta.close());
beforeEach(() => okta.reset());

async function createUser(login: string, more: object = {}): Promise<string> {
  const profile = { login, email: login, firstName: 'Bar', lastName: 'Foo', ...more };
  const answer = await call(okta, 'POST', '/api/v1/users', { profile });
  expect(answer.status).toBe(200);
  return answer.body.id;
}

async function createGroup(name: string): Promise<string> {
  return (await call(okta, 'POST', '/api/v1/groups', { profile: { name } })).body.id;
}

function nextOf(answer: Answer): string | undefined {
  return /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
}

const logins = (answer: Answer): string[] =>
  answer.body.map((user: { profile: { login: string } }) => user.profile.login);

const search = (text: string): Promise<Answer> => call(okta, 'GET', `/api/v1/users?search=${encodeURIComponent(text)}`);

describe('users', () => {
  it('are found by id, by login whatever its case, and by short name where it is one user', async () => {
    const id = await createUser('User01@Example.com');
    for (const name of [id, 'user01@example.com', 'USER01@EXAMPLE.COM', 'user01']) {
      expect((await call(okta, 'GET', `/api/v1/users/${name}`)).body.id).toBe(id);
    }
    await createUser('user01@other.example');
    expect((await call(okta, 'GET', '/api/v1/users/user01')).status).toBe(404);
  });

  it('cannot share a login, whatever its case', async () => {
    await createUser('one@example.com');
    const profile = { login: 'ONE@example.com', email: 'x@example.com', firstName: 'A', lastName: 'B' };
    const answer = await call(okta, 'POST', '/api/v1/users', { profile });
    expect(answer).toMatchObject({
      status: 400,
      body: { errorCode: 'E0000001', errorSummary: 'Api validation failed: login' },
    });
    expect(answer.body.errorCauses).toEqual([
      { errorSummary: 'login: An object with this field already exists in the current organization' },
    ]);
    const both = await Promise.all(
      [1, 2].map(() =>
        call(okta, 'POST', '/api/v1/users', {
          profile: { login: 'race@example.com', email: 'race@example.com', firstName: 'A', lastName: 'B' },
          credentials: { password: { value: 'Correct-Horse-9' } },
        }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  it('are listed page by page by Link, and a page skips and repeats nobody while users come and go', async () => {
    for (let number = 1; number <= 5; number += 1) await createUser(`p${number}@example.com`);
    const first = await call(okta, 'GET', '/api/v1/users?limit=2');
    expect(logins(first)).toEqual(['admin@example.com', 'p1@example.com']);
    expect(first.headers.get('link')).toContain('rel="self"');
    for (let time = 0; time < 2; time += 1) await call(okta, 'DELETE', '/api/v1/users/p1@example.com');
    await createUser('p6@example.com');
    const second = await call(okta, 'GET', nextOf(first) ?? '');
    expect(logins(second)).toEqual(['p2@example.com', 'p3@example.com']);
    const third = await call(okta, 'GET', nextOf(second) ?? '');
    expect(logins(third)).toEqual(['p4@example.com', 'p5@example.com']);
    const fourth = await call(okta, 'GET', nextOf(third) ?? '');
    expect(logins(fourth)).toEqual(['p6@example.com']);
    expect(nextOf(fourth)).toBeUndefined();
  });

  it('leave the plain list when deactivated, and are still found by status', async () => {
    const id = await createUser('gone@example.com');
    await call(okta, 'POST', `/api/v1/users/${id}/lifecycle/deactivate`);
    expect(logins(await call(okta, 'GET', '/api/v1/users'))).toEqual(['admin@example.com']);
    const filter = encodeURIComponent('status eq "DEPROVISIONED"');
    expect(logins(await call(okta, 'GET', `/api/v1/users?filter=${filter}`))).toEqual(['gone@example.com']);
  });

  it('are searched by attribute, operator, and, or and parentheses', async () => {
    await createUser('ann@example.com', { firstName: 'Ann', lastName: 'Bee', department: 'Sales', badge: 7 });
    await createUser('bob@example.com', { firstName: 'Bob', lastName: 'Bee', department: 'Sales (North)' });
    await createUser('cy@example.org', {
      firstName: 'Cy',
      lastName: 'Ångström',
      department: 'Ops',
      langs: ['sv', 'EN'],
    });
    const cases: [string, string[]][] = [
      ['profile.lastName eq "bee"', ['ann@example.com', 'bob@example.com']],
      ['profile.login sw "ANN"', ['ann@example.com']],
      ['profile.email ew "example.org"', ['cy@example.org']],
      ['profile.department co "(north)"', ['bob@example.com']],
      ['profile.department eq "Sales" or profile.department eq "Ops"', ['ann@example.com', 'cy@example.org']],
      ['profile.lastName eq "Bee" and (profile.firstName eq "Bob" or profile.firstName eq "Cy")', ['bob@example.com']],
      [
        'profile.firstName eq "Cy" or profile.lastName eq "Bee" and profile.firstName eq "Bob"',
        ['bob@example.com', 'cy@example.org'],
      ],
      ['profile.lastName eq "Ångström"', ['cy@example.org']],
      ['profile.badge eq 7', ['ann@example.com']],
      ['profile.badge pr', ['ann@example.com']],
      ['profile.langs eq "en"', ['cy@example.org']],
      ['profile.langs sw "s" and profile.langs pr', ['cy@example.org']],
      ['profile.langs co "[" or profile.langs eq "sv,EN"', []],
      [
        'status eq "PROVISIONED" and lastUpdated gt "2020-01-01T00:00:00.000Z"',
        ['ann@example.com', 'bob@example.com', 'cy@example.org'],
      ],
      ['created lt "2020-01-01"', []],
    ];
    for (const [text, expected] of cases) expect([text, logins(await search(text))]).toEqual([text, expected]);
    expect(logins(await call(okta, 'GET', '/api/v1/users?q=be'))).toEqual(['ann@example.com', 'bob@example.com']);
  });

  it('are changed in part by POST and as a whole by PUT', async () => {
    const id = await createUser('change@example.com', { department: 'Sales' });
    const partly = await call(okta, 'POST', `/api/v1/users/${id}`, { profile: { lastName: 'New' } });
    expect(partly.body.profile).toMatchObject({ firstName: 'Bar', lastName: 'New', department: 'Sales' });
    const profile = { login: 'changed@example.com', email: 'changed@example.com', firstName: 'A', lastName: 'B' };
    const whole = await call(okta, 'PUT', `/api/v1/users/${id}`, { profile });
    expect(whole.body.profile).toEqual({ ...profile, mobilePhone: null, secondEmail: null });
    expect((await call(okta, 'PUT', `/api/v1/users/${id}`, { profile: { lastName: 'only' } })).status).toBe(400);
    const removed = await call(okta, 'POST', `/api/v1/users/${id}`, { profile: { mobilePhone: null } });
    expect(removed.status).toBe(200);
  });

  it('include the caller as /users/me', async () => {
    expect((await call(okta, 'GET', '/api/v1/users/me')).body.profile.login).toBe('admin@example.com');
  });
});

describe('groups', () => {
  it('have every user in Everyone, and nobody can change that', async () => {
    const id = await createUser('some@example.com');
    const groups = (await call(okta, 'GET', `/api/v1/users/${id}/groups`)).body;
    expect(groups).toMatchObject([{ type: 'BUILT_IN', profile: { name: 'Everyone' } }]);
    const everyone = `/api/v1/groups/${groups[0].id}`;
    expect(logins(await call(okta, 'GET', `${everyone}/users`))).toEqual(['admin@example.com', 'some@example.com']);
    for (const [method, path] of [
      ['DELETE', everyone],
      ['DELETE', `${everyone}/users/${id}`],
      ['PUT', `${everyone}/users/${id}`],
    ] as const) {
      expect(await call(okta, method, path)).toMatchObject({ status: 403, body: { errorCode: 'E0000006' } });
    }
  });

  it('have names of their own, whatever their case', async () => {
    await createGroup('Sales');
    const twice = await call(okta, 'POST', '/api/v1/groups', { profile: { name: 'SALES' } });
    expect(twice).toMatchObject({
      status: 400,
      body: { errorCode: 'E0000001', errorSummary: 'Api validation failed: name' },
    });
    for (const name of ['', 'x'.repeat(256), 'line\nbreak']) {
      expect((await call(okta, 'POST', '/api/v1/groups', { profile: { name } })).status).toBe(400);
    }
  });

  it('are found by q, search and filter', async () => {
    await createGroup('Sales');
    await createGroup('Salt');
    const names = async (query: string): Promise<string[]> =>
      (await call(okta, 'GET', `/api/v1/groups?${query}`)).body.map(
        (group: { profile: { name: string } }) => group.profile.name,
      );
    expect(await names('q=sal')).toEqual(['Sales', 'Salt']);
    expect(await names(`search=${encodeURIComponent('profile.name eq "salt"')}`)).toEqual(['Salt']);
    expect(await names(`filter=${encodeURIComponent('type eq "BUILT_IN"')}`)).toEqual(['Everyone']);
    expect(await names('limit=1')).toEqual(['Everyone']);
  });

  it('page through their members, take the same one twice, and lose a deleted user', async () => {
    const group = await createGroup('Members');
    const ids = await Promise.all([1, 2, 3].map((number) => createUser(`m${number}@example.com`)));
    for (const id of [...ids, ...ids]) {
      expect((await call(okta, 'PUT', `/api/v1/groups/${group}/users/${id}`)).status).toBe(204);
    }
    const first = await call(okta, 'GET', `/api/v1/groups/${group}/users?limit=2`);
    const second = await call(okta, 'GET', nextOf(first) ?? '');
    expect([...logins(first), ...logins(second)].sort()).toEqual([
      'm1@example.com',
      'm2@example.com',
      'm3@example.com',
    ]);
    expect(nextOf(second)).toBeUndefined();
    for (let time = 0; time < 2; time += 1) await call(okta, 'DELETE', `/api/v1/users/${ids[0]}`);
    expect(logins(await call(okta, 'GET', `/api/v1/groups/${group}/users`))).toHaveLength(2);
    expect((await call(okta, 'PUT', `/api/v1/groups/${group}/users/00uNobodyNobodyNobody`)).status).toBe(404);
  });
});

describe('addresses in answers', () => {
  it('lead through what ends TLS in front, where one came by the public URL, and otherwise the way one came', async () => {
    const [port = 0] = await freePorts(1);
    const behind = await startLocalOkta({ port, publicUrl: 'https://okta.example' });
    const under = async (host: string): Promise<{ link: string; body: string }> => {
      const headers = { host, authorization: `SSWS ${API_TOKEN}` };
      const asked = request({ port, host: '127.0.0.1', path: '/api/v1/users?limit=1', headers });
      const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage];
      return { link: String(answer.headers.link), body: await text(answer) };
    };
    try {
      for (const [host, base] of [
        ['okta.example', 'https://okta.example'],
        ['okta.example:443', 'https://okta.example'],
        [`localhost:${port}`, `http://localhost:${port}`],
      ] as const) {
        const { link, body } = await under(host);
        expect(link).toBe(`<${base}/api/v1/users?limit=1>; rel="self"`);
        expect(JSON.parse(body)[0]._links.self.href).toMatch(new RegExp(`^${base}/api/v1/users/00u`));
      }
    } finally {
      await behind.close();
    }
  });
});

describe('the rate limit', () => {
  it('counts a minute per endpoint, says so in headers, and answers E0000047 until the minute is over', async () => {
    const clock = testClock();
    const limited = await startLocalOkta({ clock });
    try {
      for (let number = 1; number <= 120; number += 1) {
        const answer = await call(limited, 'GET', '/api/v1/logs');
        expect(answer.headers.get('x-rate-limit-remaining')).toBe(String(120 - number));
      }
      const refused = await call(limited, 'GET', '/api/v1/logs');
      expect(refused).toMatchObject({ status: 429, body: { errorCode: 'E0000047' } });
      expect(refused.headers.get('x-rate-limit-limit')).toBe('120');
      expect(Number(refused.headers.get('x-rate-limit-reset')) * 1000 - clock.now()).toBe(60_000);
      expect((await call(limited, 'GET', '/api/v1/groups')).status).toBe(200);
      clock.advance(60_000);
      expect((await call(limited, 'GET', '/api/v1/logs')).status).toBe(200);
    } finally {
      await limited.close();
    }
  });

  it('slows down who guesses tokens, without shutting out who has one', async () => {
    const limited = await startLocalOkta({ clock: testClock() });
    try {
      const guess = () => call(limited, 'GET', '/api/v1/users', undefined, { authorization: 'SSWS guess' });
      const statuses = new Set<number>();
      for (let batch = 0; batch < 13; batch += 1) {
        const answers = await Promise.all(Array.from({ length: 50 }, guess));
        for (const { status } of answers) statuses.add(status);
      }
      expect([...statuses].sort()).toEqual([401, 429]);
      expect((await call(limited, 'GET', '/api/v1/users')).status).toBe(200);
    } finally {
      await limited.close();
    }
  });

  it('can be switched off', async () => {
    const free = await startLocalOkta({ rateLimits: false });
    try {
      const answer = await call(free, 'GET', '/api/v1/logs', undefined, { authorization: `SSWS ${API_TOKEN}` });
      expect(answer.headers.get('x-rate-limit-limit')).toBeNull();
    } finally {
      await free.close();
    }
  });
});
