import { describe, expect, it } from '@jest/globals';
import { type Attempt, addStep, beginAttempt, type Ending, type Explanation, explain, recent } from '../src/index.ts';
import type { LogEvent } from '../src/system-log.ts';
import {
  attemptOf,
  bind,
  connect,
  DIRECTORY,
  DN,
  event,
  exchange,
  NOW,
  OKTA,
  OKTA_LDAP,
  redirect,
  search,
} from './sign-in.ts';

const OK: Ending = { kind: 'ok', username: 'user01', userId: '00u1' };
const REFUSED: Ending = { kind: 'refused', reason: 'invalid-credentials' };
const UNAVAILABLE: Ending = { kind: 'broken', code: 'unavailable', detail: 'unavailable' };
const DELEGATED = 'user.authentication.auth_via_LDAP_agent';

const withLog = (attempt: Attempt, asks: typeof OKTA, events: readonly LogEvent[]): Explanation =>
  explain({ attempt, asks, log: { ok: true, events } });

const pathOf = ({ hops }: Explanation): string[] => hops.map(({ from, to, state }) => `${from} > ${to} ${state}`);

describe('a sign-in at a directory', () => {
  const found = [search('user', 1), search('groups', 1)];

  it('has each step with what was asked, how long it took and how it ended', () => {
    const explanation = explain({
      attempt: attemptOf('form', [connect(), bind('service', 'ok', 'cn=reader'), ...found, bind('user')], OK),
      asks: DIRECTORY,
    });
    expect(explanation.verdict).toMatchObject({ tone: 'ok', title: 'Signed in as user01' });
    expect(explanation.parties).toEqual(['browser', 'app', 'directory']);
    expect(explanation.hops.map(({ title }) => title)).toEqual([
      'Send the sign-in form',
      'Connect',
      'Bind as the service account',
      'Search for the person',
      'Search for the groups',
      'Bind as the person',
      'Greet the person',
    ]);
    expect(explanation.hops[3]).toMatchObject({
      outcome: '1 entry',
      ms: 10,
      facts: [
        { name: 'base', value: 'ou=users,dc=example,dc=org' },
        { name: 'scope', value: 'everything below' },
        { name: 'filter', value: '(uid=user01)' },
      ],
    });
  });

  it.each<[string, Attempt, string]>([
    [
      'a wrong password',
      attemptOf('form', [...found, bind('user', 'invalid-credentials')], REFUSED),
      'The password is wrong',
    ],
    [
      'an unknown user',
      attemptOf('form', [search('user', 0), bind('user', 'invalid-credentials')], REFUSED),
      'There is no such user',
    ],
    [
      'a locked account',
      attemptOf('form', [...found, bind('user', 'locked')], { kind: 'refused', reason: 'locked' }),
      'The account is locked',
    ],
    [
      'a wrong password of the service account',
      attemptOf('form', [connect(), bind('service', 'service-bind-failed')], {
        kind: 'broken',
        code: 'service-bind-failed',
        detail: 'service-bind-failed',
      }),
      'The service account is refused',
    ],
    [
      'a directory that is down',
      attemptOf('form', [connect('connection-refused')], {
        kind: 'broken',
        code: 'unavailable',
        detail: 'connection-refused',
      }),
      'The directory cannot be reached',
    ],
    [
      'a certificate that is not trusted',
      attemptOf('form', [connect('certificate-untrusted')], {
        kind: 'broken',
        code: 'misconfigured',
        detail: 'certificate-untrusted',
      }),
      'The certificate of the directory is not trusted',
    ],
    ['an empty password', attemptOf('form', [], REFUSED), 'The app asked nobody: a field was empty, or no text'],
    [
      'too many guesses',
      attemptOf('form', [], { kind: 'not-asked', reason: 'throttled' }),
      'The app asked nobody: there were too many wrong guesses',
    ],
    [
      'a code that nobody has heard of',
      attemptOf('form', [], { kind: 'broken', code: 'new-code', detail: 'new-detail' }),
      'Something unexpected went wrong',
    ],
  ])('that failed by %s is told apart, and the step where it failed is marked', (_case, attempt, title) => {
    const explanation = explain({ attempt, asks: DIRECTORY });
    expect(explanation.verdict).toMatchObject({ tone: 'failed', title });
    if (attempt.steps.length > 0) {
      expect(explanation.verdict.between).toEqual(['app', 'directory']);
      expect(pathOf(explanation)).toContain('app > directory failed');
    }
  });

  it('calls the bind after an empty search what it is: one that must fail', () => {
    const explanation = explain({
      attempt: attemptOf(
        'form',
        [search('user', 0), bind('user', 'invalid-credentials', 'cn=no-such-user-1')],
        REFUSED,
      ),
      asks: DIRECTORY,
    });
    expect(explanation.hops[2]).toMatchObject({ title: 'Bind as nobody', topic: 'decoy' });
  });

  it('has a step for a failure that no step tells of', () => {
    const attempt = attemptOf('form', [], { kind: 'broken', code: 'timeout', detail: 'deadline' });
    expect(pathOf(explain({ attempt, asks: DIRECTORY }))).toEqual([
      'browser > app ok',
      'app > directory failed',
      'app > browser neutral',
    ]);
  });
});

describe("a sign-in at Okta's LDAP Interface", () => {
  const delegated = (values: Partial<LogEvent> = {}, data: Record<string, string> = {}): LogEvent =>
    event(DELEGATED, {
      ...values,
      data: {
        directoryDn: 'cn=user01,ou=users,dc=example,dc=org',
        directoryUrl: 'ldaps://openldap:1636',
        agent: 'agent-1',
        durationMs: '12.5',
        ...data,
      },
    });
  const bound = (values: Partial<LogEvent> = {}): LogEvent =>
    event('system.ldapi.bind', { data: { dn: DN }, ...values });
  const refusedBind = attemptOf('form', [search('user', 1), bind('user', 'invalid-credentials')], REFUSED);
  const unavailableBind = attemptOf('form', [search('user', 1), bind('user', 'unavailable')], UNAVAILABLE);

  it('goes on to the agent and the directory, by the events of the log', () => {
    const attempt = attemptOf('form', [search('user', 1), bind('user')], OK);
    const explanation = withLog(attempt, OKTA_LDAP, [delegated(), bound()]);
    expect(explanation.verdict.text).toContain('Okta asked the LDAP agent, the agent asked the directory');
    expect(explanation.parties).toEqual(['browser', 'app', 'okta', 'agent', 'directory']);
    expect(explanation.hops[4]).toMatchObject({
      from: 'agent',
      to: 'directory',
      seenBy: 'okta-log',
      ms: 12.5,
      facts: expect.arrayContaining([{ name: 'bind DN', value: 'cn=user01,ou=users,dc=example,dc=org' }]),
    });
  });

  it('has no agent after the cut-over', () => {
    const explanation = withLog(attemptOf('form', [search('user', 1), bind('user')], OK), OKTA_LDAP, [bound()]);
    expect(explanation.verdict.text).toContain('neither agent nor directory was asked');
    expect(explanation.parties).toEqual(['browser', 'app', 'okta']);
  });

  it('has the password hook at the first sign-in after the cut-over', () => {
    const attempt = attemptOf('form', [search('user', 1), bind('user')], OK);
    const explanation = withLog(attempt, OKTA_LDAP, [event('user.import.password', { transaction: 'other' }), bound()]);
    expect(explanation.verdict.text).toContain('asked the password import hook');
    expect(explanation.parties).toContain('hook');
  });

  it("leaves out the agent's bind of another try of the same person, a moment ago", () => {
    const before = { transaction: 't0', at: NOW - 1_000 };
    const explanation = withLog(attemptOf('form', [search('user', 1), bind('user')], OK), OKTA_LDAP, [
      delegated(before),
      bound(before),
      bound(),
    ]);
    expect(explanation.verdict.text).toContain('neither agent nor directory was asked');
  });

  it.each<[string, Attempt, readonly LogEvent[], string, readonly string[]]>([
    [
      'a wrong password, by Okta alone',
      refusedBind,
      [bound({ ok: false, reason: 'INVALID', actorId: 'system' })],
      'The password is wrong',
      ['app', 'okta'],
    ],
    [
      'a wrong password, by the hook, in a bind of which Okta does not tell who it was',
      refusedBind,
      [
        event('user.import.password', { ok: false, reason: 'UNVERIFIED' }),
        bound({ ok: false, reason: 'INVALID', actorId: 'system' }),
      ],
      'The password is wrong',
      ['okta', 'hook'],
    ],
    [
      'a wrong password',
      refusedBind,
      [delegated({ ok: false, reason: 'INVALID' }), bound({ ok: false, reason: 'INVALID' })],
      'The password is wrong',
      ['agent', 'directory'],
    ],
    [
      'an expired password',
      refusedBind,
      [delegated({ ok: false, reason: 'PASSWORD_EXPIRED' }), bound({ ok: false, reason: 'PASSWORD_EXPIRED' })],
      'The password has expired',
      ['agent', 'directory'],
    ],
    [
      'no agent',
      unavailableBind,
      [
        event(DELEGATED, { ok: false, reason: 'AGENT_UNAVAILABLE', data: { error: 'agent-unavailable' } }),
        bound({ ok: false, reason: 'DIRECTORY_UNAVAILABLE' }),
      ],
      'No LDAP agent is connected to Okta',
      ['okta', 'agent'],
    ],
    [
      'a directory that the agent cannot reach',
      unavailableBind,
      [
        delegated({ ok: false, reason: 'DIRECTORY_ERROR' }, { error: 'connection-refused' }),
        bound({ ok: false, reason: 'DIRECTORY_UNAVAILABLE' }),
      ],
      'The LDAP agent cannot reach the directory',
      ['agent', 'directory'],
    ],
    [
      "a refused account of the agent's own",
      unavailableBind,
      [
        delegated({ ok: false, reason: 'DIRECTORY_ERROR' }, { error: 'service-bind-failed' }),
        bound({ ok: false, reason: 'DIRECTORY_UNAVAILABLE' }),
      ],
      "The directory refuses the LDAP agent's own account",
      ['agent', 'directory'],
    ],
    [
      'a user who is not active',
      refusedBind,
      [bound({ ok: false, reason: 'NOT_ACTIVE' })],
      'The user is not active in Okta',
      ['app', 'okta'],
    ],
    [
      'a policy',
      attemptOf('form', [search('user', 1), bind('user', 'denied-by-sign-on-policy')], {
        ...REFUSED,
        detail: 'denied-by-sign-on-policy',
      } as Ending),
      [],
      'A sign-on policy forbids it',
      ['app', 'okta'],
    ],
    ['an unknown user', attemptOf('form', [search('user', 0)], REFUSED), [], 'Okta has no such user', ['app', 'okta']],
  ])('that failed by %s says so, and between whom', (_case, attempt, events, title, between) => {
    expect(withLog(attempt, OKTA_LDAP, events).verdict).toMatchObject({ tone: 'failed', title, between });
  });

  it('takes one event for each step, and none of another person, name, outcome or time', () => {
    const others = [
      bound({ ok: true }),
      bound({ ok: false, reason: 'LOCKED', data: { dn: DN.replace('01', '02') } }),
      bound({ ok: false, reason: 'LOCKED', at: NOW + 60_000 }),
      delegated({ ok: false, reason: 'LOCKED', transaction: 'other', actorId: '00u2' }),
    ];
    const explanation = withLog(refusedBind, OKTA_LDAP, [
      ...others,
      bound({ ok: false, reason: 'INVALID_CREDENTIALS' }),
    ]);
    expect(explanation.parties).toEqual(['browser', 'app', 'okta']);
    expect(JSON.stringify(explanation)).not.toMatch(/locked|user02/i);
  });

  it.each([
    [undefined, 'SIGN_IN_TRACE_OKTA_TOKEN is not set'],
    [{ ok: false, problem: 'token-refused' } as const, 'Okta refuses the token'],
    [{ ok: false, problem: 'unreachable' } as const, 'did not answer in time'],
    [{ ok: true, events: [] } as const, 'has no event of this sign-in yet'],
  ])('says what could not be seen where the log is %j', (log, words) => {
    const attempt = attemptOf('form', [search('user', 1), bind('user')], OK);
    expect(explain({ attempt, asks: OKTA_LDAP, log }).notes.join()).toContain(words);
  });
});

describe("a sign-in on Okta's page", () => {
  const mine = { authnRequestId: 'request-1' };
  const page = (values: Partial<LogEvent> = {}): LogEvent => event('user.session.start', { data: mine, ...values });

  it('goes to Okta, to the directory, back with a code, and for tokens', () => {
    const explanation = withLog(attemptOf('redirect', [redirect(), exchange()], OK), OKTA, [
      event(DELEGATED, { data: { directoryUrl: 'ldap://localhost:1389' } }),
      page(),
      event('app.oauth2.as.authorize.code', { data: mine }),
      event('app.oauth2.as.token.grant', { transaction: 't2' }),
    ]);
    expect(pathOf(explanation)).toEqual([
      'browser > app ok',
      'app > browser ok',
      'browser > okta ok',
      'okta > agent ok',
      'agent > directory ok',
      'okta > app ok',
      'app > okta ok',
      'app > browser ok',
    ]);
  });

  it('says that Okta knew the browser already where nobody was asked for a password', () => {
    const explanation = withLog(attemptOf('redirect', [redirect(), exchange()], OK), OKTA, [
      event('app.oauth2.as.authorize.code', { data: mine }),
    ]);
    expect(explanation.verdict.text).toContain('knew this browser from before');
  });

  it.each<[string, readonly LogEvent[], string]>([
    [
      'an unknown user',
      [page({ ok: false, reason: 'INVALID_CREDENTIALS', actorId: 'unknown' })],
      'Okta has no such user',
    ],
    ["a wrong password of Okta's own", [page({ ok: false, reason: 'INVALID_CREDENTIALS' })], 'The password is wrong'],
    [
      'no agent',
      [event(DELEGATED, { ok: false, reason: 'AGENT_UNAVAILABLE' }), page({ ok: false, reason: 'AGENT_UNAVAILABLE' })],
      'No LDAP agent is connected to Okta',
    ],
    ['a locked account', [page({ ok: false, reason: 'LOCKED' })], 'The account is locked in Okta'],
    ['nothing yet', [], 'The browser was sent to Okta and is not back yet'],
  ])('explains %s while the browser is still at Okta', (_case, events, title) => {
    expect(withLog(attemptOf('redirect', [redirect()]), OKTA, events).verdict.title).toBe(title);
  });

  it('has one cross, where it failed', () => {
    const failed = { ok: false, reason: 'INVALID' };
    const explanation = withLog(attemptOf('redirect', [redirect()]), OKTA, [
      event(DELEGATED, { ...failed, data: { directoryUrl: 'ldap://localhost:1389' } }),
      page({ ok: false, reason: 'INVALID_CREDENTIALS' }),
    ]);
    expect(pathOf(explanation)).toEqual([
      'browser > app ok',
      'app > browser ok',
      'browser > okta ok',
      'okta > agent ok',
      'agent > directory failed',
    ]);
  });

  it("shows nothing of another browser's sign-in, whoever it is", () => {
    const explanation = withLog(attemptOf('redirect', [redirect('request-2')]), OKTA, [
      page({ ok: false, reason: 'LOCKED', login: 'boss@example.com' }),
    ]);
    expect(JSON.stringify(explanation)).not.toMatch(/locked|boss/i);
    expect(explanation.notes.join()).toContain('does not tell which of its events are of this browser');
  });

  it('finds the events of a real org, which has other ids, by the user and the time, once the browser is back', () => {
    const explanation = withLog(attemptOf('redirect', [redirect(), exchange()], OK), OKTA, [
      event('user.session.start', { data: { authnRequestId: 'made up' } }),
      event('user.session.start', { actorId: '00u2', login: 'boss@example.com' }),
    ]);
    expect(explanation.hops.filter(({ topic }) => topic === 'sign-in-page')).toHaveLength(1);
    expect(JSON.stringify(explanation)).not.toContain('boss');
  });

  it.each<[Ending, string]>([
    [
      { kind: 'sent-back', code: 'access-denied', detail: 'access_denied' },
      'Okta signed the person in, and does not open this app to them',
    ],
    [
      { kind: 'sent-back', code: 'stale', detail: 'no-open-sign-in' },
      'The answer belongs to no sign-in that is open in this browser',
    ],
    [
      { kind: 'sent-back', code: 'provider-error', detail: 'invalid_scope' },
      'Okta reports a fault of its own, or of how the app is registered',
    ],
    [
      { kind: 'broken', code: 'misconfigured', detail: 'invalid_client' },
      'Okta does not accept the client credentials of this app',
    ],
    [{ kind: 'broken', code: 'misconfigured', detail: 'id-token-audience' }, 'The ID token is not accepted'],
    [{ kind: 'broken', code: 'unavailable', detail: 'connection-refused' }, 'Okta cannot be reached'],
  ])('that came back with %j is explained', (end, title) => {
    const detail = 'detail' in end ? (end.detail ?? '') : '';
    const { verdict } = explain({ attempt: attemptOf('redirect', [redirect(), exchange(detail)], end), asks: OKTA });
    expect(verdict).toMatchObject({ tone: 'failed', title });
  });
});

describe('what is kept of sign-ins', () => {
  it('is the last three, for a quarter of an hour', () => {
    const attempts = [0, 1, 2, 3, 4].map((minute) => beginAttempt('form', NOW + minute * 60_000, `user0${minute}`));
    expect(recent(attempts, NOW + 5 * 60_000).map(({ typed }) => typed)).toEqual(['user02', 'user03', 'user04']);
    expect(recent(attempts, NOW + 18.5 * 60_000).map(({ typed }) => typed)).toEqual(['user04']);
    expect(recent(attempts, NOW + 20 * 60_000)).toEqual([]);
  });

  it('is bounded, whatever was typed and however many steps there were', () => {
    const attempt = beginAttempt('form', NOW, 'x'.repeat(10_000));
    for (let count = 0; count < 1_000; count += 1) {
      addStep(attempt, { ...search('groups', 1), filter: `(cn=${'y'.repeat(10_000)})` } as never, NOW);
    }
    expect(JSON.stringify(attempt).length).toBeLessThan(50_000);
    expect(attempt.stepsLeftOut).toBe(960);
    expect(explain({ attempt, asks: DIRECTORY }).notes).toContain('960 more steps are not kept.');
  });
});
