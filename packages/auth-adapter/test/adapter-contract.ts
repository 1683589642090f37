import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type AuthAdapter,
  AuthError,
  createAuthAdapter,
  type Environment,
  type Identity,
  type PasswordAuth,
  type Step,
} from '../src/index.ts';

/** The directory behind an adapter, as the contract needs to handle it. */
export interface Subject {
  /** What points an adapter at the directory, everything right. */
  readonly env: Environment;
  /** The tutorial's first person, under each name that must work, and who that is. */
  readonly user01: { readonly usernames: readonly string[]; readonly identity: Identity };
  /** Everybody's password. */
  readonly password: string;
  /** Other people, by the case they serve. */
  readonly people: {
    /** Names that break filters, DNs, templates or pages; all are members of the group `hostile`. */
    readonly hostile: Readonly<Record<string, string>>;
    /** Absent where the directory answers for them as for a wrong password. */
    readonly locked?: string;
    readonly mustChange?: string;
    /** Two entries answer to this name. */
    readonly ambiguous: string;
  };
  /** Changes to `env`, each with one thing wrong. */
  readonly broken: {
    readonly wrongBase: Environment;
    readonly wrongServicePassword: Environment;
    readonly expiredCertificate: Environment;
    readonly wrongNameInCertificate: Environment;
    readonly untrustedCertificate: Environment;
    readonly nobodyThere: Environment;
  };
  /** A secret that the adapter holds and must not tell. */
  readonly servicePassword: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  close(): Promise<void>;
}

const REFUSED = { ok: false, reason: 'invalid-credentials' };

/** What every adapter with a password form does, whatever directory is behind it. */
export function describeAdapterContract(name: string, open: () => Promise<Subject>): void {
  describe(`the contract of a password adapter: ${name}`, () => {
    let subject: Subject;
    let adapter: PasswordAuth;
    const opened: AuthAdapter[] = [];

    const adapterFor = (changes: Environment = {}): PasswordAuth => {
      const made = createAuthAdapter({ ...subject.env, ...changes });
      opened.push(made);
      if (made.kind !== 'password') {
        throw new Error('this contract is for password adapters');
      }
      return made;
    };
    const failureOf = async (action: Promise<unknown>): Promise<AuthError> => {
      const error: unknown = await action.then(
        (value) => Promise.reject(new Error(`resolved with ${JSON.stringify(value)}`)),
        (reason: unknown) => reason,
      );
      if (!(error instanceof AuthError)) {
        throw error;
      }
      return error;
    };
    const signIn = (username: unknown, password = subject.password) => adapter.authenticate({ username, password });

    beforeAll(async () => {
      subject = await open();
      adapter = adapterFor();
    });
    afterEach(async () => {
      // The adapter of the whole suite stays; those of single tests go.
      await Promise.all(opened.splice(1).map((other) => other.close()));
    });
    afterAll(async () => {
      await adapter?.close();
      await subject?.close();
    });

    describe('lets in', () => {
      it('the right person with the right password, under every name that is theirs', async () => {
        for (const username of subject.user01.usernames) {
          expect(await signIn(username)).toEqual({ ok: true, identity: subject.user01.identity });
        }
      });

      it('people whose names break filters and DNs, with their groups', async () => {
        for (const [why, username] of Object.entries(subject.people.hostile)) {
          const result = await signIn(username);
          expect({ why, result }).toMatchObject({
            why,
            result: { ok: true, identity: { groups: expect.arrayContaining(['hostile']) } },
          });
        }
      });

      it('many at once, each as themselves', async () => {
        const names = [subject.user01.usernames[0], ...Object.values(subject.people.hostile)];
        const oneByOne = [];
        for (const username of names) {
          oneByOne.push(await signIn(username));
        }
        const together = await Promise.all(names.flatMap((username) => [signIn(username), signIn(username, 'wrong')]));
        expect(together).toEqual(oneByOne.flatMap((result) => [result, REFUSED]));
      });
    });

    describe('refuses, without telling which part was wrong', () => {
      it.each<[string, unknown]>([
        ['an unknown user', 'nobody'],
        ['a wildcard', '*'],
        ['the beginning of a name with a wildcard', 'user0*'],
        ['a filter', '*)(objectClass=*'],
        ['a filter that closes all brackets', '*))(|(uid=*'],
        ['a DN', 'cn=user01,ou=users,dc=example,dc=org'],
        ['a replacement pattern', "$'"],
        ['a placeholder', '{{username}}'],
        ['a backslash', '\\2a'],
        ['nothing', ''],
        ['a blank', ' '],
        ['a name with a NUL', 'user01\0'],
        ['a name of 100,000 letters', 'a'.repeat(100_000)],
        ['a number', 1],
        ['zero', 0],
        ['an array', ['user01']],
        ['an object', { toString: () => 'user01' }],
        ['null', null],
        ['undefined', undefined],
        ['true', true],
        ['a lone surrogate', '\ud800'],
      ])('%s as username', async (_, username) => {
        expect(await signIn(username)).toEqual(
          username === "$'" ? expect.objectContaining({ ok: expect.any(Boolean) }) : REFUSED,
        );
        expect(await signIn(username, 'wrong')).toEqual(REFUSED);
      });

      it.each<[string, unknown]>([
        ['a wrong password', 'wrong'],
        ['no password, which a directory would take for an anonymous bind', ''],
        ['a blank', ' '],
        ['a wildcard', '*'],
        ['a password with a NUL in it', 'password1\0'],
        ['100,000 letters', 'a'.repeat(100_000)],
        ['a number', 1],
        ['an array', ['password1']],
        ['an object', { length: 9 }],
        ['null', null],
        ['undefined', undefined],
      ])('%s as password', async (_, password) => {
        expect(await adapter.authenticate({ username: subject.user01.usernames[0], password })).toEqual(REFUSED);
      });

      it('anything that is no object with credentials in it', async () => {
        for (const credentials of [{}, [], Object.create(null)]) {
          expect(await adapter.authenticate(credentials)).toEqual(REFUSED);
        }
      });
    });

    describe('tells apart, for the log', () => {
      it('a locked account', async () => {
        const { locked } = subject.people;
        if (locked !== undefined) {
          expect(await signIn(locked)).toMatchObject({ ok: false, reason: 'locked' });
        }
      });

      it('a password that must be changed', async () => {
        const { mustChange } = subject.people;
        if (mustChange !== undefined) {
          expect(await signIn(mustChange)).toMatchObject({ ok: false, reason: 'must-change-password' });
        }
      });
    });

    describe('throws, because nothing can be judged, when', () => {
      it('two entries answer to the name', async () => {
        expect(await failureOf(signIn(subject.people.ambiguous))).toMatchObject({ code: 'ambiguous-user' });
      });

      it.each([
        ['the base is wrong', 'wrongBase', 'misconfigured', 'wrong-base'],
        ["the service account's password is wrong", 'wrongServicePassword', 'service-bind-failed', expect.any(String)],
        ['the certificate is out of date', 'expiredCertificate', 'misconfigured', 'certificate-expired'],
        ['the certificate is for another name', 'wrongNameInCertificate', 'misconfigured', 'certificate-name-mismatch'],
        ['the certificate is by somebody unknown', 'untrustedCertificate', 'misconfigured', 'certificate-untrusted'],
        ['nobody listens', 'nobodyThere', 'unavailable', 'connection-refused'],
      ] as const)('%s, and so does readiness', async (_, fault, code, detail) => {
        const other = adapterFor(subject.broken[fault]);
        const [username] = subject.user01.usernames;
        const failure = await failureOf(other.authenticate({ username, password: subject.password }));
        expect(failure).toMatchObject({ code, detail });
        expect(await failureOf(other.ready())).toMatchObject({ code, detail });
        expect(`${failure.message} ${failure.stack} ${JSON.stringify(failure)}`).not.toContain(subject.servicePassword);
      });
    });

    describe('survives', () => {
      it('a directory that goes away and comes back', async () => {
        const [username] = subject.user01.usernames;
        expect(await signIn(username)).toMatchObject({ ok: true });
        await subject.stop();
        expect(await failureOf(signIn(username))).toMatchObject({ code: 'unavailable' });
        expect(await failureOf(adapter.ready())).toMatchObject({ code: 'unavailable' });
        await subject.start();
        await adapter.ready();
        expect(await signIn(username)).toMatchObject({ ok: true });
      });

      it('a directory that hangs', async () => {
        const [username] = subject.user01.usernames;
        expect(await signIn(username)).toMatchObject({ ok: true });
        await subject.pause();
        const failure = await failureOf(signIn(username)).finally(() => subject.resume());
        expect(failure).toMatchObject({ code: 'timeout' });
        expect(await signIn(username)).toMatchObject({ ok: true });
      });
    });

    describe('reports', () => {
      it('every step of one sign-in to its own observer, and no secret', async () => {
        const [username] = subject.user01.usernames;
        const steps: Step[] = [];
        const others: Step[] = [];
        await Promise.all([
          adapter.authenticate({ username, password: subject.password }, (step) => steps.push(step)),
          adapter.authenticate({ username: 'nobody', password: subject.password }, (step) => others.push(step)),
        ]);
        expect(steps.filter(({ kind }) => kind !== 'connect')).toEqual(
          expect.arrayContaining([
            expect.objectContaining({
              kind: 'search',
              purpose: 'user',
              entries: 1,
              outcome: 'ok',
              ms: expect.any(Number),
            }),
            expect.objectContaining({ kind: 'bind', purpose: 'user', dn: subject.user01.identity.dn, outcome: 'ok' }),
            expect.objectContaining({ kind: 'search', purpose: 'groups', outcome: 'ok' }),
          ]),
        );
        expect(others.filter((step) => step.kind === 'search' && step.purpose === 'user')).toEqual([
          expect.objectContaining({ purpose: 'user', entries: 0, filter: expect.stringContaining('nobody') }),
        ]);
        expect(JSON.stringify([steps, others])).not.toContain(subject.password);
        expect(JSON.stringify([steps, others])).not.toContain(subject.servicePassword);
      });

      it('nothing of a sign-in that is refused before the directory hears of it', async () => {
        const steps: Step[] = [];
        const [username] = subject.user01.usernames;
        for (const password of ['', 1, { a: 1 }, 'password1\0']) {
          await adapter.authenticate({ username, password }, (step) => steps.push(step));
        }
        expect(steps).toEqual([]);
      });

      it('to an observer that throws, and signs in all the same', async () => {
        const [username] = subject.user01.usernames;
        const result = await adapter.authenticate({ username, password: subject.password }, () => {
          throw new Error('a broken observer');
        });
        expect(result).toMatchObject({ ok: true });
      });
    });

    describe('is ready', () => {
      it('when the directory answers, and ends its connections on close, as often as it is asked to', async () => {
        const other = adapterFor();
        await other.ready();
        const signingIn = other.authenticate({ username: subject.user01.usernames[0], password: subject.password });
        await Promise.all([other.close(), other.close()]);
        expect(await signingIn).toMatchObject({ ok: true });
      });
    });
  });
}
